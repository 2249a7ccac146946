-- Whether something of that name is there.
SELECT count(*) FROM sqlite_master WHERE name = :name
