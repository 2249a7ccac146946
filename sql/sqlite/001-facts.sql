-- Schema version 1: the facts.
--
-- Times are integer microseconds since 1970 UTC (_us), durations integer microseconds.

@list(since-1)@

INSERT INTO cm_vocabulary (topic, term, meaning) VALUES
	@words()@;

INSERT INTO cm_state (state_id, pruned_before_us) VALUES (1, 0);

INSERT INTO cm_octave (floor_us, shift)
	WITH RECURSIVE octave (floor_us, shift) AS (
		VALUES (0, 0)
		UNION ALL
		SELECT 1024 << shift, shift + 1 FROM octave WHERE shift < 53
	)
	SELECT floor_us, shift FROM octave;

INSERT INTO cm_series (series_id, scope, tenant_id, agent, agent_version, provider, call_type)
	VALUES (1, 'full', '', '', '', '', '');
