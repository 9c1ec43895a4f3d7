"""Variables, clients and handlers that several NUT tests use."""
from __future__ import annotations

from typing import Dict

from handlers.nut.client import NutClient
from handlers.nut.handler import NutPdu, make_handler
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduView
from tests.servers.upsd import ADMIN, User
from tests.waiting import PATIENCE_S

WORDS = {True: "UP", False: "DOWN", None: "UNKNOWN"}


def pdu_variables(outlets: int) -> Dict[str, str]:
    """Return the variables of a PDU for dummy-ups. Every seventh outlet is off."""
    found = {"device.mfr": "ACME", "device.model": f"Switched-{outlets}", "device.type": "pdu", "ups.status": "OL",
             "input.voltage": "231.4", "input.current": "7.2", "outlet.count": str(outlets), "outlet.desc": "All outlets"}
    for n in range(1, outlets + 1):
        found.update({f"outlet.{n}.id": str(n), f"outlet.{n}.desc": f"Server {n}", f"outlet.{n}.switchable": "yes",
                      f"outlet.{n}.status": "off" if n % 7 == 0 else "on", f"outlet.{n}.current": f"{n / 10:.1f}",
                      f"outlet.{n}.realpower": str(10 + n), f"outlet.{n}.voltage": "231"})
    return found


# Seconds that a client waits for an answer that never comes. A real answer may take PATIENCE_S.
SILENCE_S = 2.0


def client(server: object, user: User = ADMIN, timeout: float = PATIENCE_S) -> NutClient:
    """Make a client of any server with `host` and `port`. It sends its user only where a request needs one."""
    return NutClient(getattr(server, "host"), getattr(server, "port"), username=user.name, password=user.password,
                     timeout=timeout)


def handler(server: object, **settings: str) -> NutPdu:
    """Make the handler as DCImanager does, with these handler settings."""
    return make_handler(PduData(f"{getattr(server, 'host')}:{getattr(server, 'port')}", settings))


ADMIN_SETTINGS = {"username": ADMIN.name, "password": ADMIN.password}


def states(view: PduView) -> Dict[str, EnumPowerStatus]:
    return {port.identity: port.power_status for port in view.ports}
