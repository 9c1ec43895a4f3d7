#!/bin/sh
# NUT's snmp-ups shows `off` for a relay of an Eaton UPS that failed closed, and `on` for one that
# failed open. XUPS-MIB, xupsRecepStatus: on(1), off(2), pendingOff(3), pendingOn(4),
# failedClosed(7), failedOpen(8). So does 2.8.1, where `pw` is called eaton_pw_nm2, and 2.8.5 has the
# same table (eaton-ups-pwnm2-mib.c).
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
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" "udp:127.0.0.1:$A" & S="$S $!"
eventually() { # COMMAND...: until it succeeds, for at most two minutes
    for _ in $(seq 120); do "$@" > /dev/null 2>&1 && return; sleep 1; done
    echo "not within two minutes: $*" >&2
    return 1
}
eventually snmpget -v2c -c public "127.0.0.1:$A" .1.3.6.1.2.1.1.2.0
printf '[ups]\n driver = snmp-ups\n port = 127.0.0.1:%s\n community = public\n mibs = pw\n' "$A" > "$T/ups.conf"
chmod 640 "$T"/ups*
"$D/lib/nut/snmp-ups" -F -u "$(id -un)" -a ups > "$T/log" 2>&1 & S="$S $!"
eventually [ -S "$T/snmp-ups-ups" ]
"$D/lib/nut/upsd" -F -u "$(id -un)" >> "$T/log" 2>&1 & S="$S $!"
eventually upsc "ups@127.0.0.1:$P" outlet.6.status
upsc "ups@127.0.0.1:$P" driver.version | grep '^2\.8\.0$'
upsc "ups@127.0.0.1:$P" driver.version.data
for n in 1 2 3 4 5 6; do upsc "ups@127.0.0.1:$P" "outlet.$n.status"; done | tr '\n' ' ' | tee "$T/out"
echo 'for on, off, pendingOff, pendingOn, failedClosed, failedOpen'
[ "$(cat "$T/out")" = 'on off on off off on ' ]
