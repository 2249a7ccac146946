-- From now on what is gone before an instant does not come back.  Uses the primary key.
UPDATE cm_state SET pruned_before_us = :before WHERE state_id = 1 AND pruned_before_us < :before
