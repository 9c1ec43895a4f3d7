#!/bin/sh
# Net-SNMP's snmpd does not refuse what a pass_persist script calls an integer and is none (RFC 2578,
# 7.1.1, ends it at 2^31 - 1). 3000000000 leaves it as an INTEGER of five octets, which snmpget of the
# same package shows unharmed; 5000000000 is sent as 705032704, that is modulo 2^32, without an error.
# Packages: Debian's snmpd and snmp, 5.9.3. Needs Debian 12's apt-get and dpkg, and python3.
set -eu
T=$(mktemp -d); P=
trap '[ -z "$P" ] || { kill "$P"; wait "$P" || true; } 2>/dev/null; rm -rf "$T"' EXIT
V=5.9.3+dfsg-2+deb12u1 D="$T/deb"
mkdir "$D"
(
    cd "$D"
    apt-get -qq -o APT::Sandbox::User=root download "snmp=$V" "libsnmp40=$V" "libsnmp-base=$V" "snmpd=$V" \
        libperl5.36=5.36.0-7+deb12u4 libsensors5=1:3.6.0-7.1 libpci3=1:3.9.0-4 libwrap0=7.6.q-32
    for f in *.deb; do dpkg -x "$f" .; done
)
export PATH="$D/usr/bin:$D/usr/sbin:$PATH" LD_LIBRARY_PATH="$(find "$D" -type d -name '*-linux-gnu*' | paste -sd:)"
export SNMPCONFPATH="$T" SNMP_PERSISTENT_DIR="$T/p" MIBDIRS="$D/usr/share/snmp/mibs" MIBS=
snmpd -v | grep '5\.9\.3$'
PORT=$(python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat > "$T/answers.py" <<'PY'
import sys
for line in iter(sys.stdin.readline, ""):
    if line.strip() == "PING":
        print("PONG", flush=True)
        continue
    oid = sys.stdin.readline().strip()
    value = {"1": 3000000000, "2": 5000000000}.get(oid.split(".")[-2])
    print(f"{oid}\ninteger\n{value}" if value and line.strip() == "get" else "NONE", flush=True)
PY
cat > "$T/snmpd.conf" <<CONF
agentaddress udp:127.0.0.1:$PORT
rocommunity public 127.0.0.1
pass_persist .1.3.6.1.4.1.99999 $(command -v python3) $T/answers.py
CONF
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" & P=$!
OID=.1.3.6.1.4.1.99999.1.0
for _ in 1 2 3 4 5 6 7 8 9; do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" "$OID" > /dev/null 2>&1 && break; sleep 1; done
snmpget -v2c -c public -t 5 -On "127.0.0.1:$PORT" "$OID" | tee "$T/out"
snmpget -v2c -c public -t 5 -On -d "127.0.0.1:$PORT" "$OID" > "$T/dump" 2>&1
octets=$(sed -n 's/^[0-9]*: \(.\{51\}\).*/\1/p' "$T/dump" | tr -d '\n ' | grep -o '020500B2D05E00' | head -1 || true)
echo "on the wire: $octets (type 02, 5 octets, 00 B2 D0 5E 00)"
snmpget -v2c -c public -t 5 -On "127.0.0.1:$PORT" .1.3.6.1.4.1.99999.2.0 | tee -a "$T/out"
grep -q '1.0 = INTEGER: 3000000000$' "$T/out" && grep -q '2.0 = INTEGER: 705032704$' "$T/out" && [ "$octets" = 020500B2D05E00 ]
