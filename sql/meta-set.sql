-- Sets a row of cm_meta.  Uses the primary key.
INSERT INTO cm_meta (key, value) VALUES (:key, :value) ON CONFLICT (key) DO UPDATE SET value = excluded.value
