"""What a codec's handler shows if any answer, list, row or value of its device is spoilt."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import pytest

from handlers import registry
from handlers.digitalloggers import decoding as digitalloggers
from handlers.http.dialogue import STATES, Request, run_dialogue
from handlers.http.errors import error_of_status
from handlers.jaws import decoding as jaws
from handlers.netio import decoding as netio
from handlers.shelly import decoding as shelly
from handlers.synlink import decoding as synlink
from tests.faults.sweep import Case, Shown, Spoilt, random_pairs, single_cases, swept

from .http.leaves import ANSWER_WAYS, LEAF_WAYS, leaves, spoilt_answers

JAWS: dict[str, Any] = {
    jaws.OUTLETS: [
        {
            "id": f"{unit}A{number}",
            "name": "web",
            "state": state,
            "status": "Normal",
            "control_state": f"Idle {state}",
            "current": 1.5 * number if state == "On" else 0,
            "active_power": 345 * number if state == "On" else 0,
            "energy": 120.5 * number,
        }
        for unit in "AB"
        for number, state in ((1, "On"), (2, "Off"), (3, "On"))
    ],
    jaws.UNITS: [{"id": unit, "name": "unit", "status": "Normal"} for unit in "AB"],
    jaws.LINES: [
        {"id": f"{unit}A{line}", "state": "On", "status": "Normal", "current": 2.5 * line}
        for unit in "AB"
        for line in (1, 2, 3)
    ],
    jaws.CORDS: [
        {
            "id": f"{unit}A",
            "state": "On",
            "status": "Normal",
            "energy": 5000.5,
            "active_power": 2900,
            "power_capacity": 17300,
        }
        for unit in "AB"
    ],
}
NETIO: dict[str, Any] = {
    netio.PATH: {
        "Agent": {"Model": "PowerPDU 4C", "NumOutputs": 3},
        "GlobalMeasure": {
            "Voltage": 230,
            # those of the outputs, which serve where the unit shows no total
            "TotalCurrent": 1200,
            "TotalLoad": 276,
            "TotalEnergy": 5,
            "TotalEnergyNR": 12000,
        },
        "Outputs": [
            {
                "ID": number,
                "Name": "web",
                "State": number % 2,
                "Action": 6,
                "Current": 300 * number * (number % 2),
                "Load": 69 * number * (number % 2),
                "Energy": 3,
                "EnergyNR": 2000 * number,
            }
            for number in (1, 2, 3)
        ],
    }
}
_LINES = [{"line": f"L{number}", "currentRms": 2.0 * number} for number in (1, 2, 3)]
SYNLINK: dict[str, Any] = {
    synlink.DEVICE: {"numOutlets": 3, "numInlets": 2},
    synlink.OUTLETS: [
        {
            "id": f"{number}-77",
            "outletName": "web",
            "outletIndex": number,
            "state": state,
            "voltageDetection": state == "ON",
            "rebootStatus": "none",
            "relayHealth": "OK",
            "currentRms": 1.5 * number,
        }
        for number, state in ((1, "ON"), (2, "OFF"), (3, "ON"))
    ],
    synlink.INLETS: [
        {
            "id": str(number),
            "inletType": "dual",
            "inletPhase": "Three Phase",
            "inletLines": _LINES,
            "inletEnergyAccumulation": 89.5,
            "inletActivePower": 900,
            "inletVoltageRms": 230,
            "inletCurrentRms": 4.0,
        }
        for number in (1, 2)
    ],
}
SYNLINK_ATS: dict[str, Any] = {
    **SYNLINK,
    synlink.INLETS: [
        {
            **inlet,
            "inletType": "ats",
            "atsInletActive": inlet["id"] == "1",
            "inletPhase": "Single Phase",
            "inletLines": _LINES[:1],
            "inletCurrentRms": 2.0,
        }
        for inlet in SYNLINK[synlink.INLETS]
    ],
}
SHELLY: dict[str, Any] = {
    shelly.STATUS: {
        f"switch:{number}": {
            "id": number,
            "output": number != 1,
            "apower": 69.5 * number if number != 1 else 0,
            "current": 0.3 * number if number != 1 else 0,
            "voltage": 230.5,
            "aenergy": {"total": 2000.5 * number},
        }
        for number in (0, 1, 2)
    },
    shelly.CONFIG: {f"switch:{number}": {"id": number, "name": "web"} for number in (0, 1, 2)},
}
DIGITALLOGGERS: dict[str, Any] = {
    digitalloggers.STATES: [True, False, True],
    digitalloggers.NAMES: ["web", "db", "web"],
    digitalloggers.METERS: [
        part
        for bus in (0, 1)
        for name, value in (("current", 1.5), ("power", 345.5), ("total_energy", 120.5))
        for part in (f"bus.{bus}.{name}", value + bus)
    ],
}
UNITS = {"jaws": (jaws, JAWS), "netio": (netio, NETIO), "synlink": (synlink, SYNLINK)}
UNITS["synlink-ats"] = (synlink, SYNLINK_ATS)
UNITS["shelly"] = (shelly, SHELLY)
UNITS["digitalloggers"] = (digitalloggers, DIGITALLOGGERS)


def read(codec: Any, answers: Mapping[str, Any], case: Case) -> Shown:
    """What the codec shows of the device with these answers."""
    replies = spoilt_answers(answers, leaves(answers), case)

    def exchange(request: Request) -> bytes:
        status, body = replies[request.path]
        if status != 200:
            raise error_of_status(status)
        return body

    unit = run_dialogue(codec.read_unit(with_figures=True), exchange)
    shown: dict[str, Any] = {"A": unit.load_a, "kWh": unit.energy_kwh, "W": unit.power_w}
    for outlet in unit.outlets:
        shown[outlet.identity] = STATES[outlet.state]
        for name, figure in zip(("A", "W", "kWh"), outlet.figures):
            shown[f"{outlet.identity} {name}"] = figure
    return shown


def exceptions(leaf_by_name: Mapping[str, Any]) -> dict[Spoilt, str]:
    """What nothing can show, with its reason."""
    outlet = re.compile(rf"{jaws.OUTLETS} \d+")
    truth_value = re.compile(rf"{shelly.STATUS} switch:\d/output|{digitalloggers.STATES} \d")
    reasons = {
        Spoilt(answer, "gone"): (
            "nothing counts the outlets of JAWS, and an account sees those alone that it may"
            " switch: a list without one of them is a list as any other"
        )
        for answer in leaf_by_name
        if outlet.fullmatch(answer)
    }
    for answer in leaf_by_name:
        if truth_value.fullmatch(answer):
            reasons[Spoilt(answer, "true")] = "true is the unit's word for a relay that is on"
    for answer in leaf_by_name:
        if re.fullmatch(rf"{shelly.STATUS} switch:2|{digitalloggers.STATES} \d", answer):
            reasons[Spoilt(answer, "gone")] = "the list is one document, and nothing counts it"
    for way in ("404", "[]"):
        reasons[Spoilt(digitalloggers.METERS, way)] = "a unit without meters answers so"
    return reasons


@pytest.mark.parametrize("name", UNITS)
def test_no_spoilt_answer_of_a_codec_is_a_false_figure_or_state(name: str) -> None:
    codec, answers = UNITS[name]
    leaf_by_name = leaves(answers)
    reasons = exceptions(leaf_by_name)
    cases = single_cases(leaf_by_name, LEAF_WAYS) + single_cases(answers, tuple(ANSWER_WAYS))
    assert swept(partial(read, codec, answers), cases, lambda spoilt: reasons.get(spoilt, "")) == []


@pytest.mark.parametrize("name", UNITS)
def test_no_two_spoilt_answers_of_a_codec_are_a_false_figure_or_state(name: str) -> None:
    codec, answers = UNITS[name]
    leaf_by_name = leaves(answers)
    reasons = exceptions(leaf_by_name)
    cases = random_pairs(leaf_by_name, LEAF_WAYS, 400, seed=1)
    assert swept(partial(read, codec, answers), cases, lambda spoilt: reasons.get(spoilt, "")) == []


def test_the_sweep_has_a_unit_of_each_codec() -> None:
    codecs = {name for name in registry.names() if registry.about(name).is_codec}
    assert codecs == {codec.__name__.split(".")[1] for codec, _ in UNITS.values()}


def test_the_sweep_reads_each_unit_whole() -> None:
    for name, (codec, answers) in UNITS.items():
        shown = read(codec, answers, ())
        assert None not in [shown[total] for total in ("A", "kWh", "W")], name
        assert len(shown) == 3 + 4 * (6 if name == "jaws" else 3)
