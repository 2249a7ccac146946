#!/bin/sh
# scripts/run in a clone of the sources on a bare Debian 12: as root, as a user with sudo, and as one without; and after kill -9 it starts
# again each time.
# suites: by hand
#
# It installs some eighty packages and builds all, three times, which takes five minutes, so it is to be asked for:
#
#	CM_WAYS='root sudo none' scripts/test --normal --only bare-debian
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"
# shellcheck source-path=SCRIPTDIR source=debian.inc
. "${0%/*}/debian.inc"

passes "scripts/run can be read" bash -n "$top/scripts/run"
[ -n "${CM_WAYS:-}" ] || { left_out "scripts/run on a bare Debian: CM_WAYS='root sudo none' asks for it"; finish; }
has_debian || { left_out "scripts/run on a bare Debian: $no_debian"; finish; }
git -C "$top" ls-files -z --cached --others --exclude-standard 2>/dev/null |
	tar -C "$top" --null --ignore-failed-read -T - -cf "$work/sources.tar" 2>/dev/null || :
[ -s "$work/sources.tar" ] || { left_out "scripts/run on a bare Debian: this is no clone"; finish; }

# begin NAME HOME: a bare Debian, and a clone in it.
begin() {
	bare_debian "$1"
	home=$root$2
	[ "$2" = /root ] || inside useradd --create-home --shell /bin/bash "${2##*/}"
	mkdir "$home/callmetrics"
	tar -C "$home/callmetrics" -xf "$work/sources.tar"
	chown -R --reference="$home" "$home/callmetrics"
	site=$home/callmetrics/var
	port=$(free_port) tls_port=$(free_port) http=http://127.0.0.1:$port
}

# as USER COMMAND: what somebody types in the clone; $code and $work/said.
as() {
	code=0
	inside su - "$1" -c "cd callmetrics && $2" >"$work/said" 2>&1 || code=$?
}
run="scripts/run --detach --port \$port --tls-port \$tls_port"
start() {
	as "$1" "$(eval "echo \"$run\"")"
}

# answers WHAT: the site that was started does, with the password that it printed.
answers() {
	is "$1: scripts/run" "$code" 0
	[ "$code" -eq 0 ] || wrong "$1" "$(tail -n 20 "$work/said")"
	password=$(sed -n 's/^password  *//p' "$work/said")
	get '/metrics/daily?days=30'
	is "$1: an answer" "$status $(json '[.timeseries[] | select(.total > 0)] | length >= 29')" '200 true'
}

# ends WHAT USER
ends() {
	as "$2" "scripts/run --stop"
	is "$1: it stops" "$code $(cat "$work/said")" '0 stopped'
	bare /healthz
	is "$1: nobody answers" "$status" 000
	keep_packages
	rm -rf "$root"
}

# shellcheck disable=SC2317 # called by wait_for
is_dead() {
	! grep -qs '^State:[[:space:]]*[^Z]' "/proc/$killed/status"
}

as_root_himself() {
	begin root /root
	start root
	answers "as root"
	started=0
	for n in $(seq 20); do
		killed=$(keeper)
		signal KILL "$killed"
		wait_for 10 is_dead || wrong "the kill $n"
		start root
		get "/metrics/hourly?_=$n"
		[ "$code $status" = '0 200' ] && started=$((started + 1))
	done
	is "as root: starts after kill -9" "$started" 20
	ends "as root" root
}

as_one_with_sudo() {
	begin sudo /home/ann
	passes "sudo" inside sh -c 'apt-get update -q && apt-get install -q -y --no-install-recommends sudo'
	echo 'ann ALL=(ALL) NOPASSWD: ALL' >"$root/etc/sudoers.d/ann"
	start ann
	answers "with sudo"
	ends "with sudo" ann
}

as_one_without() {
	begin none /home/ann
	start ann
	is "without sudo: it says what is missing" "$code" 1
	grep '^ *apt-get.* install ' "$work/said" >"$work/line" || :
	is "without sudo: in one line" "$(wc -l <"$work/line")" 1
	passes "without sudo: the line, as root" inside sh -e -c "$(cat "$work/line")"
	start ann
	answers "without sudo"
	ends "without sudo" ann
}

for way in $CM_WAYS; do
	case $way in
	root) as_root_himself ;;
	sudo) as_one_with_sudo ;;
	none) as_one_without ;;
	*) wrong "CM_WAYS has no $way" ;;
	esac
	echo "$way: done after $(ps -o etimes= -p $$ | tr -d ' ') s"
done
finish
