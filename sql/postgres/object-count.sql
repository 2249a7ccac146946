-- Whether a table or a view of that name is there, of ours or of the voice app's.  Reads the catalogue.
SELECT CASE WHEN to_regclass(quote_ident(:name)) IS NULL THEN 0 ELSE 1 END
