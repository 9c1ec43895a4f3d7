"""Variables, users, clients and handlers that several NUT tests use."""

from __future__ import annotations

import functools
from typing import Any, Protocol

import pytest

from handlers.nut import client as client_module, sessions
from handlers.nut.client import NutClient
from handlers.nut.handler import NutPdu, make_handler
from handlers.nut.settings import SETTINGS
from handlers.shared.settings import Settings
from pdu_common.connection import PduData
from pdu_common.helper import EnumPowerStatus, PduView
from tests.handlers.clocks import Clock
from tests.simulators.nut_server import ADMIN, NutServer, User
from tests.waiting import LONGEST_TIMEOUT_S, PATIENCE_S

DEFAULTS = Settings({}, SETTINGS)
WITH_WHOLE_LOAD = Settings({"whole_load": "yes"}, SETTINGS)
MON = User("mon", "monpw", upsmon="primary")
VIEWER = User("viewer", "viewpw")
WORDS = {True: "UP", False: "DOWN", None: "UNKNOWN"}


def pdu_variables(outlets: int) -> dict[str, str]:
    """Return the variables of a PDU for dummy-ups. Every seventh outlet is off."""
    variables = {
        "device.mfr": "ACME",
        "device.model": f"Switched-{outlets}",
        "device.type": "pdu",
        "ups.status": "OL",
        "input.voltage": "231.4",
        "input.current": "7.2",
        "outlet.count": str(outlets),
        "outlet.desc": "All outlets",
    }
    for n in range(1, outlets + 1):
        variables.update(
            {
                f"outlet.{n}.id": str(n),
                f"outlet.{n}.desc": f"Server {n}",
                f"outlet.{n}.switchable": "yes",
                f"outlet.{n}.status": "off" if n % 7 == 0 else "on",
                f"outlet.{n}.current": f"{n / 10:.1f}" if n % 7 else "0.0",
                f"outlet.{n}.realpower": str(10 + n) if n % 7 else "0",
                f"outlet.{n}.voltage": "231",
            }
        )
    return variables


LOOKS_S = 42.0  # the time-out with `looks_three_times`


def looks_three_times(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Give the handler clients with a simulated clock, and return that.

    These clients poll a write's report, or `ups.status` while it is WAIT, every 14 s. With a
    time-out of LOOKS_S the third reading is the last one, and none times out before 14 s of real
    time.
    """
    clock = Clock()
    for name in ("POLL", "_POLL_LONGEST"):
        monkeypatch.setattr(client_module, name, LOOKS_S / 3)
    timed_client = functools.partial(NutClient, clock=clock, sleep=clock.sleep)
    monkeypatch.setattr(sessions, "NutClient", timed_client)
    return clock


class Login(Protocol):
    """A user of a simulated or a real server."""

    @property
    def name(self) -> str: ...

    @property
    def password(self) -> str: ...


def client(server: Any, user: Login = ADMIN) -> NutClient:
    """Make a client of a server with `host` and `port`. It sends its user only if a request needs
    one.
    """
    return NutClient(
        server.host, server.port, username=user.name, password=user.password, timeout=PATIENCE_S
    )


def listen(server: NutServer) -> list[str]:
    """Return a list that collects the requests that the server answers from now on. Replaces
    `faults.rewrite`.
    """
    received_lines: list[str] = []

    def note(line: str, answer: bytes) -> bytes:
        received_lines.append(line)
        return answer

    server.faults.rewrite = note
    return received_lines


def handler(server: Any, **settings: str) -> NutPdu:
    """Make the handler for this server, with these handler settings.

    The default of `timeout` is LONGEST_TIMEOUT_S.
    """
    return make_handler(
        PduData(f"{server.host}:{server.port}", {"timeout": str(LONGEST_TIMEOUT_S), **settings})
    )


ADMIN_SETTINGS = {"username": ADMIN.name, "password": ADMIN.password}


def states(view: PduView) -> dict[str, EnumPowerStatus]:
    return {port.identity: port.power_status for port in view.ports}
