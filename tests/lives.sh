#!/bin/sh
# lives: what is known of calls is the same in whatever order, in whatever pieces and however often it is told: 10 000 lives and more.
# suites: normal postgres
# Longer: LIVES=100000 LIVES_ORDERS=5 LIVES_SEED=7 tests/lives.sh; see tests/law/lives.py --help.
. "${0%/*}/lib.sh"

# Many that are few, where each event may be a request of its own, and one that is many.
if [ "$engine" = postgres ]; then
	postgres_server
	set -- --server "$(postgres_url "$postgres_folder" postgres)"
	LIVES=${LIVES:-2500}
fi
seed=${LIVES_SEED:-1}
for lives in 30 300 "${LIVES:-9700}"; do
	checks=$((checks + 1))
	"$python" "$top/tests/law/lives.py" --build "$build" --lives "$lives" --orders "${LIVES_ORDERS:-1}" --seed "$seed" "$@" >"$work/out" 2>&1 ||
		wrong "$lives lives" "$(cut -c 1-2000 "$work/out")"
	seed=$((seed + 1))
done
finish
