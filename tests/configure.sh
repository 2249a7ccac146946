#!/bin/sh
# Where a library is missing, configure ends with the name of its Debian package.
# suites: normal
# shellcheck source-path=SCRIPTDIR source=lib.sh
. "${0%/*}/lib.sh"

source=$(sed -n 's/^abs_top_srcdir = //p' "$build/Makefile")
mkdir "$work/there" "$work/pc"

# configure VARIABLE=VALUE...: in a folder of its own; what earlier ones found out is remembered.
configure() {
	rm -rf "$work/there"
	mkdir "$work/there"
	configure_status=0
	(cd "$work/there" && "$source/configure" -q --cache-file="$work/cache" "$@") >"$work/said" 2>&1 || configure_status=$?
}
# names PACKAGE: it failed and said so in its last words.
names() {
	isnt "configure without $1" "$configure_status" 0
	like "what to do without $1" "$(tail -n 1 "$work/said")" "configure: error: *on Debian: apt-get install $1"
}

configure
is "with everything" "$configure_status" 0
sed -i '/ac_cv_env_\|_cv_pkg_\|pkg_cv_\|fcgi\|csv\|sha2\|_md_/d' "$work/cache"
cp "$work/cache" "$work/cache.kept"

configure PKG_CONFIG_LIBDIR="$work/pc"
names libsqlite3-dev
printf 'Name: sqlite3\nDescription: a fake\nVersion: 3.30.0\n' >"$work/pc/sqlite3.pc"
cp "$work/cache.kept" "$work/cache"
configure PKG_CONFIG_LIBDIR="$work/pc"
names libsqlite3-dev
like "which version" "$(tail -n 1 "$work/said")" '*3.35*'
sed -i s/3.30.0/3.40.0/ "$work/pc/sqlite3.pc"
cp "$work/cache.kept" "$work/cache"
configure PKG_CONFIG_LIBDIR="$work/pc"
names zlib1g-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_header_fcgiapp_h=no
names libfcgi-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_lib_fcgi_FCGX_Accept_r=no
names libfcgi-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_header_csv_h=no
names libcsv-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_lib_csv_csv_write=no
names libcsv-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_header_sha2_h=no
names libmd-dev
cp "$work/cache.kept" "$work/cache"
configure ac_cv_lib_md_SHA256Data=no
names libmd-dev
finish
