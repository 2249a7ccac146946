-- Adds new values to counters, each counter once.  Uses the primary key.
INSERT INTO cm_counter (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
	SELECT w.series_id, w.kind, '', w.n, w.n, w.n, w.sum_us
	FROM unnest(:series_id::bigint[], :kind::text[], :n::bigint[], :sum_us::bigint[]) w (series_id, kind, n, sum_us)
	ON CONFLICT (series_id, kind, outcome) DO UPDATE SET n_seen = cm_counter.n_seen + excluded.n_seen,
		n_reached = cm_counter.n_reached + excluded.n_reached, n_value = cm_counter.n_value + excluded.n_value,
		sum_us = cm_counter.sum_us + excluded.sum_us
