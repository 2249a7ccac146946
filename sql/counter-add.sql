-- Adds to a counter what was counted, of which what it owes is paid first, and then what it owes from now on.  Uses the primary key.
INSERT INTO cm_counter (series_id, kind, outcome, n, n_owed, n_value, n_value_owed, sum_us, sum_us_owed)
	VALUES (:series_id, :kind, :outcome, :n, :n_owed, :n_value, :n_value_owed, :sum_us, :sum_us_owed)
	ON CONFLICT (series_id, kind, outcome) DO UPDATE SET
		n = cm_counter.n + CASE WHEN excluded.n > cm_counter.n_owed THEN excluded.n - cm_counter.n_owed ELSE 0 END,
		n_owed = excluded.n_owed + CASE WHEN excluded.n < cm_counter.n_owed THEN cm_counter.n_owed - excluded.n ELSE 0 END,
		n_value = cm_counter.n_value + CASE WHEN excluded.n_value > cm_counter.n_value_owed
			THEN excluded.n_value - cm_counter.n_value_owed ELSE 0 END,
		n_value_owed = excluded.n_value_owed + CASE WHEN excluded.n_value < cm_counter.n_value_owed
			THEN cm_counter.n_value_owed - excluded.n_value ELSE 0 END,
		sum_us = CASE WHEN cm_counter.sum_us > 4611686018427387904 THEN 4611686018427387904 ELSE cm_counter.sum_us END
			+ CASE WHEN excluded.sum_us > cm_counter.sum_us_owed THEN excluded.sum_us - cm_counter.sum_us_owed ELSE 0 END,
		sum_us_owed = excluded.sum_us_owed + CASE WHEN excluded.sum_us < cm_counter.sum_us_owed
			THEN cm_counter.sum_us_owed - excluded.sum_us ELSE 0 END
