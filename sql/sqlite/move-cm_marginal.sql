-- The marginals that are still to be copied into another database, in the order of its columns.  Uses the primary key.
SELECT series_id, scope, into_id
FROM cm_marginal ORDER BY series_id, scope LIMIT -1 OFFSET :done
