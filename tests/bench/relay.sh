#!/bin/bash
# SPDX-License-Identifier: MIT
# Times the SMTP engine alone (no ledger) against smtp-source, both into the same smtp-sink, 5,000 bytes
# a mail. The bar: pipelining on is at least 1.3 times as fast; median of the rounds, each a ratio taken
# within seconds, since only that holds on a busy machine. And message_write: 60,000 a second.
# Usage: relay.sh [BUILD [ROUNDS [MAILS [CONNECTIONS]]]]   (build, 5, 20000, 16)
set -euo pipefail
cd "$(dirname "$0")/../.."
build=${1:-build} rounds=${2:-5} mails=${3:-20000} connections=${4:-16}
driver=$build/tests/relay_driver writer=$build/tests/message_driver
out=$(mktemp -d "${TMPDIR:-/tmp}/relay.XXXXXX")
port=$((20000 + RANDOM % 10000))
PATH=$PATH:/usr/sbin

smtp-sink -u nobody "127.0.0.1:$port" 1000 &
sink=$!
trap 'kill $sink; rm -rf "$out"' EXIT
sleep 0.5

rate() { # COMMAND...: mails a second
	local begin=$EPOCHREALTIME
	"$@" > "$out/said" || { cat "$out/said"; exit 1; }
	local end=$EPOCHREALTIME
	echo $((mails * 1000000 / (${end/./} - ${begin/./})))
}

median() {
	sort -n "$1" | awk '{ a[NR] = $1 } END { print a[int((NR + 1) / 2)] }'
}

printf '%8s %12s %12s %8s\n' mode smtp-source breachmail ratio
for ((round = 0; round < rounds; round++)); do
	theirs=$(rate smtp-source -d -s "$connections" -m "$mails" -l 5000 -f a@b.example -t c@d.example \
		"127.0.0.1:$port")
	for mode in off on full; do
		ours=$(rate "$driver" "url=smtp://127.0.0.1:$port" "bench=$mails" \
			"connections=$connections" "pipelining=$mode")
		ratio=$((ours * 100 / theirs))
		echo "$ratio" >> "$out/$mode"
		printf '%8s %12d %12d %8s\n' "$mode" "$theirs" "$ours" "$((ratio / 100)).$(printf %02d $((ratio % 100)))"
	done
done
for mode in off on full; do
	printf 'median %s: %d %%\n' "$mode" "$(median "$out/$mode")"
done

/usr/bin/python3 - > "$out/message" <<'PYTHON'
import json
text = ("Dear Zoë Quinn,\n\nOn 14 August a file with names, ranks and places of work left the control of a supplier. "
        "Your entry was in it. It does not hold your home address, your bank details or your date of birth.\n\n") * 9
print(json.dumps({"from": "notice@force.example", "from_name": "Data Incident Team", "to": "z@force.example",
                  "to_name": "Zoë Quinn", "subject": "About your personal data", "date_ms": 1795251600123,
                  "message_id": "k3x9abcd@force.example", "boundary": "b0undary", "text": text,
                  "html": "<p>" + text.replace("\n\n", "</p>\n<p>") + "</p>"}))
PYTHON
writes=$("$writer" 200000 < "$out/message")
echo "message_write: $writes"

[ "$(median "$out/on")" -ge 130 ] && [ "$(echo "$writes" | awk '{ print $3 }')" -ge 60000 ]
