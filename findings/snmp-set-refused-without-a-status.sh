#!/bin/sh
# Two SNMP agents refuse a SET with error-status 0 and an exception in place of the value, and
# Net-SNMP's snmpset then prints the exception and ends with 0, as after a write that was carried out.
# RFC 3416 (4.2.5) has error statuses for this, and exceptions for reads alone.
#   snmpsim 1.2.2 (PyPI), a plain row of a .snmprec: noSuchInstance, over v2c; over v1 noSuchName
#   net-snmp 3.29.2 (npm), an object that it does not have: noSuchObject, over v1 too
# Packages: Debian's snmp, 5.9.3, snmpsim of PyPI and net-snmp of npm. Needs Debian 12's apt-get and dpkg,
# python3 with venv, npm and node.
set -eu
T=$(mktemp -d); PIDS=
trap 'for p in $PIDS; do kill "$p" 2>/dev/null || true; done; rm -rf "$T"' EXIT
V=5.9.3+dfsg-2+deb12u1 D="$T/deb"
mkdir "$D"
(
    cd "$D"
    apt-get -qq -o APT::Sandbox::User=root download "snmp=$V" "libsnmp40=$V" "libsnmp-base=$V"
    for f in *.deb; do dpkg -x "$f" .; done
)
export PATH="$D/usr/bin:$PATH" LD_LIBRARY_PATH="$(find "$D" -type d -name '*-linux-gnu*' | paste -sd:)"
export SNMPCONFPATH="$T" SNMP_PERSISTENT_DIR="$T/p" MIBDIRS="$D/usr/share/snmp/mibs" MIBS=
snmpget -V 2>&1 | grep '5\.9\.3$'
free() { python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }
OBJECT=1.3.6.1.4.1.99999.1.0 OTHER=1.3.6.1.4.1.99999.2.0

python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq --no-deps snmpsim==1.2.2 pysmi==2.0.0 pysnmp==7.1.30 pyasn1==0.6.5
mkdir "$T/data" "$T/cache"
printf '%s|2|1\n' "$OBJECT" > "$T/data/public.snmprec"
SIM=$(free)
"$T/venv/bin/snmpsim-command-responder" --process-user="$(id -un)" --process-group="$(id -gn)" --data-dir="$T/data" \
    --cache-dir="$T/cache" --agent-udpv4-endpoint="127.0.0.1:$SIM" --log-level=error > "$T/sim.log" 2>&1 & PIDS="$PIDS $!"

npm install --silent --no-fund --no-audit --prefix "$T/npm" net-snmp@3.29.2 asn1-ber@1.2.2 smart-buffer@4.2.0 > /dev/null
cat > "$T/npm/agent.js" <<'JS'
const snmp = require("net-snmp");
const agent = snmp.createAgent({ port: +process.argv[2], address: "127.0.0.1", disableAuthorization: true }, () => {});
agent.getMib().registerProvider({ name: "one", type: snmp.MibProviderType.Scalar, oid: "1.3.6.1.4.1.99999.1",
    scalarType: snmp.ObjectType.Integer, maxAccess: snmp.MaxAccess["read-write"] });
agent.getMib().setScalarValue("one", 1);
JS
NPM=$(free)
node "$T/npm/agent.js" "$NPM" & PIDS="$PIDS $!"

for port in "$SIM" "$NPM"; do
    for _ in 1 2 3 4 5 6 7 8 9; do snmpget -v2c -c public -t 2 -r 0 -Oqn "127.0.0.1:$port" "$OBJECT" > /dev/null 2>&1 && break; sleep 1; done
done
answer() { # VERSION PORT OBJECT: what snmpset prints, and its exit code
    rc=0; out=$(snmpset "-v$1" -c public -t 5 -r 0 -On "127.0.0.1:$2" "$3" i 2 2>&1) || rc=$?
    echo "$out / exit code $rc"
}
expect() { # NAME PATTERN TEXT
    echo "$1: $3"
    case $3 in $2) ;; *) echo "changed: expected $2" >&2; exit 1 ;; esac
}
expect "snmpsim 1.2.2, v2c" "*No Such Instance*exit code 0" "$(answer 2c "$SIM" "$OBJECT")"
expect "snmpsim 1.2.2, v1" "*noSuchName*exit code 2" "$(answer 1 "$SIM" "$OBJECT")"
expect "snmpsim 1.2.2, the object afterwards" "*INTEGER: 1" "$(snmpget -v2c -c public -On "127.0.0.1:$SIM" "$OBJECT")"
for version in 1 2c; do
    expect "npm net-snmp 3.29.2, v$version" "*No Such Object*exit code 0" "$(answer "$version" "$NPM" "$OTHER")"
done
