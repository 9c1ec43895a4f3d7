#!/bin/sh
# NUT's snmp-ups leaves a variable as it was while its table lacks the number that the device
# reports, and the data stay fresh: a Baytech outlet that was off, and is locked on (3), stays
# `off`. baytech-mib.c has lockon(3) from 2.8.1 on, which shows `lockon`; emerson-avocent-pdu-mib.c
# lacks ten of twelve states up to 2.8.5.
# Packages: Debian's nut-server, nut-snmp and nut-client, 2.8.0, and snmpd and snmp, 5.9.3.
# Needs Debian 12's apt-get and dpkg, and python3.
set -eu
T=$(mktemp -d) S=
trap 'for p in $S; do kill "$p"; wait "$p" || true; done 2>/dev/null; rm -rf "$T"' EXIT
V=5.9.3+dfsg-2+deb12u1 D="$T/deb"
mkdir "$D"
(
    cd "$D"
    apt-get -qq -o APT::Sandbox::User=root download "snmp=$V" "libsnmp40=$V" "libsnmp-base=$V" "snmpd=$V" \
        libperl5.36=5.36.0-7+deb12u4 libsensors5=1:3.6.0-7.1 libpci3=1:3.9.0-4 libwrap0=7.6.q-32 \
        nut-server=2.8.0-7 nut-client=2.8.0-7 nut-snmp=2.8.0-7 libupsclient6=2.8.0-7 \
        libnss3=2:3.87.1-1+deb12u4 libnspr4=2:4.35-1
    for f in *.deb; do dpkg -x "$f" .; done
)
export PATH="$D/bin:$D/usr/bin:$D/usr/sbin:$PATH" LD_LIBRARY_PATH="$(find "$D" -type d -name '*-linux-gnu*' | paste -sd:)"
export SNMPCONFPATH="$T" SNMP_PERSISTENT_DIR="$T/p" MIBDIRS="$D/usr/share/snmp/mibs" MIBS=
snmpd -v | grep '5\.9\.3$'
port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
P=$(port) A=$(port)
export NUT_CONFPATH="$T" NUT_STATEPATH="$T" NUT_ALTPIDPATH="$T" NUT_PIDPATH="$T" NUT_QUIET_INIT_SSL=true
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
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" "udp:127.0.0.1:$A" & S="$S $!"
eventually() { # COMMAND...: until it succeeds, for at most two minutes
    for _ in $(seq 120); do "$@" > /dev/null 2>&1 && return; sleep 1; done
    echo "not within two minutes: $*" >&2
    return 1
}
eventually snmpget -v2c -c private "127.0.0.1:$A" .1.3.6.1.2.1.1.2.0
printf '[rpc]\n driver = snmp-ups\n port = 127.0.0.1:%s\n community = private\n mibs = baytech\n pollfreq = 2\n pollinterval = 1\n' "$A" > "$T/ups.conf"
chmod 640 "$T"/ups*
"$D/lib/nut/snmp-ups" -F -u "$(id -un)" -a rpc > "$T/log" 2>&1 & S="$S $!"
eventually [ -S "$T/snmp-ups-rpc" ]
"$D/lib/nut/upsd" -F -u "$(id -un)" >> "$T/log" 2>&1 & S="$S $!"
eventually upsc "rpc@127.0.0.1:$P" outlet.2.status
upsc "rpc@127.0.0.1:$P" driver.version | grep '^2\.8\.0$'
upsc "rpc@127.0.0.1:$P" driver.version.data
give() { snmpset -v2c -c private "127.0.0.1:$A" "$B.3.1.3.1.$1" i "$2" > "$T/log"; } # OUTLET STATE
shows() { [ "$(upsc "rpc@127.0.0.1:$P" outlet.2.status 2> /dev/null)" = "$1" ]; }
{
    upsc "rpc@127.0.0.1:$P" outlet.1.status
    for state in 3 1; do
        give 1 "$state"
        # two changes of the other outlet arrive: between them the driver has read each outlet
        give 2 1; eventually shows on
        give 2 0; eventually shows off
        upsc "rpc@127.0.0.1:$P" outlet.1.status
    done
} | tr '\n' ' ' | tee "$T/out"
echo 'for off(0), lockon(3), on(1)'
[ "$(cat "$T/out")" = 'off off on ' ]
