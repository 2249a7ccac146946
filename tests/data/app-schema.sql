-- The tables of spec 1's voice app, as it makes them itself; ours are not among them.
CREATE TABLE calls (
	call_id TEXT PRIMARY KEY,
	call_type TEXT NOT NULL,
	caller_number TEXT,
	callee_number TEXT,
	started_at TEXT NOT NULL,
	ended_at TEXT,
	duration_seconds REAL,
	status TEXT NOT NULL,
	recording_path TEXT,
	transcript_path TEXT,
	has_audio BOOLEAN DEFAULT FALSE,
	has_transcript BOOLEAN DEFAULT FALSE,
	metadata TEXT
);
CREATE TABLE transcripts (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	call_id TEXT NOT NULL,
	timestamp TEXT NOT NULL,
	speaker TEXT NOT NULL,
	content TEXT NOT NULL,
	event_type TEXT NOT NULL,
	metadata TEXT,
	FOREIGN KEY (call_id) REFERENCES calls (call_id)
);
CREATE TABLE latency_events (
	id INTEGER PRIMARY KEY AUTOINCREMENT,
	call_id TEXT NOT NULL,
	event_type TEXT NOT NULL,
	duration_ms REAL NOT NULL,
	timestamp TEXT NOT NULL,
	metadata TEXT,
	FOREIGN KEY (call_id) REFERENCES calls (call_id)
);
CREATE INDEX idx_calls_started_at ON calls (started_at);
CREATE INDEX idx_transcripts_call_id ON transcripts (call_id);
CREATE INDEX idx_transcripts_timestamp ON transcripts (timestamp);
CREATE INDEX idx_latency_call_id ON latency_events (call_id);
CREATE INDEX idx_latency_event_type ON latency_events (event_type);
CREATE INDEX idx_latency_timestamp ON latency_events (timestamp);
