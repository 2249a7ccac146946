-- The keys and indexes that move-start took away; then numbers go on above those that were copied.
DO $$
DECLARE
	made record;
BEGIN
	FOR made IN SELECT value FROM cm_meta WHERE starts_with(key, 'moving_') ORDER BY key DESC LOOP
		EXECUTE made.value;
	END LOOP;
	DELETE FROM cm_meta WHERE starts_with(key, 'moving_');
END
$$;
@list(numbers)@
