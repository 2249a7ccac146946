-- The leaf of a call's events that holds a key; no row: none of its events was taken yet.  Uses the primary key.
SELECT CAST(1 AS bigint), e.least, e.until, e.by_id, e.keys
FROM cm_call_event e WHERE e.call_no = :call_no AND e.least <= :key ORDER BY e.least DESC LIMIT 1
