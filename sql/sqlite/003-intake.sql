-- Schema version 3: what is sent (POST /events) rather than read from the voice app's tables.

@list(since-3)@

-- List prices as the voice platform's documents give them: a minute of speech, a million tokens, a thousand characters.
INSERT INTO cm_price (provider, model, service, unit, price_nusd, per, valid_from_us) VALUES
	@listprices()@;

-- Steps go into the rollups many at once (shared/rollups/fold.c) rather than one by one by this trigger.
DROP TRIGGER cm_latency_added;

-- The facts of a call carry its labels, whichever of them came first.
CREATE TRIGGER cm_call_relabelled AFTER UPDATE OF series_id ON cm_call WHEN NEW.series_id <> OLD.series_id
BEGIN
	UPDATE cm_latency SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
	UPDATE cm_cost SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
	UPDATE cm_event_kept SET series_id = NEW.series_id WHERE call_no = NEW.call_no AND series_id <> NEW.series_id;
END;
