#!/bin/sh
# A GETBULK with max-repetitions 0 is valid, and its answer has no binding (RFC 3416, 4.2.3). snmpd
# of Net-SNMP answers it so. pysnmp's responder, on which snmpsim stands, sends nothing: the client
# waits for its time-out.
# Packages: Debian's snmpd and snmp, 5.9.3, and snmpsim of PyPI. Needs Debian 12's apt-get and dpkg, and python3 with venv.
set -eu
T=$(mktemp -d); P=
trap 'for p in $P; do kill "$p"; wait "$p" || true; done 2>/dev/null; rm -rf "$T"' EXIT
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
port() { python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
python3 -m venv "$T/v"
"$T/v/bin/pip" install -qq --no-deps snmpsim==1.2.2 pysmi==2.0.0 pysnmp==7.1.30 pyasn1==0.6.5 2> /dev/null
mkdir "$T/data"
echo '1.3.6.1.2.1.1.1.0|4|x' > "$T/data/public.snmprec"
A=$(port); B=$(port)
"$T/v/bin/snmpsim-command-responder" --data-dir="$T/data" --cache-dir="$T/c" --agent-udpv4-endpoint="127.0.0.1:$A" --process-user="$(id -un)" --process-group="$(id -gn)" > /dev/null 2>&1 & P="$P $!"
printf 'agentaddress udp:127.0.0.1:%s\nrocommunity public 127.0.0.1\n' "$B" > "$T/snmpd.conf"
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" & P="$P $!"
for q in "$A" "$B"; do
    for _ in 1 2 3 4 5 6 7 8 9; do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$q" .1.3.6.1.2.1.1.1.0 > /dev/null 2>&1 && break; sleep 1; done
done
ask() { snmpbulkget -v2c -c public -t 5 -r 0 -On -Cn0 "-Cr$2" "127.0.0.1:$1" .1.3.6.1.2.1.1 2>&1 || true; }
echo "snmpsim, max-repetitions 1: $(ask "$A" 1)"
echo "snmpsim, max-repetitions 0: $(ask "$A" 0)"
echo "snmpd, max-repetitions 0: $(ask "$B" 0)"
ask "$A" 1 | grep -q '"x"' && ask "$A" 0 | grep -q '^Timeout' && [ -z "$(ask "$B" 0)" ]
