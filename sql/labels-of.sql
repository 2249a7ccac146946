-- The labels of a series.  Uses the primary key.
SELECT tenant_id, agent, provider FROM cm_series WHERE series_id = :series_id
