-- A number of cm_meta.  Uses the primary key.
SELECT coalesce((SELECT CAST(value AS BIGINT) FROM cm_meta WHERE key = :key), :fallback)
