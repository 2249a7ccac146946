#!/bin/sh
# The Debian package: what is in it, and that it is installed, runs, is brought up to date, removed and purged in a bare Debian 12.
# suites: normal
#
# Where there is no mirror of Debian within reach, or no root, only the package itself is looked at, and it says so.
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"
# shellcheck source-path=SCRIPTDIR source=e2e.inc
. "${0%/*}/e2e.inc"
# shellcheck source-path=SCRIPTDIR source=debian.inc
. "${0%/*}/debian.inc"

unset CALLMETRICS_NOW

# Made from the tree.
code=0
env -u MAKEFLAGS -u MFLAGS -u MAKELEVEL "$top/scripts/package" --no-install --dir "$work" --build "$debian_kept/build" >"$work/said" 2>"$work/complained" || code=$?
is "scripts/package" "$code $(cat "$work/complained")" '0 '
deb=$(cat "$work/said")
is "where it is" "$deb" "$(echo "$work"/callmetrics_*.deb)"
refuses "no such option" "$top/scripts/package" --frobnicate

# What is in it.
dpkg-deb -x "$deb" "$work/tree"
dpkg-deb -e "$deb" "$work/control"
tree=$work/tree
depends=" $(dpkg-deb -f "$deb" Depends | tr -d ',|()')"
for package in nginx multiwatch openssl whois curl tzdata systemd logrotate libc6 libsqlite3-0 libfcgi0ldbl libcsv3 libmd0 zlib1g; do
	like "it depends on $package" "$depends " "* $package *"
done
is "settings that an upgrade asks about" "$(cat "$work/control/conffiles")" "$(cd "$tree" && find etc -type f -printf '/%p\n' | LC_ALL=C sort)"
is "what is not filled in" "$(grep -rInE '@[a-z_]+@' "$tree" | grep -v '@nginxdir@\|share/doc' || :)" ''
is "of the source or build folder" "$(grep -rlF -e "$top" -e "$debian_kept" -e /usr/local "$tree" | grep -v share/doc || :)" ''
for file in lib/systemd/system/callmetrics.target lib/systemd/system/callmetrics@.service lib/systemd/system/callmetrics@.socket \
	lib/systemd/system/callmetrics-prune.timer lib/systemd/system/callmetrics-prune.service \
	lib/systemd/system/callmetrics-cleanup.timer lib/systemd/system/callmetrics-cleanup.service \
	usr/lib/sysusers.d/callmetrics.conf usr/lib/tmpfiles.d/callmetrics.conf etc/logrotate.d/callmetrics etc/callmetrics/environment \
	usr/bin/callmetrics usr/libexec/callmetrics/cgi-bin/hourly usr/libexec/callmetrics/jobs/attach \
	usr/share/doc/callmetrics/copyright usr/share/doc/callmetrics/changelog.gz usr/share/doc/callmetrics/nginx.md \
	usr/share/man/man1/callmetrics.1.gz usr/share/man/man1/callmetrics-prune.1.gz \
	usr/share/bash-completion/completions/callmetrics usr/share/zsh/vendor-completions/_callmetrics; do
	passes "it has $file" test -s "$tree/$file"
done
is "the licence" "$(head -n 1 "$tree/usr/share/doc/callmetrics/copyright")" 'MIT License'
is "modes" "$(find "$tree" -perm /022 ! -type l)" ''
for file in "$work/control/postinst" "$work/control/prerm" "$work/control/postrm"; do
	passes "${file##*/}" sh -n "$file"
	passes "${file##*/}: shellcheck" shellcheck "$file"
done

if ! has_debian; then
	left_out "installing the package: $no_debian"
	finish
fi
bare_debian root
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
cp "$deb" "$root/root/callmetrics.deb"
# said WHAT WANT COMMAND...: what a command says inside, standard output and all.
said() {
	said_what=$1
	said_want=$2
	shift 2
	like "$said_what" "$(inside "$@" 2>&1)" "$said_want"
}
passes "apt-get update" inside apt-get update -q
passes "installed" inside apt-get install -q -y --no-install-recommends /root/callmetrics.deb
keep_packages
said "dpkg" 'install ok installed' dpkg-query -W -f '${Status}' callmetrics
said "what its own scripts left" '' dpkg --verify callmetrics
said "the user, whose group nginx is in" '*callmetrics*' id -nG www-data
is "its folders" "$(inside stat -c '%n %a %U' /var/lib/callmetrics /var/cache/callmetrics /var/log/callmetrics /run/callmetrics /etc/callmetrics/keys | paste -sd,)" \
	'/var/lib/callmetrics 2770 callmetrics,/var/cache/callmetrics 700 www-data,/var/log/callmetrics 750 root,/run/callmetrics 755 root,/etc/callmetrics/keys 640 root'

# The programs, as the user of the units, on a database of their own.
as_user() {
	inside setpriv --reuid=callmetrics --regid=callmetrics --init-groups "$@"
}
like "the version" "$(as_user callmetrics --version)" 'callmetrics [0-9]*'
like "create" "$(as_user callmetrics create /var/lib/callmetrics/calls.db 2>&1)" '/var/lib/callmetrics/calls.db: *'
cp "$top/tests/golden/export.csv" "$root/var/lib/callmetrics/export.csv"
chmod 644 "$root/var/lib/callmetrics/export.csv"
like "import, into the database of the settings" "$(as_user callmetrics import /var/lib/callmetrics/export.csv 2>&1)" '*11 calls added*'
is "a question, of the database of the settings" "$(NOW_INSIDE=2026-02-06T10:30:00Z as_user callmetrics failures --json | jq -c '.count > 0')" true
like "what its units start" "$(as_user callmetrics cleanup --json 2>&1)" '{"cleaned_count":*'
like "what its units start" "$(as_user callmetrics prune --days 3660 2>&1)" '*rows removed'
for unit in callmetrics.target callmetrics@hourly.service callmetrics@hourly.socket callmetrics-prune.service callmetrics-prune.timer \
	callmetrics-cleanup.service callmetrics-cleanup.timer; do
	is "$unit" "$(inside systemd-analyze verify --man=no "/lib/systemd/system/$unit" 2>&1 | grep callmetrics || :)" ''
done
said "logrotate" '*rotating pattern: /var/log/callmetrics/\*.log*' logrotate -d /etc/logrotate.d/callmetrics
is "logrotate complains" "$(inside logrotate -d /etc/logrotate.d/callmetrics 2>&1 | grep -i error || :)" ''

# nginx, as docs/nginx.md has it: the site, and a login.
inside sh -eu -c 'cd /etc/callmetrics
	openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out certificate.pem 2>/dev/null
	printf "%s:%s\n" ops "$(mkpasswd --method=bcrypt --rounds=5 secret)" >htpasswd
	touch tenants.conf
	chgrp callmetrics htpasswd && chmod 640 htpasswd
	echo "include /etc/callmetrics/nginx/callmetrics.conf;" >/etc/nginx/conf.d/callmetrics.conf' ||
	wrong "the site could not be set up"
passes "nginx -t" inside nginx -t
tls_port=$(free_port)
sed -i -e "s/listen 443/listen 127.0.0.1:$tls_port/" -e '/listen \[::\]:443/d' "$root/etc/callmetrics/nginx/callmetrics.conf"
rm -f "$root/etc/nginx/sites-enabled/default"
passes "nginx -t, on another port" inside nginx -t
for name in access hourly; do
	spawn-fcgi -n -s "$root/run/callmetrics/$name.sock" -M 0666 -- /usr/bin/env CALLMETRICS_DB=/var/lib/callmetrics/calls.db \
		CALLMETRICS_KEYS=/etc/callmetrics/keys "$(command -v chroot)" --userspec=callmetrics:callmetrics "$root" \
		/usr/libexec/callmetrics/cgi-bin/$name >"$work/$name.log" 2>&1 &
	later $!
done
inside nginx -g 'daemon off;' >"$work/nginx.log" 2>&1 &
later $!
wait_for 10 sh -c "curl -sk -o '$work/ready' https://127.0.0.1:$tls_port/" || wrong "nginx does not answer" "$(cat "$work/nginx.log")"
is "asked through nginx" "$(curl -sk -u ops:secret "https://127.0.0.1:$tls_port/metrics/hourly?hours=3" | jq -c .hours)" 3
is "without a login" "$(curl -sk -o "$work/body" -w '%{http_code}' "https://127.0.0.1:$tls_port/metrics/hourly")" 401
inside nginx -s stop 2>/dev/null || :

# A newer version leaves what the operator has changed.
echo 'CALLMETRICS_MAX_FAILURES=20' >>"$root/etc/callmetrics/environment"
passes "installed again" inside dpkg -i --force-confdef --force-confold /root/callmetrics.deb
passes "settings outlive an upgrade" grep -q MAX_FAILURES=20 "$root/etc/callmetrics/environment"

# Removed, and purged: the calls stay.
passes "removed" inside dpkg -r callmetrics
is "what is left of it" "$(inside find / -xdev -path /proc -prune -o -name '*callmetrics*' -print | grep -v -e '^/etc' -e '^/var' -e '^/run' -e '^/root' || :)" ''
passes "its settings stay" test -s "$root/etc/callmetrics/environment"
rm -f "$root/etc/callmetrics/htpasswd" "$root/etc/callmetrics/tenants.conf" "$root/etc/callmetrics/key.pem" "$root/etc/callmetrics/certificate.pem" \
	"$root/etc/nginx/conf.d/callmetrics.conf"
passes "purged" inside dpkg -P callmetrics
is "what is left of it" "$(inside find / -xdev -path /proc -prune -o -name '*callmetrics*' -print | grep -v -e '^/root' | LC_ALL=C sort | paste -sd ' ')" /var/lib/callmetrics
passes "the calls" test -s "$root/var/lib/callmetrics/calls.db"
finish
