-- Notes that an event was taken; changes nothing where it was before.  Uses the primary key.
INSERT INTO cm_event (key_1, key_2, seen_us) VALUES (:key_1, :key_2, :seen) ON CONFLICT DO NOTHING
