-- Makes the month of an instant in a table, where it is missing; 1 where it was.
SELECT cm_month_make(:table, :at, :most)
