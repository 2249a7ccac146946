-- From version 3 to 4, first: what is pending is folded, by the trigger of the last row that may be.  Whoever still runs an older program
-- can neither count a fact nor answer from now on.
UPDATE cm_state SET pending_most = 512;
INSERT INTO cm_pending (pending_id, series_id, kind, outcome, at_us, value_us, bin, n, n_transcript, n_seen, n_reached, n_timed)
	SELECT max(512, coalesce(max(pending_id), 0) + 1), 0, '', '', 0, 0, NULL, 0, 0, 0, 0, 0 FROM cm_pending;
@table(pack)@
@table(call_event)@
DROP VIEW cm_pending_count;
DROP VIEW cm_pending_bin;
DROP VIEW cm_pending_counter;
DROP TRIGGER cm_pending_full;
DROP TABLE cm_pending;
