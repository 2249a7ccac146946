-- What the planner and index-only scans want after much was written; outside a transaction.
VACUUM ANALYZE;
