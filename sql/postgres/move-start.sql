-- What a new database has from the start is copied, too.
TRUNCATE cm_vocabulary, cm_price, cm_series, cm_marginal;
