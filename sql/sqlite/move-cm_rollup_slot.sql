-- The histograms that are still to be copied into another database, in the order of its columns there, where a number stands for the
-- key (cm_slot).  Uses the primary key.
SELECT series_id, (CASE kind WHEN 'call' THEN 0 WHEN 'turn_e2e' THEN 1 WHEN 'stt' THEN 2 WHEN 'llm_ttft' THEN 3 WHEN 'tts_ttfb' THEN 4
			WHEN 'tool' THEN 5 WHEN 'network' THEN 6 WHEN 'session' THEN 7 ELSE 15 END << 58)
		| (CASE resolution WHEN 300 THEN 0 WHEN 3600 THEN 1 ELSE 2 END << 56)
		| ((parent + 1) << 46) | ((bucket / 300 + 1073741824) << 15) | bin, n, sum_us
FROM cm_rollup_bin ORDER BY series_id, kind, resolution, parent, bucket, bin LIMIT -1 OFFSET :done
