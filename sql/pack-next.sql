-- Some packs after one, in the order of their numbers.  Uses the primary key.
SELECT p.pack_id, p.coarse, p.fine FROM cm_pack p WHERE p.pack_id > :after ORDER BY p.pack_id LIMIT :limit
