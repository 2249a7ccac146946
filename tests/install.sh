#!/bin/sh
# What `make install` puts in place works from there, is what nginx and systemd can read, and `make uninstall` takes it away.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"

root=$work/root
prefix=$(sed -n 's/^prefix = //p' "$build/Makefile")
# make_in_build TARGET: as a person calls it, not as a part of the make that runs this test.
make_in_build() {
	env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL -u DESTDIR make -C "$build" "$1" "DESTDIR=$root" >"$work/make.log" 2>&1 ||
		wrong "make $1" "$(tail -n 20 "$work/make.log")"
	checks=$((checks + 1))
}
make_in_build install

is "words that are not filled in" "$(grep -rInE '@[a-z_]+@' "$root" | grep -v '@nginxdir@\|share/doc' || :)" ''
# (distcheck's prefix is itself in the build folder.)
is "of the source or build folder" "$(grep -rIh . "$root" | sed "s|$prefix||g" | grep -F -e "$top" -e "$build" || :)" ''
# shellcheck disable=SC2016 # a variable of nginx
for name in access $(sed -n 's/.*set \$callmetrics_question \([a-z0-9-]*\);.*/\1/p' "$top/nginx/endpoints.conf" | sort -u); do
	passes "the program $name" test -x "$root$prefix/libexec/callmetrics/cgi-bin/$name"
	passes "the socket of $name" grep -q "[= ]callmetrics@$name.socket" "$root$prefix/lib/systemd/system/callmetrics.target"
done
for name in attach detach key log-event migrate prune; do
	passes "the job $name" test -x "$root$prefix/libexec/callmetrics/jobs/$name"
done
for name in callmetrics callmetrics-hourly callmetrics-prune; do
	passes "the page $name" test -s "$root$prefix/share/man/man1/$name.1"
done
passes "what bash completes" test -s "$root$prefix/share/bash-completion/completions/callmetrics"
passes "what zsh completes" test -s "$root$prefix/share/zsh/site-functions/_callmetrics"
for name in $(sed -n '/^[a-z][a-z-]*$/p' "$top/jobs/for-good"); do
	passes "the job $name" test -x "$root$prefix/libexec/callmetrics/jobs/$name"
	passes "the service of $name" grep -q "[= ]callmetrics-job@$name.service" "$root$prefix/lib/systemd/system/callmetrics.target"
done
for name in README.md LICENSE CHANGELOG.md $(cd "$top/docs" && echo *.md); do
	passes "the guide $name" test -s "$root$prefix/share/doc/callmetrics/$name"
done

# The command, from where it lies.
app_db calls
passes "callmetrics attach" "$root$prefix/bin/callmetrics" attach "$work/calls.db"
CALLMETRICS_NOW=$NOW
export CALLMETRICS_NOW
is "callmetrics daily" "$("$root$prefix/bin/callmetrics" --db "$work/calls.db" daily --days 3 | jq -c .days)" 3

# nginx takes the site as one include, and its paths into a server{} that has a login and error pages of its own; here on
# ports of the test's own.
conf=$root$prefix/etc/callmetrics
etc=$work/etc
port=$(free_port) tls_port=$(free_port)
mkdir -p "$etc" "$work/log" "$work/cache" "$work/run"
cp -R "$conf/nginx" "$etc/nginx"
find "$etc/nginx" -type f -exec sed -i -e "s|\"$prefix/etc/callmetrics/nginx|\"$etc/nginx|" -e "s|\"$prefix/etc/callmetrics/|\"$etc/|" \
	-e "s|$prefix/var/cache/callmetrics|$work/cache|" -e "s|$prefix/var/log/callmetrics|$work/log|" \
	-e "s|unix:/run/callmetrics|unix:$work/run|" -e "s|listen 443|listen 127.0.0.1:$tls_port|" -e '/listen \[::\]:443/d' {} +
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost \
	-keyout "$etc/key.pem" -out "$etc/certificate.pem" 2>"$work/openssl.log"
: >"$etc/tenants.conf"
hash=$(printf '%s' "$password" | mkpasswd --method=bcrypt --rounds=4 --stdin)
printf '%s:%s\n' "$user" "$hash" >"$etc/htpasswd"
cat >"$work/nginx.conf" <<-CONF
	$([ "$(id -u)" -ne 0 ] || echo 'user root;')
	daemon off;
	error_log "$work/log/error.log";
	pid "$work/nginx.pid";
	events {}
	http {
		client_body_temp_path "$work/cache/body";
		fastcgi_temp_path "$work/cache/fastcgi";
		proxy_temp_path "$work/cache/proxy";
		scgi_temp_path "$work/cache/scgi";
		uwsgi_temp_path "$work/cache/uwsgi";
		access_log off;
		include "$etc/nginx/callmetrics.conf";
		server {
			listen 127.0.0.1:$port;
			auth_basic theirs;
			auth_basic_user_file /nowhere;
			error_page 404 502 =200 /theirs;
			add_header X-Theirs yes always;
			include "$etc/nginx/locations.conf";
			location = /open { auth_basic off; return 200 "theirs"; }
			location = /missing { auth_basic off; return 404; }
			location = /theirs { auth_basic off; return 200 "their own page"; }
		}
	}
CONF
access=
passes "nginx reads the site" nginx -t -e "$work/log/error.log" -c "$work/nginx.conf"
for name in access daily health; do
	CALLMETRICS_DB=$work/calls.db CALLMETRICS_LOGINS=$etc/htpasswd spawn-fcgi -n -s "$work/run/$name.sock" -- "$root$prefix/libexec/callmetrics/cgi-bin/$name" \
		2>"$work/log/$name" &
	later $!
	access=${access:-$!}
done
nginx -e "$work/log/error.log" -c "$work/nginx.conf" 2>"$work/log/nginx" &
later $!
for http in "https://127.0.0.1:$tls_port" "http://127.0.0.1:$port"; do
	wait_for 5 curl -sk -f -o "$work/ready" "$http/healthz" || wrong "$http/healthz does not answer"
	get /metrics/daily
	is "$http: a question" "$status $(json .days)" '200 30'
	bare /metrics/daily
	is_problem 401 ''
	is "$http: whose login" "$(header WWW-Authenticate)" 'Basic realm="callmetrics"'
	get /metrics/nothing
	is_problem 404 ''
	get /metrics/hourly
	is_problem 502 ''
done
# Without the program that says who may pass nobody does, whatever pages the server has for errors.
end_process "$access"
rm -f "$work/run/access.sock"
for http in "https://127.0.0.1:$tls_port" "http://127.0.0.1:$port"; do
	get "/metrics/daily"
	is_problem 503 ''
	bare /metrics/daily -H 'Authorization: Bearer x'
	is_problem 503 ''
done
bare /open
is "their own path" "$status $(cat "$work/body") $(header X-Theirs) $(header X-Frame-Options)" '200 theirs yes '
bare /missing
is "their own error page" "$(cat "$work/body")" 'their own page'

# systemd reads the units, where there is a systemd to ask.
if command -v systemd-analyze >/dev/null; then
	units=$root$prefix/lib/systemd/system
	SYSTEMD_UNIT_PATH=$units: systemd-analyze verify --man=no "$units/callmetrics.target" "$units/callmetrics@.socket" \
		"$units/callmetrics-job@x.service" \
		>"$work/verified" 2>&1 || :
	is "systemd-analyze" "$(grep -i callmetrics "$work/verified" | grep -v -e 'is not executable' -e 'multiwatch' || :)" ''
fi

# An upgrade leaves the operator's settings alone, and so does removing it; an unchanged file goes with the rest.
echo 'CALLMETRICS_MAX_FAILURES=20' >>"$conf/environment"
make_in_build install
passes "settings outlive an upgrade" grep -q MAX_FAILURES=20 "$conf/environment"
make_in_build uninstall
is "what uninstall leaves" "$(find "$root" -type f)" "$conf/environment"
rm "$conf/environment"
make_in_build install
make_in_build uninstall
is "what uninstall leaves" "$(find "$root" -type f -o -type l)" ''
finish
