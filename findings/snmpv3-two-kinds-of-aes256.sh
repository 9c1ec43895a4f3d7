#!/bin/sh
# "AES256" of SNMPv3 is two ciphers: the key is extended as draft-blumenthal-aes-usm has it (Net-SNMP's
# AES-256) or as draft-reeder-snmpv3-usm-3desede (its AES-256-C, Cisco's). snmpd drops the other kind
# without a word, after it has answered the discovery: snmpget ends with "Timeout". pysnmp's plain name,
# usmAesCfb256Protocol, is Reeder's. And with SHA-512 there is no difference: the digest is long enough,
# so no key is extended, and a trial with it proves nothing about SHA.
# Packages: Debian's snmpd and snmp, 5.9.3, and pysnmp of PyPI. Needs Debian 12's apt-get and dpkg, and python3 with venv.
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
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq --no-deps pysnmp==7.1.30 pyasn1==0.6.5 cryptography==50.0.2 cffi==2.1.1 pycparser==3.12
{
    echo "agentaddress udp:127.0.0.1:$PORT"
    for user in "blumenthal SHA AES-256" "reeder SHA AES-256-C" "long SHA-512 AES-256-C"; do
        set -- $user
        echo "createUser $1 $2 authpass12 $3 privpass12"
        echo "rouser $1 priv"
    done
} > "$T/snmpd.conf"
snmpd -f -Lf /dev/null -C -c "$T/snmpd.conf" & P=$!
UPTIME=1.3.6.1.2.1.1.3.0
ask() { # USER AUTH PRIV
    snmpget -v3 -l authPriv -u "$1" -a "$2" -A authpass12 -x "$3" -X privpass12 -t 1 -r 1 -On "127.0.0.1:$PORT" "$UPTIME" 2>&1 || true
}
for _ in 1 2 3 4 5 6 7 8 9; do case $(ask reeder SHA AES-256-C) in *Timeticks*) break ;; esac; sleep 1; done
expect() { # NAME PATTERN TEXT
    echo "$1: $3"
    case $3 in $2) ;; *) echo "changed: expected $2" >&2; exit 1 ;; esac
}
expect "user with AES-256-C, asked with AES-256-C" "*Timeticks*" "$(ask reeder SHA AES-256-C)"
expect "user with AES-256-C, asked with AES-256" "*Timeout*" "$(ask reeder SHA AES-256)"
expect "the same with SHA-512" "*Timeticks*" "$(ask long SHA-512 AES-256)"
cat > "$T/ask.py" <<'PY'
import asyncio, sys
from pysnmp.hlapi.v3arch import asyncio as hlapi
async def main(port, user, name):
    error, *_ = await hlapi.get_cmd(
        hlapi.SnmpEngine(),
        hlapi.UsmUserData(user, "authpass12", "privpass12", authProtocol=hlapi.usmHMACSHAAuthProtocol, privProtocol=getattr(hlapi, name)),
        await hlapi.UdpTransportTarget.create(("127.0.0.1", int(port)), timeout=1, retries=1),
        hlapi.ContextData(), hlapi.ObjectType(hlapi.ObjectIdentity("1.3.6.1.2.1.1.3.0")),
    )
    print(error or "answered")
asyncio.run(main(*sys.argv[1:]))
PY
pysnmp() { "$T/venv/bin/python" "$T/ask.py" "$PORT" "$1" "$2"; }
expect "pysnmp 7.1.30, usmAesCfb256Protocol, user with AES-256-C" answered "$(pysnmp reeder usmAesCfb256Protocol)"
expect "pysnmp 7.1.30, usmAesCfb256Protocol, user with AES-256" "*[Tt]imeout*" "$(pysnmp blumenthal usmAesCfb256Protocol)"
expect "pysnmp 7.1.30, usmAesBlumenthalCfb256Protocol, user with AES-256" answered "$(pysnmp blumenthal usmAesBlumenthalCfb256Protocol)"
