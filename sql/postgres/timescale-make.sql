-- Makes hypertables, where TimescaleDB is there or wanted; what there is, for people.
SELECT cm_timescale(:wanted, :days)
