#!/bin/sh
# NUT's snmp-ups leaves a variable as it was while its table lacks the number that the device
# reports, and the data stay fresh: a Baytech outlet that was off, and is locked on (3), stays
# `off`. baytech-mib.c has lockon(3) from 2.8.1 on; emerson-avocent-pdu-mib.c lacks ten of twelve
# states up to 2.8.5.
# Needs nut-server, nut-snmp, nut-client 2.8.0, snmpd and snmp 5.9.3 of Debian 12, and python3.
set -eu
T=$(mktemp -d) S=
trap 'for f in "$T"/*.pid; do [ ! -f "$f" ] || kill "$(cat "$f")" || true; done 2>/dev/null
[ -z "$S" ] || { kill "$S"; wait "$S" || true; } 2>/dev/null; rm -rf "$T"' EXIT
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
P=$(port) A=$(port)
export NUT_CONFPATH="$T" NUT_STATEPATH="$T" NUT_ALTPIDPATH="$T" NUT_QUIET_INIT_SSL=true MIBS=
echo "LISTEN 127.0.0.1 $P" > "$T/upsd.conf"
: > "$T/upsd.users"
B=.1.3.6.1.4.1.4779.1.3.5
{
    echo 'rwcommunity private 127.0.0.1'
    echo 'override .1.3.6.1.2.1.1.2.0 object_id .1.3.6.1.4.1.4779'
    echo "override $B.2.1.24.1 octet_str RPC"
    for n in 1 2; do
        printf "override $B.%s integer %s\n" "3.1.1.1.$n" "$n" "6.1.3.2.1.$n" "$n"
        echo "override -rw $B.3.1.3.1.$n integer 0"
    done
} > "$T/snmpd.conf"
"$(command -v snmpd || echo /usr/sbin/snmpd)" -f -Lf /dev/null -C -c "$T/snmpd.conf" "udp:127.0.0.1:$A" & S=$!
sleep 2
printf '[rpc]\n driver = snmp-ups\n port = 127.0.0.1:%s\n community = private\n mibs = baytech\n pollfreq = 2\n pollinterval = 1\n' "$A" > "$T/ups.conf"
chmod 640 "$T"/ups*
/lib/nut/snmp-ups -u "$(id -un)" -a rpc > "$T/log" 2>&1
/lib/nut/upsd -u "$(id -un)" >> "$T/log" 2>&1
sleep 5
upsc "rpc@127.0.0.1:$P" driver.version
upsc "rpc@127.0.0.1:$P" driver.version.data
{
    upsc "rpc@127.0.0.1:$P" outlet.1.status
    for state in 3 1; do
        snmpset -v2c -c private "127.0.0.1:$A" "$B.3.1.3.1.1" i "$state" > "$T/log"
        sleep 8
        upsc "rpc@127.0.0.1:$P" outlet.1.status
    done
} | tr '\n' ' ' | tee "$T/out"
echo 'for off(0), lockon(3), on(1)'
[ "$(cat "$T/out")" = 'off off on ' ]
