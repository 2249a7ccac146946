-- When the agent started in a turn, and when the user last stopped before that: as told, else as the end of the turn was detected.
-- Null where that is not known.  Uses the primary key of cm_mark.
SELECT a.at_us,
	coalesce((SELECT max(u.at_us) FROM cm_mark u WHERE u.call_id = :call_id AND u.turn_id = :turn_id
			AND u.mark = 'user_stopped' AND u.at_us <= a.at_us),
		(SELECT max(e.at_us) FROM cm_mark e WHERE e.call_id = :call_id AND e.turn_id = :turn_id
			AND e.mark = 'end_of_turn' AND e.at_us <= a.at_us)),
	(SELECT count(*) FROM cm_mark o WHERE o.call_id = :call_id AND o.turn_id = :turn_id AND o.at_us > a.at_us
		AND o.mark <> 'agent_started')
FROM (SELECT min(m.at_us) AS at_us FROM cm_mark m
	WHERE m.call_id = :call_id AND m.turn_id = :turn_id AND m.mark = 'agent_started') a
WHERE a.at_us IS NOT NULL
