"""The handler reads the expected outlets and figures from a real upsd, whose dummy-ups serves dumps
of real devices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Optional

import pytest

from handlers.nut import outlets
from handlers.shared.meter_figures import measured
from pdu_common.helper import EnumPowerStatus
from tests import foreign_files
from tests.handlers.nut.clients import DEFAULTS, client, handler, states
from tests.servers import upsd
from tests.servers.upsd import Upsd

DUMPS = foreign_files.names("nut/dumps")
STATES = {"on": EnumPowerStatus.UP, "off": EnumPowerStatus.DOWN, None: EnumPowerStatus.UNKNOWN}
# Load in A by the start of a dump's name. For a PDU: the sum of the line currents, else
# input.current, else the outlets' sum. For a UPS or a transfer switch: output.current, else the
# group of outlets named total.
LOADS = {
    "APC__AP7724": 7.7,
    "Eaton__5PX": 1.0,
    "Eaton__ATS_230V_16A": 0.5,
    "Eaton__ePDU_MA_1P": 19.63,
    "Eaton__ePDU_Managed_Aphel": 0.0,
    "HP__R3000_XR": 10.3,
    "HP__RT3000_G2": 0.2,
}


@pytest.fixture(scope="module")
def recorded() -> Iterator[Upsd]:
    texts = [foreign_files.text("nut/dumps", f"{dump}.dev") for dump in DUMPS]
    with Upsd([upsd.dummy_file(f"d{at}", text) for at, text in enumerate(texts)]) as server:
        yield server


def expected_load(dump: str) -> Optional[float]:
    """The load of a dump, in A; None if its device meters none."""
    for start, load in LOADS.items():
        if dump.startswith(f"{start}__"):
            return load
    return None


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.against("NUT upsd serving dumps of real devices")
def test_the_views_of_a_real_device_are_as_expected(recorded: Upsd, dump: str) -> None:
    expected = foreign_files.expected("nut", dump)
    pdu = handler(recorded, device=f"d{DUMPS.index(dump)}")
    expected_states = {}
    for identity, outlet in expected["outlets"].items():
        expected_states[identity] = STATES[outlet["state"]]
    assert states(pdu.status()) == expected_states
    assert pdu.statistic().load == (expected_load(dump) or 0.0)


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.against("NUT upsd serving dumps of real devices")
def test_outlets_and_figures_of_a_real_device_are_as_expected(recorded: Upsd, dump: str) -> None:
    expected = foreign_files.expected("nut", dump)
    name = f"d{DUMPS.index(dump)}"
    with client(recorded) as nut:
        snapshot = nut.snapshots([name], writable=True)[name]

    device = outlets.decode_outlets(*snapshot[:3], DEFAULTS)

    assert measured(device.load_a) == expected_load(dump)
    assert device.energy_kwh is None
    identities = [outlet.identity for outlet in device.outlets]
    assert sorted(identities) == sorted(expected["outlets"])
    words = {True: "on", False: "off", None: None}
    for outlet in device.outlets:
        of_outlet = expected["outlets"][outlet.identity]
        assert (outlet.name or "") == (of_outlet["name"] or "")
        assert words[outlet.state] == of_outlet["state"]
        assert outlet.figures.current_a == of_outlet["current_a"]
        assert outlet.figures.power_w == of_outlet["power_w"]
        if outlet.state is None:
            assert outlet.reason
    for variable, value in expected["device"].items():
        # dummy-ups takes maker and model from `ups.*`, joins adjacent spaces, and drops characters
        # outside ASCII.
        if variable not in ("device.mfr", "device.model") and value.isascii():
            assert snapshot.variables[variable].split() == value.split()
