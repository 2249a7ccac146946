-- Facts pend as long as they do anyway: they are folded at the end of a transaction at the earliest.
UPDATE cm_state SET pending_most = pending_most WHERE false
