-- A call database of spec 1 with many labels, for measuring how answers grow with them: :calls calls over the last 24 hours before :now
-- (Unix seconds), each with two latency events, of :tenants tenants of very different size, :agents agents in :versions versions, and
-- :providers providers, each label by itself.  Figures come from multiplicative hashes of the row's number, so that the same numbers give
-- the same database.
--
--	combinations	calls	tenants	agents	versions  providers
--	64		60010	20	8	1	  4
--	15 872		60010	1000	1000	2	  4
--	105 434		130000	10000	10000	3	  4

CREATE TABLE calls (call_id TEXT PRIMARY KEY, call_type TEXT NOT NULL, caller_number TEXT, callee_number TEXT,
	started_at TEXT NOT NULL, ended_at TEXT, duration_seconds REAL, status TEXT NOT NULL, recording_path TEXT,
	transcript_path TEXT, has_audio BOOLEAN DEFAULT FALSE, has_transcript BOOLEAN DEFAULT FALSE, metadata TEXT);
CREATE TABLE transcripts (id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, timestamp TEXT NOT NULL,
	speaker TEXT NOT NULL, content TEXT NOT NULL, event_type TEXT NOT NULL, metadata TEXT);
CREATE TABLE latency_events (id INTEGER PRIMARY KEY AUTOINCREMENT, call_id TEXT NOT NULL, event_type TEXT NOT NULL,
	duration_ms REAL NOT NULL, timestamp TEXT NOT NULL, metadata TEXT);

PRAGMA journal_mode = WAL;
PRAGMA synchronous = OFF;

CREATE TEMP TABLE parameter (calls INTEGER, tenants INTEGER, agents INTEGER, versions INTEGER, providers INTEGER, now INTEGER);
INSERT INTO parameter VALUES (:calls, :tenants, :agents, :versions, :providers, :now);

-- r1..r4 are even in [0, 1), h1..h4 whole numbers.
CREATE TEMP VIEW call_plan AS
	WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n, parameter WHERE i < calls),
	h AS (SELECT i, (i * 2654435761 & 4294967295) AS h1, ((i * 40503 + 977 & 4294967295) * 1103515245 & 4294967295) AS h2,
		((i * 69069 + 5 & 4294967295) * 1664525 & 4294967295) AS h3,
		((i * 22695477 + 12345 & 4294967295) * 134775813 & 4294967295) AS h4 FROM n)
	SELECT i, h1 >> 8 AS h1, h2 >> 8 AS h2, h3 >> 8 AS h3, h4 >> 8 AS h4, h1 / 4294967296.0 AS r1, h2 / 4294967296.0 AS r2,
		h3 / 4294967296.0 AS r3, h4 / 4294967296.0 AS r4, now - 86400.0 * (calls - i + h1 / 4294967296.0) / calls AS at
	FROM h, parameter;

INSERT INTO calls
	SELECT printf('CA%08x%08x%08x', i, h1, h2), CASE WHEN h4 & 1 THEN 'inbound' ELSE 'outbound' END, '+15550001', '+14402915517',
		strftime('%Y-%m-%dT%H:%M:%f+00:00', at, 'unixepoch'), strftime('%Y-%m-%dT%H:%M:%f+00:00', at + 20 + 100 * r4, 'unixepoch'),
		20 + 100 * r4, CASE WHEN r3 < 0.95 THEN 'completed' ELSE 'failed' END, NULL, NULL, 0, r2 < 0.9,
		json_object('tenant_id', printf('tenant-%05d', cast(tenants * r1 * r1 AS INTEGER)), 'agent', 'agent-' || (h2 % agents),
			'agent_version', 'v' || (h3 % versions), 'provider', 'provider-' || ((h4 >> 1) % providers))
	FROM call_plan, parameter;

INSERT INTO latency_events (call_id, event_type, duration_ms, timestamp)
	SELECT call_id, 'speech_end_to_first_audio', round(300 + 900 * r2 * r3, 3), strftime('%Y-%m-%dT%H:%M:%f+00:00', at + 5, 'unixepoch')
	FROM call_plan JOIN calls ON calls.rowid = i
	UNION ALL
	SELECT call_id, 'tool_call_duration', round(50 + 2000 * r4 * r1, 3), strftime('%Y-%m-%dT%H:%M:%f+00:00', at + 8, 'unixepoch')
	FROM call_plan JOIN calls ON calls.rowid = i;
