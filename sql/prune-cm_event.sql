-- Forgets some events that were taken before an instant: what is as old is no longer taken.  Uses cm_event_seen.
DELETE FROM cm_event WHERE (key_1, key_2) IN (SELECT key_1, key_2 FROM cm_event WHERE seen_us < :before LIMIT :limit)
