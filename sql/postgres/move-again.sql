-- A copy that was broken off, of an original that has changed since: it begins anew.
DO $$
DECLARE
	name text;
BEGIN
	FOREACH name IN ARRAY regexp_split_to_array('@list(copied)@', ',\s+') LOOP
		EXECUTE format('TRUNCATE %I', CASE WHEN cm_is_chunked(name) THEN name || '_chunks' ELSE name END);
	END LOOP;
END
$$;
