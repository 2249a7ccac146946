-- From version 3 to 4, first: what is pending is folded, while nobody writes.  Whoever still runs an older program can neither count a
-- fact nor answer from now on.
SET LOCAL search_path = callmetrics, pg_temp;
DO $$
BEGIN
	PERFORM set_config('client_min_messages', 'warning', true);
	PERFORM pg_advisory_xact_lock(25453, 1);
	PERFORM cm_fold(1);
	IF EXISTS (SELECT FROM cm_pending) THEN
		RAISE EXCEPTION 'facts that are pending cannot be folded; the log says why';
	END IF;
END
$$;

@table(pack)@
@table(call_event)@
DROP TABLE cm_pending CASCADE;
