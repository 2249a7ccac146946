-- Lets facts pend for the rest of a transaction.  Uses the primary key.
UPDATE cm_fold SET pending_most = 9223372036854775807 WHERE fold_id = 1
