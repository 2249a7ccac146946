-- Forgets an event that is rejected after all, so that it may come again when it is mended.  Uses the primary key.
DELETE FROM cm_event WHERE key_1 = :key_1 AND key_2 = :key_2
