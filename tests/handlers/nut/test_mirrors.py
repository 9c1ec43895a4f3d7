"""A device that shows another one once more, beyond the lines of sessions.txt."""

from __future__ import annotations

import functools
from collections.abc import Mapping

import pytest

from handlers.nut.handler import NutPdu
from handlers.nut.mirrors import originals
from handlers.shared.errors import PduHandlerError
from pdu_common.helper import EnumPowerStatus
from tests.handlers.nut.clients import handler, states
from tests.servers import upsd
from tests.servers.upsd import Upsd
from tests.waiting import until


def test_a_repeater_by_the_name_of_the_server_is_a_mirror() -> None:
    mirror = {
        "driver.name": "dummy-ups",
        "driver.parameter.mode": "repeater",
        "driver.parameter.port": "rack1@nut.example.com",
    }
    devices: Mapping[str, Mapping[str, str]] = {"rack1": {}, "mirror": mirror}
    assert originals(devices, "nut.example.com") == {"mirror": "rack1"}
    assert originals(devices, "192.0.2.9") == {}


def has_outlet(pdu: NutPdu) -> bool:
    try:
        return list(states(pdu.status())) == ["1"]
    except PduHandlerError:
        return False


@pytest.mark.against("NUT upsd with its drivers clone and clone-outlet")
def test_the_mirrors_of_nuts_own_drivers_are_left_out() -> None:
    rows = "device.type: pdu\nups.status: OL\ninput.current: 10\noutlet.1.status: on\n"
    of_rack1 = {"port": "dummy-ups-rack1"}
    sections = [
        upsd.dummy_file("rack1", rows),
        upsd.Section("mirror", "clone", of_rack1, run=False),
        upsd.Section("srv1", "clone-outlet", {**of_rack1, "prefix": "outlet.1"}, run=False),
    ]
    with Upsd(sections) as server:
        for name in ("mirror", "srv1"):
            server.start_driver(name)
            assert until(functools.partial(has_outlet, handler(server, device=name)))
        pdu = handler(server)
        assert states(pdu.status()) == {"rack1/1": EnumPowerStatus.UP}
        assert pdu.statistic().load == 10.0
