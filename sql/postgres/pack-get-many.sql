-- Packs, in the order of their numbers, which is that in which they are asked for.  Uses the primary key.
SELECT p.pack_id, p.coarse, p.fine FROM unnest(:pack_id::bigint[]) w (pack_id) JOIN cm_pack p ON p.pack_id = w.pack_id
ORDER BY p.pack_id
