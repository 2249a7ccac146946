-- How many rows the journal has, as far as that matters.  Scans the first of them.
SELECT count(*) FROM (SELECT FROM callmetrics_journal LIMIT 100000) j
