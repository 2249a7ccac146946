-- Leaves steps pending, as the trigger does for those of the voice app.
INSERT INTO cm_pending (series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
	SELECT w.series_id, w.kind, '', w.at, w.value_us, w.bin, 1, 0, 1, 1, 1
	FROM unnest(:series_id::bigint[], :kind::text[], :at::bigint[], :value_us::bigint[], :bin::bigint[])
		w (series_id, kind, at, value_us, bin)
