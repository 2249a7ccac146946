-- A pack.  Uses the primary key.
SELECT p.pack_id, p.coarse, p.fine FROM cm_pack p WHERE p.pack_id = :pack_id
