#!/bin/sh
# Every fuzz target over its corpus and a little more, always the same: 20,000
# runs, at most two seconds each, two targets at a time. FUZZ_BIN: the folder of
# the built targets. What breaks one is kept in $FUZZ_BIN/found.
cd "$(dirname "$0")" || exit 1
bin=${FUZZ_BIN:-build/tests}
case $bin in
/*) ;;
*) bin=../../$bin ;;
esac
room=$(mktemp -d) || exit 1
trap 'rm -rf "$room"' EXIT
mkdir -p "$bin/found"

one() {
	mkdir -p "$room/$1.new" "corpus/$1"
	timeout 60 "$bin/fuzz-$1" -runs=20000 -max_total_time=2 -seed=1 \
	    -timeout=10 -artifact_prefix="$bin/found/$1-" "$room/$1.new" \
	    "corpus/$1" >"$room/$1.log" 2>&1
	echo $? >"$room/$1.rc"
}

targets=$(ls fuzz-*.c | sed 's/^fuzz-//; s/\.c$//')
set -- $targets
echo "1..$#"
while [ $# -gt 0 ]; do
	one "$1" &
	[ $# -eq 1 ] || one "$2"
	wait
	shift
	[ $# -eq 0 ] || shift
done
n=0
for t in $targets; do
	n=$((n + 1))
	if [ "$(cat "$room/$t.rc")" = 0 ]; then
		echo "ok $n - $t: $(sed -n 's/^Done //p' "$room/$t.log")"
	else
		echo "not ok $n - $t"
		grep -v '^#[0-9]' "$room/$t.log" | tail -n 60 | sed 's/^/# /'
	fi
done
