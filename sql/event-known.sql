-- Whether an event was taken: its key, or no row.  Uses the primary key.
SELECT key_1, key_2 FROM cm_event WHERE key_1 = :key_1 AND key_2 = :key_2
