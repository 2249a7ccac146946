-- The series that each of some series counts into.  Uses the primary key.
SELECT m.series_id, m.into_id, m.scope
FROM unnest(:series_id::bigint[]) w (series_id) JOIN cm_marginal m ON m.series_id = w.series_id
