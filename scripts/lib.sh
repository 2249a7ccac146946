# shellcheck shell=bash
# shellcheck disable=SC2034,SC2154 # names that the caller sets or reads
#
# What the scripts share: saying things, installing packages, building, filling in templates.
# To be read with `.`; the caller sets `top` to the source folder first.

# say TEXT: to the person at the terminal, beside the output proper.
say() {
	printf '%s\n' "$*" >&2
}

# die TEXT: say why, and stop.
die() {
	printf '%s: %s\n' "${0##*/}" "$*" >&2
	exit 1
}

# Debian's programs for root are not on everybody's path.
PATH=$PATH:/usr/sbin:/sbin

# What is needed, and how to see that it is there: a command on the path, or a file.
build_needs='
gcc            gcc
libc6-dev      /usr/include/stdio.h
make           make
autoconf       autoconf
automake       automake
pkgconf        pkg-config
libfcgi-dev    /usr/include/fcgiapp.h
libsqlite3-dev /usr/include/sqlite3.h
libcsv-dev     /usr/include/csv.h
zlib1g-dev     /usr/include/zlib.h
libmd-dev      /usr/include/sha2.h
libcrypt-dev   /usr/include/crypt.h
libpq-dev      /usr/include/postgresql/libpq-fe.h
'
# tzdata is for daily's time zones, whois for mkpasswd.
run_needs='
nginx-light    nginx
spawn-fcgi     spawn-fcgi
multiwatch     multiwatch
sqlite3        sqlite3
openssl        openssl
whois          mkpasswd
curl           curl
tzdata         /usr/share/zoneinfo/Europe/Berlin
'

# For the tests: promtool is in Debian's package prometheus.
test_needs='
libcmocka-dev  /usr/include/cmocka.h
valgrind       valgrind
binutils       nm
wrk            wrk
jq             jq
shellcheck     shellcheck
clang-format   clang-format
prometheus     promtool
procps         ps
iproute2       ss
'

# missing_packages LIST: the packages of LIST whose probe finds nothing.
missing_packages() {
	local package probe
	while read -r package probe; do
		case $probe in
		'') ;;
		/*) [ -e "$probe" ] || printf '%s ' "$package" ;;
		*) command -v "$probe" >/dev/null 2>&1 || printf '%s ' "$package" ;;
		esac
	done <<-EOF
		$1
	EOF
}

# as_root COMMAND...: run it as root, or say what to run.
as_root() {
	if [ "$(id -u)" -eq 0 ]; then
		"$@"
	elif command -v sudo >/dev/null 2>&1; then
		sudo "$@"
	else
		die "this needs root, and there is no sudo; as root, run: $*"
	fi
}

# say_how_to_install PACKAGES: one line for who is root.
say_how_to_install() {
	local line packages
	read -ra packages <<<"$1"
	# Of what a list of months ago names a mirror may have later versions alone.
	line="apt-get update && apt-get install -y --no-install-recommends ${packages[*]}"
	say "Packages are missing, and to install them takes root; there is no sudo.  As root, run this line and then ${0##*/} again:"
	say ""
	say "    $line"
	say ""
	case " $1 " in
	*" nginx-light "*) say "(It also starts Debian's own nginx on port 80; systemctl disable --now nginx ends that.)" ;;
	esac
}

# install_packages LIST: install what LIST has and the system lacks.
install_packages() {
	local missing
	missing=$(missing_packages "$1")
	[ -n "$missing" ] || return 0
	command -v apt-get >/dev/null 2>&1 ||
		die "these are missing, and there is no apt-get to install them: $missing"
	if [ "$(id -u)" -ne 0 ] && ! command -v sudo >/dev/null 2>&1; then
		say_how_to_install "$missing"
		exit 1
	fi
	say "installing: $missing"
	# shellcheck disable=SC2016,SC2086 # the inner shell expands; a list of words
	as_root sh -c '
		set -eu
		# A package may start its service: nginx would take port 80.  A policy of our own keeps it from that, unless
		# the system has one already.
		policy=/usr/sbin/policy-rc.d
		if [ ! -e "$policy" ]; then
			trap "rm -f $policy" EXIT
			trap "exit 1" HUP INT TERM
			printf "#!/bin/sh\nexit 101\n" >"$policy"
			chmod 755 "$policy"
		fi
		export DEBIAN_FRONTEND=noninteractive
		apt-get update -q
		apt-get install -q -y --no-install-recommends "$@"
		# It is wanted for its program: at the next start of the machine its service would take port 80.
		case " $* " in
		*" nginx-light "*)
			update-rc.d nginx disable >/dev/null 2>&1 || systemctl disable nginx.service >/dev/null 2>&1 || exit 0
			echo "Debian'"'"'s own nginx service is disabled, since we installed it; systemctl enable --now nginx starts it"
			;;
		esac
	' install $missing >&2 || die "could not install: $missing"
	missing=$(missing_packages "$1")
	[ -z "$missing" ] || die "installed, but still not found: $missing"
}

# require_packages LIST: for --no-install; say what is missing.
require_packages() {
	local missing
	missing=$(missing_packages "$1")
	[ -z "$missing" ] || die "missing (Debian packages): $missing; apt-get install $missing"
}

# tell_built LOG TOTAL: what make says goes into a log; on a terminal a line tells how much of it is done.
tell_built() {
	local shown=''
	[ ! -t 2 ] || shown=/dev/stderr
	awk -v log_file="$1" -v total="$2" -v shown="$shown" '
		{ print >>log_file; fflush(log_file) }
		shown != "" && /^  (CC|CCLD|AR|GEN) / && n < total { printf "\rbuilding: %d of %d\033[K", ++n, total >shown; fflush(shown) }
		END { if (n > 0) printf "\r\033[K" >shown }'
}

# make_all LOG: in $build.
make_all() {
	local total
	total=$(make -n -C "$build" 2>/dev/null | grep -c 'echo "  \(CC\|CCLD\|AR\|GEN\) ' || :)
	make -C "$build" -j "$(getconf _NPROCESSORS_ONLN)" 2>&1 | tell_built "$1" "$total"
	return "${PIPESTATUS[0]}"
}

# build_programs: configure where needed and make; sets `build` to the folder with cgi-bin/ and jobs/.
# A source folder that was configured in place is built in place, any other in build/.
build_programs() {
	local log
	if [ -n "${CALLMETRICS_BUILD:-}" ]; then
		build=$CALLMETRICS_BUILD
		[ -d "$build/cgi-bin" ] || die "CALLMETRICS_BUILD=$build: no cgi-bin/ in it"
		return 0
	fi
	build=$top/build
	[ ! -e "$top/config.status" ] || build=$top
	if [ ! -e "$build/config.status" ]; then
		say "building in $build"
	fi
	mkdir -p "$build"
	log=$build/build.log
	if ! {
		if [ ! -e "$top/configure" ] || [ "$top/configure.ac" -nt "$top/configure" ]; then
			(cd "$top" && autoreconf -fi)
		fi &&
			if [ ! -e "$build/config.status" ]; then
				(cd "$build" && "$top/configure")
			fi
	} >"$log" 2>&1 || ! make_all "$log"; then
		tail -n 20 "$log" >&2
		die "the build failed; all of it is in $log"
	fi
}

# questions: the names of the question programs, from nginx's own list.
questions() {
	# shellcheck disable=SC2016 # nginx's variable
	sed -n 's/.*set \$callmetrics_question \([a-z0-9-]*\);.*/\1/p' "$top/nginx/endpoints.conf" | sort -u
}

# programs: these, and the one that nginx asks before them whether a request may pass.
programs() {
	echo access
	questions
}

# jobs_for_good: the jobs that are to run for as long as the site does.
jobs_for_good() {
	sed -n '/^[a-z][a-z-]*$/p' "$top/jobs/for-good"
}

# fill_in FOLDER NAME=VALUE...: write every template of nginx/ into FOLDER, each @NAME@ replaced.
fill_in() {
	local folder=$1 pair value template name
	local -a edits=()
	shift
	for pair; do
		value=${pair#*=}
		value=${value//\\/\\\\}
		value=${value//&/\\&}
		value=${value//|/\\|}
		edits+=(-e "s|@${pair%%=*}@|$value|g")
	done
	mkdir -p "$folder"
	for template in "$top"/nginx/*.conf "$top"/nginx/*.conf.in; do
		name=${template##*/}
		sed "${edits[@]}" "$template" >"$folder/${name%.in}"
	done
}

# started_at PID: when the process began (clock ticks since boot), so that a number used again is not taken for it.
# One that is dead and only waits to be reaped has not begun.
started_at() {
	local line
	{ read -r line <"/proc/$1/stat"; } 2>/dev/null || return 1
	# The name, in brackets, may hold blanks.  After it, the first field is the state, the twentieth the time.
	line=${line##*) }
	# shellcheck disable=SC2086 # fields
	set -- $line
	[ "$1" != Z ] || return 1
	printf '%s\n' "${20}"
}
