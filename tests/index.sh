#!/bin/sh
# index: every endpoint with its parameters, from the programs' own tables.
# suites: normal postgres sanitize valgrind
. "${0%/*}/lib.sh"

ask index
is "status" "$status" 200
golden index.json
is "every question is in it" "$(json '.endpoints[].name' | sort | tr '\n' ' ')" \
	"$(find "$build/cgi-bin" -type f -perm -u+x ! -name '*.o' ! -name index ! -name access -exec basename {} \; | sort | tr '\n' ' ')"
for program in $(json '.endpoints[].name') index access; do
	passes "$program --help" sh -c '"$@" | grep -q "^Options"' sh "$build/cgi-bin/$program" --help
	passes "$program --version" "$build/cgi-bin/$program" --version
	refuses "$program --nonsense" "$build/cgi-bin/$program" --nonsense
done
finish
