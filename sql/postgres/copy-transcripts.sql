-- Copies spoken lines of the voice app into the facts: the rows of its blocks after the :after-th up to the :until-th.
SELECT cm_transcripts_copy(:after, :until)
