-- Facts before this instant may be gone.  Uses the primary key.
SELECT pruned_before_us FROM cm_state WHERE state_id = 1
