#!/bin/sh
# attach-migrations: Alembic, Django, sqlite-utils and Knex rebuild the voice app's tables while they are followed: health tells at the next
# question, follow and attach mend it, nothing is missing and there are no ghosts.  Knex comes from npm, which builds it: only where
# CM_KNEX names a folder with its node_modules (npm install knex better-sqlite3@12), or is `install`.  On PostgreSQL, where an ALTER TABLE
# leaves the triggers, Alembic compares the app's schema with its model and finds nothing of ours in it.
# suites: normal postgres
. "${0%/*}/lib.sh"
if [ "$engine" = postgres ]; then
	attached_db migrated
	passes "alembic finds nothing of ours" "$python" "$top/tests/attach-migrations.py" "$build" "$db" autogenerate
	finish
fi
mkdir "$work/files"
for tool in alembic django sqlite-utils; do
	passes "$tool" "$python" "$top/tests/attach-migrations.py" "$build" "$work/files" "$tool"
	cat "$work/passes.log"
done
knex=${CM_KNEX:-}
if [ "$knex" = install ]; then
	knex=$work/knex
	mkdir "$knex"
	passes "npm install" npm install --no-audit --no-fund --prefix "$knex" knex better-sqlite3@12
fi
if [ -n "$knex" ]; then
	NODE_PATH=$knex/node_modules
	export NODE_PATH
	passes "knex" "$python" "$top/tests/attach-migrations.py" "$build" "$work/files" knex
	cat "$work/passes.log"
else
	echo "knex is left out: CM_KNEX is not set"
fi
finish
