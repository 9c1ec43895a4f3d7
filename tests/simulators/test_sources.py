"""Each simulated device says at its head what its forms are from."""

from __future__ import annotations

import re

import pytest

from tests.needs import ROOT
from tests.simulators import (
    digitalloggers,
    jaws,
    netio,
    nut_server,
    redfish,
    shelly,
    synlink,
    xerus,
)

SIMULATORS = {
    "digitalloggers": digitalloggers,
    "jaws": jaws,
    "netio": netio,
    "nut": nut_server,
    "raritan": xerus,
    "redfish": redfish,
    "shelly": shelly,
    "synlink": synlink,
}


@pytest.mark.parametrize("handler", SIMULATORS)
def test_a_simulator_names_the_source_of_its_forms(handler: str) -> None:
    head = " ".join((SIMULATORS[handler].__doc__ or "").split())
    assert re.search(r"Source of|Written from|as the (vendor|maker)", head)


def test_no_handler_is_left_out() -> None:
    handlers = {path.parent.name for path in (ROOT / "handlers").glob("*/handler.py")}
    assert handlers == {*SIMULATORS, "snmp"}
