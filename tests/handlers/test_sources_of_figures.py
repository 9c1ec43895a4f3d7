"""Current, power and energy of a whole unit come from one order of sources: the unit, its mains,
their lines, its outlets. Redfish units and Xerus units: `metering.txt` of their handlers.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.netio import decoding
from handlers.nut import metering
from handlers.nut.daisy_chain import members_of
from handlers.shared.meter_figures import (
    NotKnown,
    NotMetered,
    largest,
    measured,
    sum_if_complete,
)
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from tests.handlers import codecs

# outlets' field -> total of the profile
KINDS = {"current": "load", "power": "power", "energy": "energy"}
NETIO = Path(__file__).parent / "netio" / "recording.har"


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.key)
def test_totals_of_a_family_fall_back_to_its_outlets_alike(profile: Profile) -> None:
    """Of what all outlets meter, either each total may be a sum over them or none."""
    falls_back = {}
    for field, name in KINDS.items():
        total = getattr(profile, name)
        has_meters = any(getattr(outlets, field) for outlets in profile.outlets)
        if total is not None and has_meters:
            falls_back[field] = total.else_outlets
    assert len(set(falls_back.values())) <= 1, falls_back


OUTLET = {f"outlet.1.{field}": "1" for field in ("current", "realpower", "energy")}
SIDES: dict[str, tuple[dict[str, str], Optional[float]]] = {
    "the input": (
        {
            "input.current": "9",
            "input.realpower": "9",
            "input.energy": "9000",
            **OUTLET,
        },
        9.0,
    ),
    "the input's lines": (
        {
            **{f"input.L{n}.current": "3" for n in (1, 2, 3)},
            **{f"input.L{n}.realpower": "3" for n in (1, 2, 3)},
            "input.energy": "9000",
        },
        9.0,
    ),
    "the outlets": (OUTLET, 2.0),
    "neither, where a line is missing at the input": (
        {
            **OUTLET,
            "input.L2.current": "1",
            "input.L2.realpower": "1",
            "input.energy": "",
        },
        None,
    ),
}


@pytest.mark.parametrize("source", SIDES)
def test_nut_takes_a_pdus_current_power_and_energy_from_one_order(source: str) -> None:
    variables, value = SIDES[source]
    device, _ = members_of({"device.type": "pdu", **variables}, [])
    outlets = {"1": 1.0, "2": 1.0}

    def total(kind: metering.FigureSources) -> Optional[float]:
        return measured(metering.total(kind, device, {}, outlets))

    assert total(metering.load) == value
    assert total(metering.power) == value
    assert total(metering.energy) == value
    inlet = value if "input" in source else None
    assert total(metering.inlet_current) == inlet
    assert total(metering.inlet_power) == inlet


@pytest.mark.parametrize("empty", [{}, None])
def test_netio_takes_current_power_and_energy_of_the_unit_from_its_own_meter_alone(
    empty: object,
) -> None:
    """Outputs with meters show that the unit has one, so its figures are not known."""
    document: dict[str, Any] = codecs.recorded_answers(NETIO.read_text("utf-8"))["/netio.json"]
    document["GlobalMeasure"]["TotalLoad"] = 2062
    metered = codecs.read(decoding, {"/netio.json": document})
    assert metered.load_a is not None
    assert metered.power_w is not None
    assert metered.energy_kwh is not None

    document["GlobalMeasure"] = empty
    unit = codecs.read(decoding, {"/netio.json": document})
    assert unit.outlets[2].figures.power_w is not None
    assert isinstance(unit.load_a, NotKnown)
    assert isinstance(unit.power_w, NotKnown)
    assert isinstance(unit.energy_kwh, NotKnown)


@pytest.mark.parametrize("join", [sum_if_complete, largest])
def test_a_part_of_a_foreign_type_is_left_out_of_no_sum(join: Callable[..., object]) -> None:
    with pytest.raises(AssertionError, match="no figure"):
        join([1.0, "2"])


def test_a_figure_that_is_not_known_equals_none_that_is_not_metered() -> None:
    """Else no comparison in a test, and none with NOT_ASKED, would tell them apart."""
    lost: object = NotKnown("the same words")
    absent: object = NotMetered("the same words")
    assert lost != absent
    assert absent != lost
    assert not lost == absent
    assert lost == NotKnown("the same words")
    assert {lost, absent} == {absent, lost}
    assert len({lost, absent}) == 2
