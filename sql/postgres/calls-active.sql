-- Calls that are active now, and how many of them started before :stale_before.  Uses cm_call_active, which covers it.
SELECT count(*), coalesce(sum(CASE WHEN c.started_us < :stale_before THEN 1 ELSE 0 END), 0)
FROM cm_call c
WHERE c.status = 'active'
	AND @looklets(c)@
