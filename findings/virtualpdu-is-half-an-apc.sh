#!/bin/sh
# OpenStack's virtualpdu 2.2.0 calls itself an APC rack PDU, and has of each outlet its number, name,
# state and control, and no rPDUOutletStatusCommandPending, which the MIB has beside the state: who
# believes a state only with that column sees 24 unknown outlets. It also leaves a GETBULK without an
# answer, over v2c as well, so that a client waits for its time-outs; GETNEXT is answered, and after the
# last object with noSuchInstance where endOfMibView belongs (RFC 3416, 4.2.2).
# Packages: Debian's snmp, 5.9.3, and virtualpdu of PyPI. Needs Debian 12's apt-get and dpkg, and python3
# with venv, below 3.12.
set -eu
T=$(mktemp -d); P=
trap '[ -z "$P" ] || { kill "$P"; wait "$P" || true; } 2>/dev/null; rm -rf "$T"' EXIT
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
PORT=$(python3 -c 'import socket; s = socket.socket(type=socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
python3 -m venv "$T/venv"
"$T/venv/bin/pip" install -qq --no-deps virtualpdu==2.2.0 pysnmp-lextudio==5.0.34 pyasn1==0.6.0 pbr==7.1.3 setuptools==65.5.0
cat > "$T/unit.py" <<'PY'
import sys
from virtualpdu import core
from virtualpdu.pdu import apc_rackpdu, pysnmp_handler
states = {}
class Driver:
    def power_on(self, device): states[device] = core.POWER_ON
    def power_off(self, device): states[device] = core.POWER_OFF
    def get_power_state(self, device): return states.get(device, core.POWER_ON)
unit = apc_rackpdu.APCRackPDU("p", core.Core(driver=Driver(), mapping={("p", 1): "vm1"}, store={}, default_state=core.POWER_ON))
none = dict.fromkeys(("engine_id", "context_engine_id", "user", "auth_key", "auth_protocol", "priv_key", "priv_protocol"))
pysnmp_handler.SNMPPDUHarness(unit, "127.0.0.1", int(sys.argv[1]), snmp_versions=["1", "2c"], community="public", context_name="", debug_snmp=False, **none).run()
PY
"$T/venv/bin/python" "$T/unit.py" "$PORT" > "$T/log" 2>&1 & P=$!
STATE=1.3.6.1.4.1.318.1.1.12.3.5.1.1.4 PENDING=1.3.6.1.4.1.318.1.1.12.3.5.1.1.5
for _ in 1 2 3 4 5 6 7 8 9; do snmpget -v2c -c public -t 1 -r 0 "127.0.0.1:$PORT" "$STATE.1" > /dev/null 2>&1 && break; sleep 1; done
states=$(snmpwalk -v2c -c public -t 3 -Oqn "127.0.0.1:$PORT" "$STATE" | grep -c "$STATE.* 1$")
pending=$(snmpwalk -v2c -c public -t 3 -Oqn "127.0.0.1:$PORT" "$PENDING" 2>&1 | grep -c "$PENDING.[0-9]" || true)
bulk=$(snmpbulkwalk -v2c -c public -t 2 -r 0 -Oqn "127.0.0.1:$PORT" "$STATE" 2>&1 | head -1)
end=$(snmpgetnext -v2c -c public -t 3 -On "127.0.0.1:$PORT" "$STATE.24")
echo "virtualpdu 2.2.0: $states states, $pending rows of rPDUOutletStatusCommandPending; GETBULK: $bulk"
echo "after the last object: $end"
[ "$states" = 24 ] && [ "$pending" = 0 ]
case $bulk in *Timeout*) ;; *) exit 1 ;; esac
case $end in *"No Such Instance"*) ;; *) exit 1 ;; esac
