-- Schema version 1: the facts; the twin of sqlite/001-facts.sql, in the same tables and columns.
--
-- Times are integer microseconds since 1970 UTC (_us), durations integer microseconds.  Texts are ordered by their bytes, as
-- SQLite orders them.  Nothing here may refuse a row: what must hold is made to hold by who writes (shared/intake/unit.h) and not by
-- CHECK or NOT NULL.
--
-- Everything lies in the schema callmetrics (own-schema.sql), and the functions keep to it, whatever search_path a session has set.
SET LOCAL search_path = callmetrics, pg_temp;

@list(since-1)@

INSERT INTO cm_vocabulary (topic, term, meaning) VALUES
	@words()@;

INSERT INTO cm_state (state_id, pruned_before_us) VALUES (1, 0);

INSERT INTO cm_octave (floor_us, shift)
	SELECT CASE shift WHEN 0 THEN 0 ELSE 512::bigint << shift END, shift FROM generate_series(0, 53) shift;

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
