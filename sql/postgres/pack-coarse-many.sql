-- The same of several runs at once.  Uses the primary key.
SELECT p.pack_id, p.coarse, w.number - 1
@packruns()@
