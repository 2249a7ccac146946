-- The months (of UTC) that some tables are kept in: cm_health_2026_02 and so on, and cm_health_default for
-- what has none.  Months are made ahead by whoever runs anyhow (attach, migrate, prune, cleanup), never by who takes events in, and
-- dropped whole by prune.  No lock is waited for longer than 0.2 s, since everybody else would wait behind us: what does not work
-- is left for the next time.
SET LOCAL search_path = callmetrics, pg_temp;

-- The partitions of a table but for the default one, from which instant up to which.
CREATE OR REPLACE FUNCTION cm_months(of regclass) RETURNS TABLE (month text, from_us bigint, until_us bigint)
LANGUAGE sql STABLE AS $$
	SELECT c.relname, substring(b.bound FROM 'FROM \(''(-?[0-9]+)''')::bigint, substring(b.bound FROM 'TO \(''(-?[0-9]+)''')::bigint
	FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid CROSS JOIN LATERAL (SELECT pg_get_expr(c.relpartbound, c.oid) AS bound) b
	WHERE i.inhparent = of AND b.bound <> 'DEFAULT'
$$;

-- The first instant of the month so many after that of an instant.
CREATE OR REPLACE FUNCTION cm_month_start(at_us bigint, after integer) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN extract(epoch FROM date_trunc('month', 'epoch'::timestamp + at_us * interval '1 microsecond')
	+ after * interval '1 month')::bigint * 1000000;

-- Makes the month of an instant, unless there is one or more than so many rows would have to be moved to it; 1 where it did.  Who
-- writes waits meanwhile, and does so for the whole table: who had found the way to the default partition already would fail when he is
-- let in.  Who reads waits while the month is attached.  A question whose view of the data is older than that does not see what was
-- moved.
CREATE OR REPLACE FUNCTION cm_month_make(of text, at_us bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $$
DECLARE
	start_us bigint := cm_month_start(at_us, 0);
	end_us bigint := cm_month_start(at_us, 1);
	late text := of || '_default';
	month text := of || to_char('epoch'::timestamp + start_us * interval '1 microsecond', '"_"YYYY_MM');
	too_many boolean;
BEGIN
	IF cm_is_chunked(of) OR EXISTS (SELECT FROM cm_months(of::regclass) m WHERE m.from_us < end_us AND m.until_us > start_us) THEN
		RETURN 0;
	END IF;
	EXECUTE format('LOCK TABLE ONLY %I IN SHARE ROW EXCLUSIVE MODE', of);
	EXECUTE format('SELECT EXISTS (SELECT FROM %I WHERE at_us >= $1 AND at_us < $2 OFFSET $3)', late)
		INTO too_many USING start_us, end_us, most;
	IF too_many THEN
		RETURN 0;
	END IF;
	EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING INDEXES)', month, of);
	EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', month);
	EXECUTE format('WITH late AS (DELETE FROM %I WHERE at_us >= $1 AND at_us < $2 RETURNING *) INSERT INTO %I SELECT * FROM late',
		late, month) USING start_us, end_us;
	EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', of, month, start_us, end_us);
	RETURN 1;
EXCEPTION WHEN OTHERS THEN
	RAISE LOG 'callmetrics: % not made: %', month, SQLERRM;
	RETURN 0;
END
$$;

DROP FUNCTION IF EXISTS cm_month_next(bigint, bigint);

-- Makes the next month that is missing, one to a transaction; 1 where there was one.  Months are wanted for now and the two after it,
-- and wherever there are rows that prune would not take, of ten years: what somebody sends of all times does not make a month of each.
-- With TimescaleDB it compresses a chunk of no more than so many rows instead (timescale.sql).
CREATE OR REPLACE FUNCTION cm_month_next(now_us bigint, most bigint, most_packed bigint) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
DECLARE
	oldest_us bigint := greatest(cm_month_start(now_us, -120), (SELECT pruned_before_us FROM cm_state WHERE state_id = 1));
	newest_us bigint := cm_month_start(now_us, 3);
	found_us bigint;
	of text;
BEGIN
	IF NOT pg_try_advisory_xact_lock(25453, 2) THEN
		RETURN 0;
	END IF;
	FOREACH of IN ARRAY ARRAY[@list(months)@] LOOP
		CONTINUE WHEN cm_is_chunked(of);
		FOR ahead IN 0 .. 2 LOOP
			IF cm_month_make(of, cm_month_start(now_us, ahead), most) = 1 THEN
				RETURN 1;
			END IF;
		END LOOP;
		found_us := oldest_us;
		LOOP
			EXECUTE format('SELECT min(at_us) FROM %I WHERE at_us >= $1 AND at_us < $2', of || '_default')
				INTO found_us USING found_us, newest_us;
			EXIT WHEN found_us IS NULL;
			IF cm_month_make(of, found_us, most) = 1 THEN
				RETURN 1;
			END IF;
			found_us := cm_month_start(found_us, 1);
		END LOOP;
	END LOOP;
	RETURN cm_chunk_compress(now_us, most_packed);
END
$$;

-- Drops a month of which prune takes everything, or a chunk; how many rows it had, -1 where none is left or can be had now.
CREATE OR REPLACE FUNCTION cm_month_drop() RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $$
DECLARE
	of text;
	name text;
	removed bigint;
BEGIN
	FOR of, name IN
		SELECT u.of, m.month FROM unnest(ARRAY[@list(months)@]) u (of)
			CROSS JOIN LATERAL cm_months(u.of::regclass) m
		WHERE m.until_us <= (SELECT pruned_before_us FROM cm_state WHERE state_id = 1)
	LOOP
		BEGIN
			EXECUTE format('SELECT count(*) FROM %I', name) INTO removed;
			EXECUTE format('LOCK TABLE ONLY %I IN ACCESS EXCLUSIVE MODE', of);
			EXECUTE format('DROP TABLE %I', name);
			RETURN removed;
		EXCEPTION WHEN lock_not_available THEN
			RETURN -1;
		WHEN OTHERS THEN
			RAISE LOG 'callmetrics: % not dropped: %', name, SQLERRM;
		END;
	END LOOP;
	RETURN cm_chunk_drop();
END
$$;

REVOKE ALL ON FUNCTION cm_month_next(bigint, bigint, bigint), cm_month_drop() FROM PUBLIC;
