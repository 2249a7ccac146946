-- All words of the outside world and what they mean here.
SELECT topic, term, meaning FROM cm_vocabulary
