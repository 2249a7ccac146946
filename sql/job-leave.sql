-- Lets a job's lease go; the row stays, and says when that was.  By the primary key.
UPDATE cm_job SET until_us = 0 WHERE name = :name AND holder = :holder
