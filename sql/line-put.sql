-- A spoken line as a row of the voice app tells it now.  Uses the primary key.
UPDATE cm_transcript SET call_no = :call_no, at_us = :at_us, speaker = :speaker, content = :content WHERE transcript_id = :transcript_id
