-- Of which months the tables that a server keeps in months have rows: an instant of each.  Uses their indexes by time.
SELECT 'cm_event_kept', min(at_us) FROM cm_event_kept WHERE at_us >= :from AND at_us < :until
	GROUP BY strftime('%Y-%m', at_us / 1000000, 'unixepoch')
UNION ALL SELECT 'cm_cost', min(at_us) FROM cm_cost WHERE at_us >= :from AND at_us < :until
	GROUP BY strftime('%Y-%m', at_us / 1000000, 'unixepoch')
UNION ALL SELECT 'cm_health', min(at_us) FROM cm_health WHERE at_us >= :from AND at_us < :until
	GROUP BY strftime('%Y-%m', at_us / 1000000, 'unixepoch')
