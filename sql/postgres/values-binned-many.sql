-- The same of several looks at once.  Uses cm_series' unique index and the primary key of cm_rollup_slot.
SELECT r.slot & 32767, w.sign * r.n, w.sign * r.sum_us, ((r.slot >> 15 & 2147483647) - 1073741824) * 300, w.number - 1
@slots()@
