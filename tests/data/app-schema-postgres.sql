-- The tables of spec 1's voice app as it would make them on PostgreSQL: its times are texts, its flags numbers.
CREATE TABLE calls (
	call_id text PRIMARY KEY,
	call_type text NOT NULL,
	caller_number text,
	callee_number text,
	started_at text NOT NULL,
	ended_at text,
	duration_seconds double precision,
	status text NOT NULL,
	recording_path text,
	transcript_path text,
	has_audio integer DEFAULT 0,
	has_transcript integer DEFAULT 0,
	metadata text
);
CREATE TABLE transcripts (
	id bigserial PRIMARY KEY,
	call_id text NOT NULL,
	timestamp text NOT NULL,
	speaker text NOT NULL,
	content text NOT NULL,
	event_type text NOT NULL,
	metadata text
);
CREATE TABLE latency_events (
	id bigserial PRIMARY KEY,
	call_id text NOT NULL,
	event_type text NOT NULL,
	duration_ms double precision NOT NULL,
	timestamp text NOT NULL,
	metadata text
);
CREATE INDEX idx_calls_started_at ON calls (started_at);
CREATE INDEX idx_transcripts_call_id ON transcripts (call_id);
CREATE INDEX idx_transcripts_timestamp ON transcripts (timestamp);
CREATE INDEX idx_latency_call_id ON latency_events (call_id);
CREATE INDEX idx_latency_event_type ON latency_events (event_type);
CREATE INDEX idx_latency_timestamp ON latency_events (timestamp);
