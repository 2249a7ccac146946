-- Schema version 1: the facts; the twin of sqlite/001-facts.sql, in the same tables and columns.
--
-- Times are integer microseconds since 1970 UTC (_us), durations integer microseconds.  Texts are ordered by their bytes, as
-- SQLite orders them.  Nothing here may refuse a row: what must hold is made to hold by who writes (shared/intake/unit.h) and not by
-- CHECK or NOT NULL.
--
-- Everything lies in the schema that is current when this runs, and the functions keep to it: a voice app whose role may do nothing
-- here, or that has set another search_path, fires them all the same.
DO $$
BEGIN
	PERFORM set_config('search_path', format('%I, pg_temp', current_schema()), true);
END
$$;

@list(since-1)@

INSERT INTO cm_vocabulary (topic, term, meaning) VALUES
	@words()@;

INSERT INTO cm_state (state_id, pending_most, pruned_before_us) VALUES (1, 512, 0);

INSERT INTO cm_octave (floor_us, shift)
	SELECT CASE shift WHEN 0 THEN 0 ELSE 512::bigint << shift END, shift FROM generate_series(0, 53) shift;

-- The bin of a duration, with the floors of cm_octave at hand.
CREATE FUNCTION cm_bin(duration_us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (duration_us >> width_bucket(duration_us, '{1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576,2097152,
	4194304,8388608,16777216,33554432,67108864,134217728,268435456,536870912,1073741824,2147483648,4294967296,8589934592,
	17179869184,34359738368,68719476736,137438953472,274877906944,549755813888,1099511627776,2199023255552,4398046511104,
	8796093022208,17592186044416,35184372088832,70368744177664,140737488355328,281474976710656,562949953421312,
	1125899906842624,2251799813685248,4503599627370496,9007199254740992,18014398509481984,36028797018963968,
	72057594037927936,144115188075855872,288230376151711744,576460752303423488,1152921504606846976,2305843009213693952,4611686018427387904}'::bigint[]))
	+ 512 * width_bucket(duration_us, '{1024,2048,4096,8192,16384,32768,65536,131072,262144,524288,1048576,2097152,
	4194304,8388608,16777216,33554432,67108864,134217728,268435456,536870912,1073741824,2147483648,4294967296,8589934592,
	17179869184,34359738368,68719476736,137438953472,274877906944,549755813888,1099511627776,2199023255552,4398046511104,
	8796093022208,17592186044416,35184372088832,70368744177664,140737488355328,281474976710656,562949953421312,
	1125899906842624,2251799813685248,4503599627370496,9007199254740992,18014398509481984,36028797018963968,
	72057594037927936,144115188075855872,288230376151711744,576460752303423488,1152921504606846976,2305843009213693952,4611686018427387904}'::bigint[]);

-- What the voice app's values mean here, whatever types its columns have, whatever its session has set; none of these ever fails.
--
-- An instant: ISO 8601 with seconds, in UTC unless it says otherwise, of the years 1971 to 9998; null where it is not.
-- The pattern knows the days of the months, and which years are leap.  It is one expression, since PL/pgSQL prepares each anew in every
-- transaction.
CREATE FUNCTION cm_instant(t text) RETURNS bigint
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	RETURN CASE WHEN t COLLATE "C" ~ '^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([2468][048]|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]([.][0-9]*)?[[:space:]]*([Zz]|[+-](0[0-9]|1[0-4]):[0-5][0-9])?[[:space:]]*$'
			AND t COLLATE "C" >= '1971' AND t COLLATE "C" < '9999'
		THEN (extract(epoch FROM left(t, 19)::timestamp)::bigint
				- coalesce(extract(epoch FROM substring(substr(t, 20) COLLATE "C" FROM '[+-]..:..')::interval)::bigint, 0)) * 1000000
			+ coalesce(rpad(substring(t COLLATE "C" FROM '^.{19}[.]([0-9]{1,6})'), 6, '0')::int, 0) END;
END
$$;

CREATE FUNCTION cm_instant(t timestamp) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN t >= '1971-01-01'::timestamp AND t < '9999-01-01'::timestamp THEN (extract(epoch FROM t) * 1000000)::bigint END;

CREATE FUNCTION cm_instant(t timestamptz) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cm_instant(t AT TIME ZONE 'UTC');

CREATE FUNCTION cm_instant(t date) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cm_instant(t::timestamp);

-- A duration in microseconds, of a value of which one is so many; null where it is not between none and a year.
CREATE FUNCTION cm_micros(value double precision, each_us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value BETWEEN 0 AND 31622400000000 / each_us THEN trunc(value * each_us + 0.5::double precision)::bigint END;

CREATE FUNCTION cm_micros(value text, each_us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value COLLATE "C" ~ '^\s*[+-]?([0-9]{1,40}(\.[0-9]{0,40})?|\.[0-9]{1,40})([eE][+-]?[0-9]{1,2})?\s*$'
	THEN cm_micros(value::double precision, each_us) END;

CREATE FUNCTION cm_micros(value interval, each_us bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cm_micros(extract(epoch FROM value)::double precision, 1000000);

-- Yes (1) or no (0).
CREATE FUNCTION cm_flag(value boolean) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value THEN 1 ELSE 0 END;

CREATE FUNCTION cm_flag(value double precision) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value <> 0 THEN 1 ELSE 0 END;

CREATE FUNCTION cm_flag(value text) RETURNS bigint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN value COLLATE "C" ~ '^\s*[+-]?[0-9.]*[1-9]' OR lower(value COLLATE "C") IN ('t', 'true', 'y', 'yes', 'on')
	THEN 1 ELSE 0 END;

-- Metadata as JSON; null where it is none.
CREATE FUNCTION cm_json(metadata text) RETURNS jsonb
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
BEGIN
	RETURN metadata::jsonb;
EXCEPTION WHEN OTHERS THEN
	RETURN NULL;
END
$$;

CREATE FUNCTION cm_json(metadata json) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN cm_json(metadata::text);

CREATE FUNCTION cm_json(metadata jsonb) RETURNS jsonb
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN metadata;

-- A member as text, as SQLite gives it: true is 1, a number has no zeros that say nothing.
CREATE FUNCTION cm_member(metadata jsonb, name text) RETURNS text
LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE AS $$
DECLARE
	member jsonb := metadata -> name;
	value text := metadata ->> name;
BEGIN
	IF value IS NULL THEN
		RETURN NULL;
	END IF;
	CASE jsonb_typeof(member)
		WHEN 'string' THEN RETURN value;
		WHEN 'number' THEN RETURN regexp_replace(value, '([.][0-9]+?)0+$', E'\\1');
		WHEN 'boolean' THEN RETURN CASE value WHEN 'true' THEN '1' ELSE '0' END;
		ELSE RETURN regexp_replace(value, E'("(?:[^"\\\\]|\\\\.)*")|[[:space:]]+', E'\\1', 'g');
	END CASE;
END
$$;

CREATE FUNCTION cm_label(metadata jsonb, name text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce(left(CASE jsonb_typeof(metadata -> name) WHEN 'string' THEN metadata ->> name
	ELSE CASE WHEN metadata ? name THEN cm_member(metadata, name) END END, 128), '');

-- The way back: an instant in UTC as the voice app's column has it; a text in the form of another that it wrote.
CREATE FUNCTION cm_time_like(instant text, form text, of text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN substr(instant, 1, 10) || substr(form, 11, 1) || substr(instant, 12, 15)
	|| CASE WHEN form COLLATE "C" ~ 'Z$' THEN 'Z' WHEN form COLLATE "C" ~ '[+-][0-9][0-9]:[0-9][0-9]$' THEN '+00:00' ELSE '' END;

CREATE FUNCTION cm_time_like(instant text, form text, of timestamp) RETURNS timestamp
LANGUAGE sql STABLE PARALLEL SAFE
RETURN substr(instant, 1, 26)::timestamp;

CREATE FUNCTION cm_time_like(instant text, form text, of timestamptz) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE
RETURN substr(instant, 1, 26)::timestamp AT TIME ZONE 'UTC';

-- Notes what made no sense ({source_id, field}), the last word on a row being right; what makes sense again (field null) is let go.
CREATE FUNCTION cm_note(of text, notes text[]) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	FOR i IN 1 .. array_length(notes, 1) LOOP
		IF notes[i][2] IS NULL THEN
			DELETE FROM cm_skipped WHERE source = of AND source_id = notes[i][1];
		ELSE
			INSERT INTO cm_skipped (source, source_id, field) VALUES (of, notes[i][1], notes[i][2])
				ON CONFLICT (source, source_id) DO UPDATE SET field = excluded.field;
		END IF;
	END LOOP;
END
$$;

-- The same where reading failed altogether: the source's own statement stands, and the server's log says why.
CREATE FUNCTION cm_note_failed(of text, source_ids text[], why text) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
	RAISE LOG 'callmetrics: % not read: %', of, why;
	INSERT INTO cm_skipped (source, source_id, field)
		SELECT DISTINCT of, i, 'error' FROM unnest(source_ids) i WHERE i IS NOT NULL ORDER BY 2
		ON CONFLICT (source, source_id) DO UPDATE SET field = excluded.field;
EXCEPTION WHEN OTHERS THEN
	RAISE LOG 'callmetrics: nor noted: %', SQLERRM;
END
$$;

-- Whether a table was rewritten (VACUUM FULL, CLUSTER, TRUNCATE) since its copying began, after the first of its blocks.
CREATE FUNCTION cm_rewritten(source text, after bigint) RETURNS boolean
LANGUAGE plpgsql AS $$
DECLARE
	node text := pg_relation_filenode(source::regclass);
	former text := (SELECT value FROM cm_meta WHERE key = 'copy_node_' || source);
BEGIN
	IF former = node THEN
		RETURN false;
	END IF;
	INSERT INTO cm_meta (key, value) VALUES ('copy_node_' || source, node) ON CONFLICT (key) DO UPDATE SET value = excluded.value;
	RETURN after > 0;
END
$$;
