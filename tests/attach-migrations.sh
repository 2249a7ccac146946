#!/bin/sh
# attach-migrations: Alembic, Django, sqlite-utils and Knex rebuild the voice app's tables while they are followed: health tells at the next
# question, follow and attach mend it, nothing is missing and there are no ghosts.  Knex comes from npm, as tests/knex/ has it.  On
# PostgreSQL, where an ALTER TABLE leaves the triggers, Alembic compares the app's schema with its model and finds nothing of ours in it.
# suites: normal postgres
. "${0%/*}/lib.sh"
if [ "$engine" = postgres ]; then
	attached_db migrated
	passes "alembic finds nothing of ours" "$python" "$top/tests/attach-migrations.py" "$build" "$db" autogenerate
	finish
fi
mkdir "$work/files"

# has_knex: whether it is here, or could be fetched; its driver is built over the system's SQLite.
knex=${CM_SCRATCH:-$work}/knex
has_knex() {
	mkdir -p "$knex"
	cmp -s "$top/tests/knex/package-lock.json" "$knex/package-lock.json" && [ -d "$knex/node_modules/knex" ] && return 0
	cp "$top/tests/knex/package.json" "$top/tests/knex/package-lock.json" "$knex/"
	[ ! -e /usr/include/node/node.h ] || npm_config_nodedir=/usr
	env ${npm_config_nodedir:+npm_config_nodedir="$npm_config_nodedir"} npm_config_build_from_source=true npm_config_sqlite=/usr \
		npm ci --omit=optional --no-audit --no-fund --fetch-retries=1 --prefix "$knex" >"$work/npm.log" 2>&1 && return 0
	rm -rf "$knex/node_modules"
	grep -q -E 'ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|npm: not found' "$work/npm.log" ||
		wrong "npm ci" "$(tail -n 20 "$work/npm.log")"
	return 1
}

for tool in alembic django sqlite-utils knex; do
	if [ "$tool" = knex ]; then
		has_knex || { left_out "migrations of Knex: npm or its registry is not within reach"; continue; }
		NODE_PATH=$knex/node_modules
		export NODE_PATH
	fi
	passes "$tool" "$python" "$top/tests/attach-migrations.py" "$build" "$work/files" "$tool"
	cat "$work/passes.log"
done
finish
