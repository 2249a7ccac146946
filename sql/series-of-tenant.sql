-- How many combinations of labels a tenant has, up to so many.  Uses the unique index.
SELECT count(*) FROM (SELECT 1 FROM cm_series WHERE scope = 'full' AND tenant_id = :tenant_id LIMIT :most) known
