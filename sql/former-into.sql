-- Of a database of version 3: the series that the rollups of one go into from now on.  Uses the primary key and the unique index.
SELECT s.series_id FROM cm_series s WHERE s.series_id = :series_id AND s.scope <> 'former'
UNION ALL
SELECT m.series_id FROM cm_series s CROSS JOIN cm_series m
WHERE s.series_id = :series_id AND s.scope IN ('labels', 'former') AND (@singles(s)@)
