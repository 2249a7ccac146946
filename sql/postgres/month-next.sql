-- Makes the next month that is missing, or compresses the next chunk; 1 where there was one.
SELECT cm_month_next(:now, :most, :most_packed)
