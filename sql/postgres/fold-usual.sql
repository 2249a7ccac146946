-- What fold-later has not changed needs no changing back.
UPDATE cm_state SET pending_most = pending_most WHERE false
