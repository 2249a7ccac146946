-- Facts that came or went since the last fold.  Scans cm_pending, which is short.
SELECT p.kind, p.outcome, p.at_us, p.value_us, p.bin, p.n, p.n_transcript
FROM cm_pending p
WHERE @looklets(p)@
