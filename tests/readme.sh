#!/bin/sh
# Every answer that README.md shows is what the service says.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

app_db calls
password=secret
open_site "$work/calls.db"
wait_for_jobs

# The answers are there to be read: lines are broken, and what was left out is an ellipsis.  Each `curl` line with the
# block after it goes into files N.curl and N.want.
mkdir "$work/shown"
awk -v folder="$work/shown" '
	/^    curl / { n++; open = 1; sub(/^    /, ""); print >(folder "/" n ".curl"); next }
	/^    / && open { sub(/^    /, ""); print >(folder "/" n ".want"); next }
	/^[^ ]/ { open = 0 }' "$top/README.md"
shown=0
KEY=$write_key
export KEY
for want in $(find "$work/shown" -name '*.want' | sort -V); do
	line=$(sed "s|http://127.0.0.1:8083|$http|" "${want%.want}.curl")
	code=0
	sh -c "$line -s" >"$work/body" || code=$?
	is "$line" "$code" 0
	checks=$((checks + 1))
	shown=$((shown + 1))
	"$python" - "$want" "$work/body" <<-'PYTHON' >"$work/difference" || wrong "$line" "$(cat "$work/difference")"
		import re, sys
		want, got = (open(name, encoding="utf-8").read() for name in sys.argv[1:])
		if want.startswith("{"):
		    want = re.sub(r"\n\s*", "", want)
		    want = re.sub(r'"request_id":"\w+"', "…", want)
		    got = got.rstrip("\n")
		want = want.rstrip("\n")
		pattern = ".*?".join(re.escape(part) for part in want.split("…"))
		if not re.fullmatch(pattern + "\n*", got, re.S):
		    print("shown:", want, "\nanswered:", got[:3000])
		    sys.exit(1)
	PYTHON
done
checks=$((checks + 1))
[ "$shown" -ge 10 ] || wrong "only $shown answers are shown"
finish
