-- All prices; those that lack what they are found by are none.
SELECT price_id, provider, model, service, unit, price_nusd, per, valid_from_us FROM cm_price
WHERE provider IS NOT NULL AND model IS NOT NULL AND service IS NOT NULL AND unit IS NOT NULL AND valid_from_us IS NOT NULL
