"""Digital Loggers' answers are decoded; an impossible one is an error, and an uncertain state is
unknown. tests/handlers/test_units.py and test_http_sweep.py spoil each value.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from handlers.digitalloggers import decoding
from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.http.errors import HttpRefused
from handlers.shared import errors
from handlers.shared.meter_figures import NotKnown
from pdu.recordings.unit_recording import read_recorded
from tests.handlers import codecs

# The lists that public clients rely on: states and names as they quote them, and the meters of PyPI
# power-switch-pro 1.1.1 with the figures of its tests.
RECORDING = Path(__file__).with_name("recording.json").read_text("utf-8")
ANSWERS: dict[str, Any] = json.loads(RECORDING)["answers"]
METERS: list[Any] = ANSWERS[decoding.METERS]


def read(**answers: Any) -> PduState:
    """The unit, with other answers to STATES, NAMES or METERS."""
    changes = {getattr(decoding, name): answer for name, answer in answers.items()}
    return codecs.read(decoding, {**ANSWERS, **changes})


def test_states_names_and_meters_are_read_with_their_units() -> None:
    unit = read_recorded(decoding, RECORDING)
    assert unit.outlets[3:5] == (Outlet("4", "Lights", True), Outlet("5", "Outlet 5", False))
    assert unit.load_a == 1.5
    assert unit.energy_kwh == 1234.5
    assert unit.power_w == 180.0


def test_the_physical_state_alone_is_asked_for_before_and_after_a_command() -> None:
    outlets = codecs.outlets(decoding, {decoding.STATES: [True, False]})
    assert [(outlet.identity, outlet.state) for outlet in outlets] == [("1", True), ("2", False)]
    assert "physical_state" in decoding.STATES


@pytest.mark.parametrize("state", [None, "true", 1, 0, [], {"$error": "no access"}])
def test_a_state_that_is_no_truth_value_is_unknown(state: object) -> None:
    outlet = read(STATES=[state, *ANSWERS[decoding.STATES][1:]]).outlets[0]
    assert outlet.state is None
    assert outlet.doubt == f"its physical_state is {state!r}"


@pytest.mark.parametrize("states", [[], {}, None, True, "[true]", ANSWERS[decoding.STATES][:7]])
def test_a_list_of_states_that_is_none_or_too_short_is_an_error(states: object) -> None:
    with pytest.raises(errors.ProtocolError):
        read(STATES=states)


def test_the_currents_of_all_buses_are_the_load() -> None:
    other = ["bus.1.voltage", 120.0, "bus.1.current", 0.3, "bus.1.power", 36.0]
    unit = read(METERS=[*METERS, *other, "bus.1.total_energy", 0.7])
    assert unit.load_a == 1.8
    assert unit.energy_kwh == 1235.2
    assert unit.power_w == 216.0
    # a meter that one bus has and the other has not is lost, and no sum is given
    unit = read(METERS=[*METERS, *other])
    assert unit.load_a == 1.8
    assert unit.energy_kwh == NotKnown(
        "bus 1: there is no total_energy, which others of its kind have"
    )


@pytest.mark.parametrize("meters", [[], ["environment.0.temperature", 296.5]])
def test_a_unit_without_meters_of_a_bus_has_no_figures_instead_of_zeros(meters: list[Any]) -> None:
    unit = read(METERS=meters)
    assert unit.load_a is None
    assert unit.energy_kwh is None
    assert unit.power_w is None


def test_a_unit_that_has_no_such_resource_has_no_meters() -> None:
    unit = read(METERS=HttpRefused("no such resource", "404"))
    assert unit.load_a is None
    assert unit.energy_kwh is None
    assert unit.power_w is None
    with pytest.raises(errors.Refused):
        read(METERS=HttpRefused("failed", "500"))


@pytest.mark.parametrize(
    "meters", [METERS[1:], [*METERS, *METERS[:2]], {}, None, ["bus.0.current"]]
)
def test_meters_of_another_form_are_not_known(meters: object) -> None:
    unit = read(METERS=meters)
    assert isinstance(unit.load_a, NotKnown)
    assert isinstance(unit.energy_kwh, NotKnown)
    assert len(unit.outlets) == 8


@pytest.mark.parametrize("value", [None, "1.5", -1, True])
def test_an_odd_figure_costs_itself_alone(value: object) -> None:
    unit = read(METERS=[*METERS[:3], value, *METERS[4:]])
    assert unit.load_a == NotKnown(f"bus 0: its current is {value!r}")
    assert unit.energy_kwh == 1234.5
    assert unit.power_w == 180.0


def test_a_command_sets_one_absolute_state_and_says_that_it_is_not_forged() -> None:
    order = WriteRequest(
        "/restapi/relay/outlets/6/state/",
        b"value=false",
        "PUT",
        "application/x-www-form-urlencoded",
        (("X-CSRF", "x"),),
    )
    assert codecs.commands(decoding, "7", False) == [order]


@pytest.mark.parametrize("code", ["404", "500"])
def test_only_404_leads_to_the_page_where_the_api_is_allowed(code: str) -> None:
    with pytest.raises(errors.Refused) as error_info:
        read(STATES=HttpRefused("the reason", code))
    assert ("External APIs" in str(error_info.value)) is (code == "404")
