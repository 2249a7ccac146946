-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_pack.
SELECT p.pack_id, p.coarse, p.fine, w.number - 1
@seriespacks()@
