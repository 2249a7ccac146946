-- Folds what is pending, where that is many, by a fact that counts nothing.  Uses the primary key.
INSERT INTO cm_pending (pending_id, series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
	SELECT NULL, 0, '', '', 0, 0, NULL, 0, 0, 0, 0, 0 FROM cm_pending WHERE pending_id >= 512 LIMIT 1
