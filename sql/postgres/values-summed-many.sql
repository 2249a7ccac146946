-- The same as values-binned-many, the buckets of a look summed up.  Uses cm_series' unique index and the primary key of cm_rollup_slot.
SELECT r.slot & 32767, sum(w.sign * r.n), sum(w.sign * r.sum_us), w.number - 1
@slots()@
GROUP BY 4, 1
