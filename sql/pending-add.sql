-- Leaves a step pending, as the trigger does for those of the voice app.
INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
	VALUES (:series_id, :kind, '', :at, :value_us, :bin, 1, 0, 1, 1, 1)
