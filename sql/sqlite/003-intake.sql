-- Schema version 3: what is sent (POST /events) rather than read from the voice app's tables.

@list(since-3)@

-- List prices as the voice platform's documents give them: a minute of speech, a million tokens, a thousand characters.
INSERT INTO cm_price (provider, model, service, unit, price_nusd, per, valid_from_us) VALUES
	@listprices()@;

-- Steps that are sent have numbers above all of the voice app's, and go into the rollups many at once (shared/rollups/fold.c) rather than
-- one by one by this trigger.
DROP TRIGGER cm_latency_added;

CREATE TRIGGER cm_latency_added AFTER INSERT ON cm_latency WHEN NEW.latency_id <= 1099511627776
BEGIN
	INSERT INTO cm_pending VALUES (NULL, NEW.series_id, NEW.component, '', NEW.at_us, NEW.duration_us, NEW.bin, 1, 0, 1, 1, 1);
END;
