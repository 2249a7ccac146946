-- The words that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT topic, term, meaning
FROM cm_vocabulary ORDER BY topic, term LIMIT -1 OFFSET :done
