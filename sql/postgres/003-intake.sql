-- Schema version 3: what is sent (POST /events) rather than read from the voice app's tables; the twin of sqlite/003-intake.sql.
--
-- What only ever grows, and is not asked for by a key without a time, is kept in partitions, one for each month (months.sql).  What
-- comes before there is one for it goes to the default partition, so that no write ever fails for want of a month.

@list(since-3)@

-- List prices as the voice platform's documents give them: a minute of speech, a million tokens, a thousand characters.
INSERT INTO cm_price (provider, model, service, unit, price_nusd, per, valid_from_us) VALUES
	@listprices()@;
