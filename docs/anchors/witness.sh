#!/bin/sh
# Signs the hash of each day once, on another host that the meter's host only reaches by this:
#   pdu meter ... --anchor 'ssh witness@other.example {day} {hash}'
# There, in ~witness/.ssh/authorized_keys:
#   restrict,command="sh witness.sh /home/witness/key /home/witness/stamps" ssh-ed25519 AAAA... meter
# The key is made once: ssh-keygen -t ed25519 -f /home/witness/key -N ''
# Who may sign, for pdu energy verify --signers: witness ssh-ed25519 AAAA... (as in key.pub)
set -eu
key=$1 stamps=$2
asked=${SSH_ORIGINAL_COMMAND:-}
refused() { echo 'give DAY HASH' >&2; exit 2; }
export LC_ALL=C
case $asked in *[!0-9a-f\ -]*) refused ;; esac  # also a second line, which grep would take for its own
printf '%s\n' "$asked" | grep -Eqx '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9a-f]{64}' || refused
day=${asked% *} hash=${asked#* }
# a day has one hash: who wrote it anew gets no other signature
mkdir "$stamps/$day" || exit 1
printf '%s\n' "$hash" | ssh-keygen -q -Y sign -f "$key" -n pdu-meter >"$stamps/$hash.sig"
