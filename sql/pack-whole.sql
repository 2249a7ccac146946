-- The packs of a series, a kind and a run of buckets, whole.  Uses the primary key.
SELECT p.pack_id, p.coarse, p.fine FROM cm_pack p WHERE p.pack_id >= :pack_from AND p.pack_id < :pack_to
