-- Makes the next month that is missing; 1 where there was one.
SELECT cm_month_next(:now, :most)
