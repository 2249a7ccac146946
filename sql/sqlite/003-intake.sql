-- Schema version 3: what is sent (POST /events) rather than read from the voice app's tables.

@list(since-3)@

-- List prices as the voice platform's documents give them: a minute of speech, a million tokens, a thousand characters.
INSERT INTO cm_price (provider, model, service, unit, price_nusd, per, valid_from_us) VALUES
	@listprices()@;
