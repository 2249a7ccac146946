-- Adds what was seen to a counter.  Uses the primary key.
INSERT INTO cm_counter (series_id, kind, outcome, n_seen, n_reached, n_value, sum_us)
	VALUES (:series_id, :kind, :outcome, :n_seen, :n_reached, :n_value, :sum_us)
	ON CONFLICT (series_id, kind, outcome) DO UPDATE SET n_seen = cm_counter.n_seen + excluded.n_seen,
		n_reached = cm_counter.n_reached + excluded.n_reached, n_value = cm_counter.n_value + excluded.n_value,
		sum_us = CASE WHEN cm_counter.sum_us > 4611686018427387904 THEN 4611686018427387904 ELSE cm_counter.sum_us END
			+ excluded.sum_us
