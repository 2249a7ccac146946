-- Lets facts pend for the rest of a transaction.  Uses the primary key.
UPDATE cm_state SET pending_most = 9223372036854775807 WHERE state_id = 1
