"""No spoilt answer of a Raritan unit, alone or with another one, shows a false figure or state, and
none hides an outlet."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from tests.faults.sweep import Spoilt, random_pairs, single_cases, swept
from tests.simulators.xerus import CircuitModel, MeterModel, Model, XerusPdu

from .spoilt_units import WAYS, SpoiltUnit

_PAIRS = 60


class Case(NamedTuple):
    model: Model
    links: dict[int, Model] = {}
    firmware: str = "4.4"
    link_units: str = "no"


_PANELS = (
    MeterModel(1, circuits=(CircuitModel(0), CircuitModel(4))),
    MeterModel(2, circuits=(CircuitModel(0),)),
)
_UNITS = {
    "metered inlet": Case(Model(metering="inlet", outlets=3)),
    "three lines": Case(Model(metering="inlet", phases=3, outlets=3)),
    "metered outlets": Case(Model(outlets=3)),
    "metered outlets of three lines": Case(Model(outlets=4, phases=3), firmware="3.6"),
    "no well-known ids": Case(Model(outlets=3, well_known_sensors=False), firmware="3.3"),
    "two inlets": Case(Model(outlets=3, inlets=2)),
    "transfer switch": Case(
        Model(outlets=3, inlets=2, transfer_switch=True, standby_current=0.1, phases=3)
    ),
    "panels": Case(Model(outlets=0, inlets=0, metering="none", product="BCM2", meters=_PANELS)),
    "all linked": Case(Model(outlets=2), {2: Model(outlets=2)}, link_units="yes"),
    "named links": Case(Model(outlets=2), {2: Model(outlets=2), 3: Model()}, link_units="2,3"),
    "stuck relay": Case(Model(outlets=4, stuck=(3,), off=(2,))),
}
# by method: why nothing can show that the list has become empty
_EMPTY = {
    "getFailures": "a unit without a failure has an empty list",
    "getTransferSwitches": "a unit without a switch has an empty list",
    "getCircuits": "a new panel has no circuits",
}
_EMPTY_PARTS = {
    "getInlets": "a power meter controller has no inlets",
    "getOverCurrentProtectors": "a small unit has none",
}
# each reading of all links asks for 254 of them, which takes minutes
_CASES = [
    pytest.param(case, id=name, marks=pytest.mark.trial if name == "all linked" else ())
    for name, case in _UNITS.items()
]
_LISTED_SENSOR = "getReading of /tfwopaque/"


def _why_excepted(spoilt: Spoilt) -> str:
    if spoilt.way == "empty":
        return _EMPTY.get(spoilt.answer.partition(" of ")[0], "")
    if spoilt.way == "no such object" and not spoilt.answer.startswith(_LISTED_SENSOR):
        return "the unit's own word that it has none; only a sensor that it lists must be there"
    return ""


def _why_excepted_of_parts(spoilt: Spoilt) -> str:
    method = spoilt.answer.partition(" of ")[0]
    if spoilt.way == "empty" and method in _EMPTY_PARTS:
        return _EMPTY_PARTS[method]
    return _why_excepted(spoilt)


@pytest.mark.sample(4)
@pytest.mark.parametrize("reading", ["figures", "states", "parts"])
@pytest.mark.parametrize("case", _CASES)
def test_a_spoilt_answer_shows_nothing_false_alone_or_with_another_one(
    case: Case, reading: str
) -> None:
    """Nor does a line or a breaker, the parts, vanish with it."""
    why_excepted = _why_excepted_of_parts if reading == "parts" else _why_excepted
    with XerusPdu(case.model, case.firmware, case.links) as pdu:
        unit = SpoiltUnit(pdu, link_units=case.link_units)
        read = getattr(unit, reading)
        answers = unit.asked(read)
        cases = single_cases(answers, tuple(WAYS))
        cases += random_pairs(answers, tuple(WAYS), _PAIRS, seed=147)
        assert swept(read, cases, why_excepted) == []
        unit.close()
