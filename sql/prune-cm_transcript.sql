-- Removes some spoken lines of calls that are gone and that were spoken before an instant.  Uses cm_transcript_at.
DELETE FROM cm_transcript WHERE transcript_id IN
	(SELECT transcript_id FROM cm_transcript WHERE at_us < :before LIMIT :limit)
