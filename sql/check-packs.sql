-- The packs of buckets that start within a day, in slots of 300 s since 1970.  Scans the primary key.
SELECT p.pack_id FROM cm_pack p WHERE (p.pack_id & 1073741823) >= :from AND (p.pack_id & 1073741823) < :to ORDER BY p.pack_id
