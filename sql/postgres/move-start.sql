-- What a new database has from the start is copied, too; keys and indexes are made at the end, which is many times faster.
-- Those of partitions come and go with their tables'.
TRUNCATE @list(seeded)@;
DO $$
DECLARE
	key record;
BEGIN
	FOR key IN
		SELECT c.conrelid::regclass AS name, c.conname, pg_get_constraintdef(c.oid) AS definition
		FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid
		WHERE t.relnamespace = 'callmetrics'::regnamespace AND starts_with(t.relname, 'cm_') AND t.relname NOT IN ('cm_meta', 'cm_state')
			AND c.contype IN ('p', 'u') AND NOT t.relispartition
	LOOP
		INSERT INTO cm_meta (key, value) VALUES ('moving_key_' || key.conname,
			format('ALTER TABLE %s ADD CONSTRAINT %I %s', key.name, key.conname, key.definition));
		EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', key.name, key.conname);
	END LOOP;
	FOR key IN
		SELECT i.indexrelid::regclass AS name, replace(pg_get_indexdef(i.indexrelid), ' ON ONLY ', ' ON ') AS definition
		FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
		WHERE t.relnamespace = 'callmetrics'::regnamespace AND starts_with(t.relname, 'cm_') AND t.relname NOT IN ('cm_meta', 'cm_state')
			AND NOT t.relispartition
	LOOP
		INSERT INTO cm_meta (key, value) VALUES ('moving_index_' || key.name, key.definition);
		EXECUTE format('DROP INDEX %s', key.name);
	END LOOP;
END
$$;
