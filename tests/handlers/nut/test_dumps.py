"""The handler reads the expected outlets and figures from a real upsd, whose dummy-ups serves dumps
of real devices.
"""

from __future__ import annotations

from collections.abc import Iterator

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
# input.current, else the outlets' sum. For a UPS or a transfer switch: output.current.
LOADS = {
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


@pytest.mark.parametrize("dump", DUMPS)
@pytest.mark.against("NUT upsd serving dumps of real devices")
def test_outlets_and_figures_of_a_real_device_are_as_expected(recorded: Upsd, dump: str) -> None:
    name = f"d{DUMPS.index(dump)}"
    wanted = foreign_files.expected("nut", dump)
    pdu = handler(recorded, device=name)
    assert states(pdu.status()) == {
        number: STATES[outlet["state"]] for number, outlet in wanted["outlets"].items()
    }
    load = next((load for start, load in LOADS.items() if dump.startswith(start + "__")), None)
    assert pdu.statistic().load == (0.0 if load is None else load)
    with client(recorded) as nut:
        snapshot = nut.snapshots([name], writable=True)[name]
    device = outlets.decode_outlets(*snapshot[:3], DEFAULTS)
    assert all(outlet.doubt for outlet in device.outlets if outlet.state is None)
    assert measured(device.load_a) == load
    assert device.energy_kwh is None
    assert {
        outlet.identity: {
            "name": outlet.name or "",
            "state": {True: "on", False: "off", None: None}[outlet.state],
            "current_a": outlet.figures.current_a,
            "power_w": outlet.figures.power_w,
            "switchable": outlet.switchable,
        }
        for outlet in device.outlets
    } == {
        number: {
            **{key: value for key, value in outlet.items() if key != "apparent_va"},
            "name": outlet["name"] or "",
        }
        for number, outlet in wanted["outlets"].items()
    }
    for variable, value in wanted["device"].items():
        # dummy-ups takes maker and model from `ups.*`, joins adjacent spaces, and drops characters
        # outside ASCII.
        if variable not in ("device.mfr", "device.model") and value.isascii():
            assert snapshot.variables[variable].split() == value.split()
