-- Goes back to the usual number of pending facts.  Uses the primary key.
UPDATE cm_state SET pending_most = 512 WHERE state_id = 1
