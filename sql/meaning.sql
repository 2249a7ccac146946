-- What a word of the outside world means here.  Uses the primary key.
SELECT meaning FROM cm_vocabulary WHERE topic = :topic AND term = lower(:term)
