#!/bin/sh
# What Net-SNMP's snmpwalk prints by a MIB cannot be read back without that MIB: a DISPLAY-HINT of x
# turns 16 into "INTEGER: 10" (hexadecimal without a mark), 1x: drops the zeros of a MAC address,
# and the bits of BITS follow their octets without a sign between them ("00 20 10" is two octets and
# bit 10). With -OT a newline among the octets breaks the line.
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
cat > "$T/X-MIB.txt" <<'MIB'
X-MIB DEFINITIONS ::= BEGIN
enterprises OBJECT IDENTIFIER ::= { iso org(3) dod(6) internet(1) private(4) 1 }
x OBJECT IDENTIFIER ::= { enterprises 99999 }
Hex ::= TEXTUAL-CONVENTION DISPLAY-HINT "x" STATUS current DESCRIPTION "-" SYNTAX INTEGER
Mac ::= TEXTUAL-CONVENTION DISPLAY-HINT "1x:" STATUS current DESCRIPTION "-" SYNTAX OCTET STRING
x1 OBJECT-TYPE SYNTAX Hex MAX-ACCESS read-only STATUS current DESCRIPTION "-" ::= { x 1 }
x2 OBJECT-TYPE SYNTAX Mac MAX-ACCESS read-only STATUS current DESCRIPTION "-" ::= { x 2 }
x3 OBJECT-TYPE SYNTAX BITS { four(4) } MAX-ACCESS read-only STATUS current DESCRIPTION "-" ::= { x 3 }
x4 OBJECT-TYPE SYNTAX OCTET STRING MAX-ACCESS read-only STATUS current DESCRIPTION "-" ::= { x 4 }
END
MIB
cat > "$T/snmpd.conf" <<CONF
agentaddress udp:127.0.0.1:$PORT
rocommunity public 127.0.0.1
override .1.3.6.1.4.1.99999.1.0 integer 16
override .1.3.6.1.4.1.99999.2.0 octet_str 0x00900ba25c70
override .1.3.6.1.4.1.99999.3.0 octet_str 0x0020
override .1.3.6.1.4.1.99999.4.0 octet_str 0x41ff0a42
CONF
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" & P=$!
see() { MIBDIRS="$T" MIBS=X-MIB snmpget -v2c -c public -t 1 -r 0 "$@" "127.0.0.1:$PORT" .1.3.6.1.4.1.99999.1.0 .1.3.6.1.4.1.99999.2.0 .1.3.6.1.4.1.99999.3.0 .1.3.6.1.4.1.99999.4.0; }
for _ in 1 2 3 4 5 6 7 8 9; do see -On > "$T/out" 2>/dev/null && break; sleep 1; done
see -OnT > "$T/out"
cat "$T/out"
cat > "$T/expected" <<'OUT'
.1.3.6.1.4.1.99999.1.0 = INTEGER: 10
.1.3.6.1.4.1.99999.2.0 = STRING: 0:90:b:a2:5c:70
.1.3.6.1.4.1.99999.3.0 = BITS: 00 20   [. ]10 
.1.3.6.1.4.1.99999.4.0 = Hex-STRING: 41 FF 0A 42   [A.
B]
OUT
diff "$T/expected" "$T/out"
see -On | grep -q '99999.3.0 = BITS: 00 20 10 $'
