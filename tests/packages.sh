#!/bin/sh
# packages: what scripts/run installs, and what it says to who may not: one line that, copied, installs just that.
# suites: normal
. "${0%/*}/lib.sh"

# Stand-ins for what would change the system; each notes how it was called.
mkdir "$work/bin" "$work/plain"
for name in apt-get update-rc.d; do
	printf '#!/bin/sh\necho "%s $*" >>"%s/calls"\n' "$name" "$work" >"$work/bin/$name"
done
printf 'for p; do [ "$p" != nginx-light ] || { echo "#!/bin/sh" >"%s/bin/cm-probe"; chmod 755 "%s/bin/cm-probe"; }; done\n' \
	"$work" "$work" >>"$work/bin/apt-get"
printf '#!/bin/sh\nexec "$@"\n' >"$work/bin/sudo"
chmod 755 "$work" "$work/bin" "$work/bin"/* "$work/plain"
for name in apt-get update-rc.d; do
	cp "$work/bin/$name" "$work/plain/$name"
done
chmod 777 "$work"

cat >"$work/install.sh" <<END
set -euo pipefail
top=$top build='' build_needs='' run_needs=''
. "\$top/scripts/lib.sh"
install_packages 'libone-dev /nowhere/one.h
nginx-light cm-probe'
END
# as_user: without rights, and without sudo unless it is on the path.
as_user() {
	if [ "$(id -u)" -eq 0 ]; then
		setpriv --reuid=65534 --regid=65534 --clear-groups "$@"
	else
		"$@"
	fi
}
# Only what the script itself uses: with the system's own folders there might be a sudo.
for name in sh bash find sed awk id mkdir dirname basename env cat tr head; do
	ln -s "$(command -v "$name")" "$work/plain/$name"
done
code=0
# shellcheck disable=SC2016 # the other shell's
as_user env -i PATH="$work/plain" "$(command -v bash)" -c 'PATH_SAVED=$PATH; . /dev/stdin' <"$work/install.sh" >"$work/said" 2>&1 || code=$?
is "without sudo: exit status" "$code" 1
is "nothing was called" "$(cat "$work/calls" 2>/dev/null || :)" ''
grep 'apt-get.* install ' "$work/said" >"$work/line" || :
is "one line" "$(wc -l <"$work/line")" 1
like "it says how" "$(cat "$work/said")" '*As root, run this line*port 80*'
PATH="$work/bin:$PATH" sh -e "$work/line" >"$work/out" 2>&1 || wrong "the line, pasted" "$(cat "$work/line" "$work/out")"
is "what it installs" "$(tail -n 1 "$work/calls")" 'apt-get install -y --no-install-recommends libone-dev nginx-light'

# With rights: Debian's own nginx service is not left to take port 80 at the next start, when it is we who brought it.
rm -f "$work/calls" "$work/bin/cm-probe"
sed -i 's|libone-dev /nowhere/one.h|one cm-probe|' "$work/install.sh"
if [ "$(id -u)" -eq 0 ]; then
	policy=$(cat /usr/sbin/policy-rc.d 2>/dev/null || echo none)
	passes "as root" env PATH="$work/bin:$PATH" bash "$work/install.sh"
	like "what was called" "$(cat "$work/calls")" '*apt-get update*apt-get install -q -y --no-install-recommends one nginx-light*update-rc.d nginx disable'
	like "what is said" "$(cat "$work/passes.log")" "*Debian's own nginx service is disabled*"
	is "the policy is as it was" "$(cat /usr/sbin/policy-rc.d 2>/dev/null || echo none)" "$policy"
	rm -f "$work/calls"
	sed -i '/nginx-light/d; s|one cm-probe|one cm-other'"'"'|' "$work/install.sh"
	PATH="$work/bin:$PATH" bash "$work/install.sh" >"$work/said" 2>&1 || :
	is "without nginx among it, its service is left alone" "$(grep -c update-rc "$work/calls" || :)" 0
fi
finish
