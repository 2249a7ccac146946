-- The spoken lines that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT transcript_id, call_id, at_us, speaker, content
FROM cm_transcript ORDER BY transcript_id LIMIT -1 OFFSET :done
