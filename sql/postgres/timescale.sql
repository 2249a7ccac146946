-- TimescaleDB, where the extension is there: what is kept by time is a hypertable, cm_latency_chunks and so on, and the table of the name
-- that all statements know is a view of it.  It is one because rows are compressed after some days, which the extension does not do in a
-- table with row-level security: the view is the wall (roles.sql).  And what changes or removes rows by their number finds them through
-- the view, and then does it by number and time, row by row, so that one chunk is touched, and of a compressed one the rows of one batch.
-- Functions only; cm_timescale makes it so.
SET LOCAL search_path = callmetrics, pg_temp;

-- The tables, their keys and times, and the column by which rows are apart in compressed chunks.
CREATE OR REPLACE FUNCTION cm_chunked() RETURNS TABLE (name text, key text, at text, segment text)
LANGUAGE sql IMMUTABLE AS $$
	VALUES @list(chunked)@
$$;

CREATE OR REPLACE FUNCTION cm_is_chunked(of text) RETURNS boolean
LANGUAGE sql STABLE
RETURN EXISTS (SELECT FROM pg_class WHERE relnamespace = 'callmetrics'::regnamespace AND relname = of || '_chunks');

-- Now, as hypertables by whole numbers ask for it: for policies that people add.
CREATE OR REPLACE FUNCTION cm_now_us() RETURNS bigint
LANGUAGE sql STABLE
RETURN (extract(epoch FROM now()) * 1000000)::bigint;

-- Makes a hypertable of a table, whose rows move, and a view of the table.  Chunks are weeks.
CREATE OR REPLACE FUNCTION cm_chunks_make(of text, key text, at text, extension text) RETURNS void
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	chunks text := of || '_chunks';
	indexes text[] := ARRAY(SELECT replace(replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON '),
		format(' ON callmetrics.%I ', of), format(' ON callmetrics.%I ', chunks)) FROM pg_index
		WHERE indrelid = of::regclass AND NOT indisprimary ORDER BY indexrelid);
	storage text := (SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = of::regclass);
	number text;
	made text;
BEGIN
	EXECUTE format('LOCK TABLE %I IN ACCESS EXCLUSIVE MODE', of);
	EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING STORAGE)', chunks, of);
	EXECUTE format('SELECT %I.create_hypertable($1, %I.by_range($2, 7 * 86400000000), create_default_indexes => false)', extension,
		extension) USING chunks::regclass, at::name;
	EXECUTE format('SELECT %I.set_integer_now_func($1, ''cm_now_us'')', extension) USING chunks::regclass;
	IF storage IS NOT NULL THEN
		EXECUTE format('ALTER TABLE %I SET (%s)', chunks, storage);
	END IF;
	EXECUTE format('INSERT INTO %I SELECT * FROM %I', chunks, of);
	number := pg_get_serial_sequence(chunks, key);
	IF number IS NOT NULL THEN
		EXECUTE format('SELECT setval($1, nextval(%L))', pg_get_serial_sequence(of, key)) USING number::regclass;
	END IF;
	EXECUTE format('DROP TABLE %I', of);
	EXECUTE format('ALTER TABLE %I ADD PRIMARY KEY (%I, %I)', chunks, key, at);
	FOREACH made IN ARRAY indexes LOOP
		EXECUTE made;
	END LOOP;
	EXECUTE format('CREATE VIEW %I AS SELECT * FROM %I', of, chunks);
	EXECUTE format($f$
		CREATE OR REPLACE FUNCTION %1$I() RETURNS trigger
		LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $g$
		BEGIN
			DELETE FROM %2$I WHERE %3$I = OLD.%3$I AND %4$I = OLD.%4$I;
			IF NOT FOUND THEN
				RETURN NULL;
			ELSIF TG_OP = 'DELETE' THEN
				RETURN OLD;
			END IF;
			INSERT INTO %2$I VALUES (NEW.*);
			RETURN NEW;
		END
		$g$
	$f$, of || '_rewrite', chunks, key, at);
	EXECUTE format('CREATE TRIGGER %1$I INSTEAD OF UPDATE OR DELETE ON %2$I FOR EACH ROW EXECUTE FUNCTION %1$I()', of || '_rewrite', of);
	EXECUTE format('ANALYZE %I', chunks);
END
$$;

-- Makes hypertables of those that are none yet: 0, where the extension is in this database and they are empty; 1, in any case, and the
-- extension, too.  Rows are compressed after so many days, where that is told.  What there is then, for people; '': no extension.
CREATE OR REPLACE FUNCTION cm_timescale(wanted bigint, days bigint) RETURNS text
LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
DECLARE
	extension text := (SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'timescaledb');
	filled boolean := false;
	one record;
BEGIN
	IF extension IS NULL AND wanted = 0 THEN
		RETURN '';
	ELSIF extension IS NULL THEN
		IF current_setting('timescaledb.disable_load', true) IS NULL THEN
			RAISE EXCEPTION 'this server has no TimescaleDB'
				USING HINT = 'It is to be installed, and loaded: shared_preload_libraries = ''timescaledb''';
		END IF;
		CREATE EXTENSION timescaledb SCHEMA public;
		INSERT INTO cm_meta (key, value) VALUES ('timescale_made', '1') ON CONFLICT DO NOTHING;
		extension := 'public';
	END IF;
	IF days > 0 THEN
		INSERT INTO cm_meta AS m (key, value) VALUES ('compress_after_days', days)
			ON CONFLICT (key) DO UPDATE SET value = excluded.value;
	END IF;
	FOR one IN SELECT * FROM cm_chunked() WHERE wanted = 0 LOOP
		EXECUTE format('SELECT $1 OR EXISTS (SELECT FROM %I)', one.name) INTO filled USING filled AND NOT cm_is_chunked(one.name);
	END LOOP;
	IF filled THEN
		RETURN '';
	END IF;
	-- Views of ours are made again by who called.
	FOR one IN SELECT relname FROM pg_class WHERE relnamespace = 'callmetrics'::regnamespace AND relkind = 'v'
		AND relname = ANY (regexp_split_to_array('@relations()@', ',\s+')) AND relname NOT IN (SELECT name FROM cm_chunked()) LOOP
		EXECUTE format('DROP VIEW %I', one.relname);
	END LOOP;
	FOR one IN SELECT * FROM cm_chunked() WHERE NOT cm_is_chunked(name) LOOP
		PERFORM cm_chunks_make(one.name, one.key, one.at, extension);
		BEGIN
			EXECUTE format('ALTER TABLE %I SET (timescaledb.compress, timescaledb.compress_segmentby = %L, '
				'timescaledb.compress_orderby = %L)', one.name || '_chunks', one.segment, one.at || ', ' || one.key);
		EXCEPTION WHEN feature_not_supported THEN
			RAISE LOG 'callmetrics: %_chunks is not compressed: %', one.name, SQLERRM;
		END;
	END LOOP;
	RETURN format('TimescaleDB %s: %s are hypertables, ', (SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'),
		(SELECT string_agg(name, ', ' ORDER BY name) FROM cm_chunked()))
		|| CASE current_setting('timescaledb.license', true) WHEN 'apache' THEN 'not compressed, which its Apache edition cannot do'
			ELSE format('compressed after %s days', cm_compress_after()) END;
END
$$;

-- After how many days rows are compressed.  A question over thirty days finds none of its own that are.
CREATE OR REPLACE FUNCTION cm_compress_after() RETURNS bigint
LANGUAGE sql STABLE SET search_path FROM CURRENT AS $$
	SELECT coalesce((SELECT value::bigint FROM cm_meta WHERE key = 'compress_after_days'), 32)
$$;

-- The chunks that end before an instant, the oldest first.
CREATE OR REPLACE FUNCTION cm_chunks_before(until_us bigint) RETURNS TABLE (chunks regclass, chunk regclass, end_us bigint, status integer)
LANGUAGE plpgsql STABLE SET search_path FROM CURRENT AS $$
BEGIN
	IF to_regclass('timescaledb_information.chunks') IS NOT NULL THEN
		RETURN QUERY EXECUTE 'SELECT format(''%I'', c.hypertable_name)::regclass, k.chunk, c.range_end_integer,
				CASE WHEN h.compression_enabled THEN _timescaledb_functions.chunk_status(k.chunk) END
			FROM timescaledb_information.chunks c JOIN timescaledb_information.hypertables h USING (hypertable_schema, hypertable_name)
				CROSS JOIN LATERAL (SELECT format(''%I.%I'', c.chunk_schema, c.chunk_name)::regclass AS chunk) k
			WHERE c.hypertable_schema = ''callmetrics'' AND c.range_end_integer <= $1
				AND EXISTS (SELECT FROM cm_chunked() t WHERE t.name || ''_chunks'' = c.hypertable_name)
			ORDER BY c.range_end_integer' USING until_us;
	END IF;
END
$$;

-- Drops a chunk of which prune takes everything; how many rows it had, -1 where no such chunk is left or can be had now.
CREATE OR REPLACE FUNCTION cm_chunk_drop() RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '200ms' AS $$
DECLARE
	extension regnamespace := (SELECT extnamespace FROM pg_extension WHERE extname = 'timescaledb');
	removed bigint;
	one record;
BEGIN
	FOR one IN SELECT * FROM cm_chunks_before((SELECT pruned_before_us FROM cm_state WHERE state_id = 1)) LOOP
		BEGIN
			EXECUTE format('SELECT count(*) FROM %s', one.chunk) INTO removed;
			EXECUTE format('SELECT count(*) FROM %s.drop_chunks($1, older_than => $2)', extension) USING one.chunks, one.end_us;
			RETURN removed;
		EXCEPTION WHEN OTHERS THEN
			RAISE LOG 'callmetrics: % not dropped: %', one.chunk, SQLERRM;
		END;
	END LOOP;
	RETURN -1;
END
$$;

-- Compresses the oldest chunk that is due and is not, or has rows that came since; 1 where there was one of no more than so many rows.
-- Who reads it waits for a moment at its end, who writes to it all the while.
CREATE OR REPLACE FUNCTION cm_chunk_compress(now_us bigint, most bigint) RETURNS bigint
LANGUAGE plpgsql SET search_path FROM CURRENT SET lock_timeout = '2s' AS $$
DECLARE
	extension regnamespace := (SELECT extnamespace FROM pg_extension WHERE extname = 'timescaledb');
	one record;
BEGIN
	-- Bit 0 of a chunk's state says that it is compressed, bit 3 that it has other rows, too.
	FOR one IN SELECT * FROM cm_chunks_before(now_us - cm_compress_after() * 86400000000) c
		WHERE c.status & 9 IN (0, 9) AND pg_relation_size(c.chunk) / 128 <= most LOOP
		BEGIN
			EXECUTE format('SELECT %s.compress_chunk($1)', extension) USING one.chunk;
			RETURN 1;
		EXCEPTION WHEN OTHERS THEN
			RAISE LOG 'callmetrics: % not compressed: %', one.chunk, SQLERRM;
		END;
	END LOOP;
	RETURN 0;
END
$$;
