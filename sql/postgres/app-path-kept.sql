-- Looks for the voice app's tables where they are noted to be, in a session that may have begun before they were moved.  By the primary key.
SELECT set_config('search_path', 'callmetrics, ' || value, false) FROM callmetrics.cm_meta WHERE key = 'app_path'
