#!/bin/sh
# NUT's snmp-ups shows `off` for a relay of an Eaton UPS that failed closed, and `on` for one that
# failed open. XUPS-MIB, xupsRecepStatus: on(1), off(2), pendingOff(3), pendingOn(4),
# failedClosed(7), failedOpen(8). NUT 2.8.5 has the same table (eaton-ups-pwnm2-mib.c).
# Needs nut-server, nut-snmp, nut-client 2.8.0 and snmpd 5.9.3 of Debian 12, and python3.
set -eu
T=$(mktemp -d) S=
trap 'for f in "$T"/*.pid; do [ ! -f "$f" ] || kill "$(cat "$f")" || true; done 2>/dev/null
[ -z "$S" ] || { kill "$S"; wait "$S" || true; } 2>/dev/null; rm -rf "$T"' EXIT
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
P=$(port) A=$(port)
export NUT_CONFPATH="$T" NUT_STATEPATH="$T" NUT_ALTPIDPATH="$T" NUT_QUIET_INIT_SSL=true MIBS=
echo "LISTEN 127.0.0.1 $P" > "$T/upsd.conf"
: > "$T/upsd.users"
X=.1.3.6.1.4.1.534.1
{
    printf 'rocommunity public 127.0.0.1\noverride .1.3.6.1.2.1.1.2.0 object_id %s\n' "$X"
    printf 'override %s.1.2.0 octet_str 9PX\noverride %s.12.1.0 integer 6\n' "$X" "$X"
    n=0
    for state in 1 2 3 4 7 8; do
        n=$((n + 1))
        printf "override $X.12.2.1.%s integer %s\n" "1.$n" "$n" "2.$n" "$state"
    done
} > "$T/snmpd.conf"
"$(command -v snmpd || echo /usr/sbin/snmpd)" -f -Lf /dev/null -C -c "$T/snmpd.conf" "udp:127.0.0.1:$A" & S=$!
sleep 2
printf '[ups]\n driver = snmp-ups\n port = 127.0.0.1:%s\n community = public\n mibs = pw\n' "$A" > "$T/ups.conf"
chmod 640 "$T"/ups*
/lib/nut/snmp-ups -u "$(id -un)" -a ups > "$T/log" 2>&1
/lib/nut/upsd -u "$(id -un)" >> "$T/log" 2>&1
sleep 5
upsc "ups@127.0.0.1:$P" driver.version
upsc "ups@127.0.0.1:$P" driver.version.data
for n in 1 2 3 4 5 6; do upsc "ups@127.0.0.1:$P" "outlet.$n.status"; done | tr '\n' ' ' | tee "$T/out"
echo 'for on, off, pendingOff, pendingOn, failedClosed, failedOpen'
[ "$(cat "$T/out")" = 'on off on off off on ' ]
