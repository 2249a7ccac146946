-- Goes back to the usual number of pending facts.  Uses the primary key.
UPDATE cm_fold SET pending_most = 64 WHERE fold_id = 1
