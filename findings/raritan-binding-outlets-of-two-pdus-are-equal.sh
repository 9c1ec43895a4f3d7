#!/bin/sh
# The PyPI package raritan 4.4.1.53217: outlets 1 of two PDUs are one key of a dictionary.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" --quiet install raritan==4.4.1.53217
"$work/venv/bin/python" - <<'PYTHON'
from raritan import rpc
from raritan.rpc import pdumodel

first, second = (
    pdumodel.Outlet("/model/pdu/0/outlet/0", rpc.Agent("https", host, "user", "secret"))
    for host in ("192.0.2.1", "192.0.2.2")
)
entries = len({first: "PDU 1", second: "PDU 2"})
print(f"raritan 4.4.1.53217: equal: {first == second}; entries of a dictionary with both: {entries}")
assert first == second and entries == 1
PYTHON
