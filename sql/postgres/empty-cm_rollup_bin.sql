-- Removes nothing: a large table is dropped as fast as a small one.
DELETE FROM cm_rollup_slot WHERE false AND :limit > 0
