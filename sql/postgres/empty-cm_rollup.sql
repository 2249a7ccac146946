-- Removes nothing: a large table is dropped as fast as a small one.
DELETE FROM cm_rollup WHERE false AND :limit > 0
