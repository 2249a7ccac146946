-- A call database of spec 1 for measuring: :older calls spread over 29 days, :recent calls over the last 24 hours before
-- :now (Unix seconds), and five latency events for each of the recent ones.  Figures come from multiplicative hashes of the
-- row's number, so that the same numbers give the same database.
--
-- Labels: 1 000 tenants of very different size, 6 agents in 3 versions, 3 providers.  Where :combinations is not 0, so many
-- combinations of labels of the same size, ten to a tenant, each with an agent of 40 that no other of the tenant has.

CREATE TABLE calls (call_id TEXT PRIMARY KEY, call_type TEXT NOT NULL, caller_number TEXT, callee_number TEXT,
	started_at TEXT NOT NULL, ended_at TEXT, duration_seconds REAL, status TEXT NOT NULL, recording_path TEXT,
	transcript_path TEXT, has_audio BOOLEAN DEFAULT FALSE, has_transcript BOOLEAN DEFAULT FALSE, metadata TEXT);
CREATE TABLE transcripts (id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, timestamp TEXT NOT NULL,
	speaker TEXT NOT NULL, content TEXT NOT NULL, event_type TEXT NOT NULL, metadata TEXT);
CREATE TABLE latency_events (id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, event_type TEXT NOT NULL,
	duration_ms REAL NOT NULL, timestamp TEXT NOT NULL, metadata TEXT);

PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;

CREATE TEMP TABLE parameter (older INTEGER, recent INTEGER, now INTEGER, combinations INTEGER);
INSERT INTO parameter VALUES (:older, :recent, :now, :combinations);

-- r1..r4 are even in [0, 1); g is close to normal.
CREATE TEMP VIEW call_plan AS
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n, parameter WHERE i < older + recent),
	h AS (SELECT i, (i * 2654435761 & 4294967295) / 4294967296.0 AS r1,
		((i * 40503 + 977 & 4294967295) * 1103515245 & 4294967295) / 4294967296.0 AS r2,
		((i * 69069 + 5 & 4294967295) * 1664525 & 4294967295) / 4294967296.0 AS r3,
		((i * 22695477 + 12345 & 4294967295) * 134775813 & 4294967295) / 4294967296.0 AS r4 FROM n)
	SELECT i, i * 7919 % combinations AS c, r1, r2, r3, r4, (r1 + r2 + r3 + r4 - 2) * 1.7320508 AS g,
		CASE WHEN i <= older THEN now - 86400 - 29 * 86400.0 * (older - i + r1) / older
			ELSE now - 86400.0 * (older + recent - i + r1) / recent END AS at
	FROM h, parameter;

INSERT INTO calls
	SELECT printf('CA%08x%08x%08x%08x', i, cast(r1 * 4294967295 AS INTEGER), cast(r2 * 4294967295 AS INTEGER),
			cast(r3 * 4294967295 AS INTEGER)),
		CASE WHEN coalesce(c % 2, r2 < 0.45) THEN 'inbound' ELSE 'outbound' END,
		printf('+1%010d', cast(r3 * 9999999999 AS INTEGER)), '+14402915517',
		strftime('%Y-%m-%dT%H:%M:%f', at, 'unixepoch') || printf('%03d+00:00', cast(r4 * 999 AS INTEGER)),
		CASE WHEN at + 60 * exp(0.7 * g) < now THEN strftime('%Y-%m-%dT%H:%M:%f+00:00', at + 60 * exp(0.7 * g), 'unixepoch') END,
		CASE WHEN at + 60 * exp(0.7 * g) < now THEN round(60 * exp(0.7 * g), 6) END,
		CASE WHEN at + 60 * exp(0.7 * g) >= now THEN 'active' WHEN r3 < 0.92 THEN 'completed' WHEN r3 < 0.96 THEN 'failed'
			WHEN r3 < 0.99 THEN 'cancelled' ELSE 'timeout' END,
		NULL, NULL, 0, r4 < 0.95,
		json_object('tenant_id', CASE WHEN c IS NULL THEN printf('tenant-%03d', cast(999 * r1 * r1 * r1 AS INTEGER))
				ELSE printf('tenant-%04d', c / 10) END,
			'agent', 'agent-' || coalesce(c % 40, cast(r2 * 6 AS INTEGER)),
			'agent_version', 'v' || (10 + coalesce(c / 7 % 3, cast(r4 * 3 AS INTEGER))),
			'provider', CASE WHEN coalesce((c / 3 % 3 + 0.5) / 3, r3) < 0.5 THEN 'openai'
				WHEN coalesce((c / 3 % 3 + 0.5) / 3, r3) < 0.8 THEN 'deepgram' ELSE 'cartesia' END)
	FROM call_plan, parameter;

INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
	WITH step (k) AS (VALUES (0), (1), (2), (3), (4)),
	plan AS (SELECT i, at, k, (r1 + r2 + r3 + ((i * 5 + k) * 2654435761 & 4294967295) / 4294967296.0 - 2) * 1.7320508 AS g
		FROM call_plan CROSS JOIN step, parameter WHERE i > older)
	SELECT call_id, CASE k WHEN 3 THEN 'tool_call_duration' WHEN 4 THEN 'session_duration'
			ELSE 'speech_end_to_first_audio' END,
		round(CASE k WHEN 3 THEN 400 * exp(0.8 * g) WHEN 4 THEN 60000 * exp(0.7 * g) ELSE 600 * exp(0.35 * g) END, 3),
		strftime('%Y-%m-%dT%H:%M:%f', at + 2 + 3 * k, 'unixepoch') || printf('%03d+00:00', i % 1000)
	FROM plan CROSS JOIN calls ON calls.rowid = i;

CREATE INDEX idx_calls_started_at ON calls(started_at);
CREATE INDEX idx_transcripts_call_id ON transcripts(call_id);
CREATE INDEX idx_transcripts_timestamp ON transcripts(timestamp);
CREATE INDEX idx_latency_call_id ON latency_events(call_id);
CREATE INDEX idx_latency_event_type ON latency_events(event_type);
CREATE INDEX idx_latency_timestamp ON latency_events(timestamp);
