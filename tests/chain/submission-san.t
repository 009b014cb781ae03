#!/bin/sh
# submission.t again with programs that the address and undefined sanitizers
# watch; a finding ends a program, so a reply or a message is missing.
cd "$(dirname "$0")/../.." || exit 1
if [ ! -x "${SAN_BIN:=$PWD/build-san/bin}/smtpd-front" ]; then
	echo "1..0 # SKIP no sanitizer build: make SAN=1"
	exit 0
fi
ASAN_OPTIONS=detect_leaks=0 BIN=$SAN_BIN exec tests/chain/submission.t
