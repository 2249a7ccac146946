-- The prices that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT price_id, provider, model, service, unit, price_nusd, per, valid_from_us
FROM cm_price ORDER BY price_id LIMIT -1 OFFSET :done
