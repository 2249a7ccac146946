-- The series that a series counts into.  Uses the primary key.
SELECT series_id, into_id, scope FROM cm_marginal WHERE series_id = :series_id
