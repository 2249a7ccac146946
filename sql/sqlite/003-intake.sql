-- Schema version 3: what is sent (POST /events) rather than read from the voice app's tables.

-- Every event that was taken, so that one sent again is not counted again: a hash of its tenant and id.
CREATE TABLE cm_event (
	key_1 INTEGER,
	key_2 INTEGER,
	seen_us INTEGER,
	PRIMARY KEY (key_1, key_2)
) WITHOUT ROWID;

CREATE INDEX cm_event_seen ON cm_event (seen_us);

-- Events of types that mean nothing here yet, as they came.
CREATE TABLE cm_event_kept (
	kept_id INTEGER PRIMARY KEY,
	event_type TEXT,
	event_id TEXT,
	tenant_id TEXT,
	call_id TEXT,
	at_us INTEGER,
	body TEXT
);

CREATE INDEX cm_event_kept_at ON cm_event_kept (at_us);
CREATE INDEX cm_event_kept_type ON cm_event_kept (event_type, at_us);

-- Instants of calls (turn_id '') and of their turns, in whatever order they came: call_started | user_stopped | end_of_turn |
-- agent_started.  What is derived from them (a call's start, a turn's length) comes out the same in any order.
CREATE TABLE cm_mark (
	call_id TEXT,
	turn_id TEXT,
	mark TEXT,
	at_us INTEGER,
	PRIMARY KEY (call_id, turn_id, mark, at_us)
) WITHOUT ROWID;

CREATE INDEX cm_mark_at ON cm_mark (at_us);

-- The one turn_e2e step of a turn: measured by the sender, or derived from the turn's marks.
CREATE TABLE cm_turn (
	call_id TEXT,
	turn_id TEXT,
	latency_id INTEGER,
	measured INTEGER,		-- 1: by the sender
	at_us INTEGER,
	PRIMARY KEY (call_id, turn_id)
) WITHOUT ROWID;

CREATE INDEX cm_turn_at ON cm_turn (at_us);

-- What a unit costs from an instant on: price_nusd for `per` units of it.
CREATE TABLE cm_price (
	price_id INTEGER PRIMARY KEY,
	provider TEXT,
	model TEXT,			-- '' for all of the provider's
	service TEXT,
	unit TEXT,
	price_nusd INTEGER,
	per INTEGER,
	valid_from_us INTEGER,
	UNIQUE (service, unit, provider, model, valid_from_us)
);

-- List prices as the voice platform's documents give them: a minute of speech, a million tokens, a thousand characters.
INSERT INTO cm_price (provider, model, service, unit, price_nusd, per, valid_from_us) VALUES
	@listprices()@;

CREATE TABLE cm_cost (
	cost_id INTEGER PRIMARY KEY,
	call_id TEXT,
	turn_id TEXT,
	tenant_id TEXT,
	provider TEXT,
	model TEXT,
	service TEXT,			-- stt | llm | tts | realtime
	usage_micro INTEGER,		-- in millionths of the unit
	usage_unit TEXT,		-- seconds | input_tokens | output_tokens | characters
	cost_nusd INTEGER,		-- null: no price is known
	price_id INTEGER,		-- null: the sender said what it cost
	at_us INTEGER
);

CREATE INDEX cm_cost_call ON cm_cost (call_id);
CREATE INDEX cm_cost_at ON cm_cost (at_us);

-- Readings of what calls run on.
CREATE TABLE cm_health (
	health_id INTEGER PRIMARY KEY,
	tenant_id TEXT,
	component TEXT,			-- worker | circuit_breaker | provider | database | redis | call_quality
	component_id TEXT,
	status TEXT,			-- healthy | degraded | unhealthy | down
	state TEXT,			-- of a breaker: closed | open | half_open
	readings TEXT,			-- JSON
	at_us INTEGER
);

CREATE INDEX cm_health_of ON cm_health (component, component_id, at_us);
CREATE INDEX cm_health_at ON cm_health (at_us);

-- Steps that are sent have numbers above all of the voice app's, and go into the rollups many at once (shared/rollups/fold.c) rather than
-- one by one by this trigger.
DROP TRIGGER cm_latency_added;

CREATE TRIGGER cm_latency_added AFTER INSERT ON cm_latency WHEN NEW.latency_id <= 1099511627776
BEGIN
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 1, 1, 1);
END;
