-- A number that is another one when the schema of the voice app's file was changed.
SELECT schema_version FROM pragma_schema_version
