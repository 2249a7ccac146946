-- A copy that was broken off, of an original that has changed since: it begins anew.
TRUNCATE @list(copied)@;
