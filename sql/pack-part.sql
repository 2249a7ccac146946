-- The fine bins of a coarse one of a pack.  Uses the primary key.
SELECT substr(p.fine, :from + 1, :bytes) FROM cm_pack p WHERE p.pack_id = :pack_id
