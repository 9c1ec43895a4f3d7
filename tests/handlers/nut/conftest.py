from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.handlers.nut.clients import MON, VIEWER, pdu_variables
from tests.servers import upsd
from tests.servers.upsd import Upsd
from tests.simulators.nut_server import ADMIN, NutServer, StaticDevice, SwitchedPdu


@pytest.fixture
def server() -> Iterator[NutServer]:
    """A simulated server with a PDU of 48 outlets, a UPS, and three users."""
    with NutServer(
        [SwitchedPdu("pdu", 48), StaticDevice("ups", {"ups.status": "OL"}, ["load.off"])],
        [ADMIN, MON, VIEWER],
    ) as nut_server:
        yield nut_server


@pytest.fixture(scope="session")
def real() -> Iterator[Upsd]:
    """A real upsd with a PDU of 48 outlets, a small PDU to write to, a UPS with outlets, and a
    device without a driver.
    """
    small = {
        "device.type": "pdu",
        "ups.status": "OL",
        "outlet.count": "2",
        "outlet.1.status": "on",
        "outlet.2.status": "off",
        "outlet.1.desc": 'a "quoted" \\ # one',
        "ups.id": "x",
    }
    tripplite = {
        "device.type": "ups",
        "ups.status": "OL",
        "outlet.1.switch": "1",
        "outlet.1.switchable": "1",
        "outlet.2.switchable": "0",
    }
    sections = [
        upsd.dummy("pdu", pdu_variables(48), "static pdu"),
        upsd.dummy("small", small),
        upsd.dummy("tripplite", tripplite),
        upsd.absent("gone"),
    ]
    with Upsd(sections) as server:
        yield server


@pytest.fixture(scope="session")
def real_tls() -> Iterator[Upsd]:
    """A real upsd that accepts STARTTLS."""
    with Upsd([upsd.dummy("pdu", pdu_variables(4))], tls=True) as server:
        yield server
