-- Drops a month of which retention takes everything; how many rows it had, -1: none is left.
SELECT cm_month_drop()
