-- What tells a changed original besides its numbers of rows: the packs of the widest buckets of all together; the greatest numbers and
-- instants, each the end of a primary key or index; and sums, of tables that are small.  So it does not see what changes neither a count
-- nor a length nor a label: other metadata, an edited line, a call moved within its day.
SELECT p.pack_id, hex(p.coarse), hex(p.fine), 0, 0
FROM cm_series s CROSS JOIN cm_pack p
WHERE s.scope = 'all' AND p.pack_id >= s.series_id << 38 AND p.pack_id < (s.series_id + 1) << 38 AND p.pack_id >> 30 & 3 = 2
@list(signs)@
