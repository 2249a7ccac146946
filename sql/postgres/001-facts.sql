-- Schema version 1: the facts; the twin of sqlite/001-facts.sql, in the same tables and columns.
--
-- Times are integer microseconds since 1970 UTC (_us), durations integer microseconds.  Texts are ordered by their bytes, as
-- SQLite orders them.  Nothing here may refuse a row: what must hold is made to hold by who writes (shared/intake/unit.h) and not by
-- CHECK or NOT NULL.
--
-- Everything lies in the schema that is current when this runs, and the functions keep to it, whatever search_path a session has set.
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
