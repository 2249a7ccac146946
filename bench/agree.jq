# agree: jq -n --slurpfile ours FILE --slurpfile other FILE --argjson rounded 0.05 -f agree.jq
# The paths at which the other has a figure that is not ours, which is rounded by so much at most.
def leaves: paths(type != "object" and type != "array");
def equal($a; $b): if ($a | type) == "number" and ($b | type) == "number" then ($a - $b | fabs) <= $rounded * 1.001 else $a == $b end;
[$other[0] | leaves as $path | select(equal(getpath($path); $ours[0] | try getpath($path) catch "nothing") | not) | $path
	| map(tostring) | join(".")]
