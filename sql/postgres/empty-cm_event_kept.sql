-- Removes nothing: a large table is dropped as fast as a small one.
DELETE FROM cm_event_kept WHERE false AND :limit > 0
