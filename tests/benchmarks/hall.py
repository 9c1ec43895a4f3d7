"""Simulated PDUs in a separate process: `python -m tests.benchmarks.hall SNMP NUT RARITAN`, with
the number of each kind.

Prints one line of JSON, a list with the Form of each PDU. Ends when its standard input ends.
"""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from typing import TypedDict

from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.simulators.xerus import Model, XerusPdu

OUTLETS = 24


class Form(TypedDict):
    """What an administrator enters in DCImanager for a PDU."""

    handler: str
    address: str
    snmp: dict[str, str]
    settings: dict[str, str]


def main() -> int:
    snmp, nut, raritan = (int(number) for number in sys.argv[1:4])
    forms: list[Form] = []
    with ExitStack() as stack:
        for _ in range(snmp):
            agent = stack.enter_context(Agent(rpdu2(outlets=OUTLETS)))
            forms.append(
                {
                    "handler": "pdu_snmp",
                    "address": agent.host,
                    "settings": {},
                    "snmp": {"version": "2", "port": str(agent.port), "community": "private"},
                }
            )
        server = stack.enter_context(
            NutServer([SwitchedPdu(f"pdu{number}", OUTLETS) for number in range(nut)])
        )
        for number in range(nut):
            forms.append(
                {
                    "handler": "pdu_nut",
                    "address": server.host,
                    "snmp": {},
                    "settings": {
                        "port": str(server.port),
                        "device": f"pdu{number}",
                        "username": ADMIN.name,
                        "password": ADMIN.password,
                    },
                }
            )
        for _ in range(raritan):
            pdu = stack.enter_context(XerusPdu(Model(outlets=OUTLETS, phases=3)))
            forms.append(
                {
                    "handler": "pdu_raritan",
                    "address": pdu.host,
                    "snmp": {},
                    "settings": {
                        "port": str(pdu.port),
                        "username": pdu.user,
                        "password": pdu.password,
                        "ca_pem": pdu.ca_pem,
                    },
                }
            )
        print(json.dumps(forms), flush=True)
        sys.stdin.read()
    return 0


if __name__ == "__main__":
    sys.exit(main())
