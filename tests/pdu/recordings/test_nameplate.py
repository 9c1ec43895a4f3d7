"""What an SNMP unit says about itself: the accuracy of its meters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional, Union

import pytest

from pdu.recordings.snmp import nameplate
from pdu_common.snmp_client.tool_api import OCTETS
from tests.handlers.snmp.calls import near
from tests.recordings import fixture
from tests.simulators.snmp_agent import Agent, Device, ber
from tests.simulators.snmp_agent.device import Row, dotted
from tests.simulators.snmp_agent.devices.rows import Rows

# ENERGY-OBJECT-MIB (RFC 7460), eoPowerAccuracy
ACCURACY = "1.3.6.1.2.1.229.1.2.1.4"


def unit(accuracies: Sequence[Union[int, str]]) -> Device:
    """A unit of a family of ENERGY-OBJECT-MIB with these accuracies, in hundredths of a percent."""
    device = fixture("dli-energy-object").device()
    rows = Rows()
    rows.column(ACCURACY, {str(place): accuracy for place, accuracy in enumerate(accuracies, 1)})
    return Device({**device.rows(), **rows}, device.rules)


@pytest.mark.parametrize(
    "accuracies, percent",
    [
        ([50, 200, 100], 2.0),
        ([10_000], 100.0),
        ([], None),
        ([200, 0], None),  # 0: not known
        ([200, 10_001], None),
        ([200, -1], None),
        ([200, "1 %"], None),
    ],
)
def test_the_greatest_accuracy_counts_if_all_are_known(
    accuracies: Sequence[Union[int, str]], percent: Optional[float]
) -> None:
    with Agent(unit(accuracies)) as agent, near(agent).session("nameplate") as session:
        plate = nameplate.read_nameplate(session)
    assert plate.accuracy_percent == percent
    assert plate.description


class Silent(Agent):
    """An agent that does not answer for the objects of this MIB."""

    def exchange(self, data: bytes) -> Optional[bytes]:
        first = ber.decode(data).pdu.bindings[0][0]
        return None if dotted(first).startswith(ACCURACY) else super().exchange(data)


def test_an_agent_that_is_silent_about_other_mibs_has_none() -> None:
    with Silent(unit([])) as agent, near(agent).session("nameplate") as session:
        plate = nameplate.read_nameplate(session)
    assert plate.accuracy_percent is None
    assert plate.description


# PDU2-MIB, nameplateEntry
PX2 = "1.3.6.1.4.1.13742.6.3.2.1.1"


@pytest.mark.parametrize(
    "fixture_of, rows, texts",
    [
        # PDU2-MIB: pduManufacturer, pduModel, pduSerialNumber
        (
            "raritan-px2",
            {f"{PX2}.2.1": "Legrand", f"{PX2}.3.1": "PX4-1", f"{PX2}.4.1": "S1"},
            ("Legrand", "PX4-1", "S1"),
        ),
        # Sentry3-MIB: towerProductSN and towerModelNumber, of two towers
        (
            "sentry3",
            {
                "1.3.6.1.4.1.1718.3.2.1.1.6.1": "A1",
                "1.3.6.1.4.1.1718.3.2.1.1.6.2": "B2",
                "1.3.6.1.4.1.1718.3.2.1.1.7.1": "CW-8H",
                "1.3.6.1.4.1.1718.3.2.1.1.7.2": "CX-8H",
            },
            ("Server Technology", "CW-8H, CX-8H", "A1, B2"),
        ),
        # no object names them: the family's vendor, and no model
        ("gude-epc", {}, ("Gude", "", "")),
        # a family of several vendors
        ("pdumib-v07", {}, ("", "", "")),
    ],
)
def test_the_maker_is_what_the_unit_says_else_the_familys_vendor(
    fixture_of: str, rows: dict[str, str], texts: tuple[str, str, str]
) -> None:
    device = fixture(fixture_of).device()
    added = {oid: Row(OCTETS, text.encode()) for oid, text in rows.items()}
    with (
        Agent(Device({**device.rows(), **added}, device.rules)) as agent,
        near(agent).session("nameplate") as session,
    ):
        plate = nameplate.read_nameplate(session)
    assert (plate.manufacturer, plate.model, plate.serial) == texts
