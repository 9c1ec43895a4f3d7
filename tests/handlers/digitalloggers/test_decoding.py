"""Digital Loggers' answers are decoded; an impossible one is an error, and an uncertain state is
unknown. tests/handlers/test_units.py and test_http_sweep.py spoil each value.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from handlers.digitalloggers import decoding
from handlers.digitalloggers.handler import make_handler
from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.http.errors import HttpRefused
from handlers.http.unit_requests import listed_outlets
from handlers.shared import errors
from handlers.shared.meter_figures import NotKnown
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers import codecs
from tests.handlers.other_clients import unit_data
from tests.peers.unit_pdus import UnitPeers

# The lists that public clients rely on: states and names as they quote them, and the meters of PyPI
# power-switch-pro 1.1.1 with the figures of its tests.
RECORDING = Path(__file__).with_name("recording.har").read_text("utf-8")
ANSWERS: dict[str, Any] = codecs.recorded_answers(RECORDING)
METERS: list[Any] = ANSWERS[decoding.METERS]


def read(**answers: Any) -> PduState:
    """The unit, with other answers to STATES, NAMES or METERS."""
    changes = {getattr(decoding, name): answer for name, answer in answers.items()}
    return codecs.read(decoding, {**ANSWERS, **changes})


def test_states_names_and_meters_are_read_with_their_units() -> None:
    unit = codecs.read_recorded(decoding, RECORDING)
    assert unit.outlets[3:5] == (Outlet("4", "", True), Outlet("5", "", False))
    labels = codecs.labels(decoding, ANSWERS)
    assert labels[3:5] == (Outlet("4", "Lights", True), Outlet("5", "Outlet 5", False))
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


@pytest.mark.parametrize("states", [[], {}, None, True, "[true]"])
def test_states_that_are_no_list_are_an_error(states: object) -> None:
    with pytest.raises(errors.ProtocolError):
        read(STATES=states)


@pytest.mark.parametrize("count", [7, 9])
def test_names_of_another_number_than_the_states_are_an_error(count: int) -> None:
    names = ["web"] * count
    with pytest.raises(errors.ProtocolError, match=f"8 states, but {count} names"):
        codecs.labels(decoding, {**ANSWERS, decoding.NAMES: names})


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


def test_a_quantity_that_no_bus_has_is_not_metered() -> None:
    """The list names all meters: this unit has two."""
    unit = read(METERS=["bus.0.current", 1.2, "bus.0.voltage", 120.5])
    assert unit.load_a == 1.2
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
def test_meters_of_another_form_are_an_error(meters: object) -> None:
    with pytest.raises(errors.ProtocolError, match="no list of names and values"):
        read(METERS=meters)
    # the states do not need them
    changes = {decoding.METERS: meters}
    assert len(codecs.read(decoding, {**ANSWERS, **changes}, with_figures=False).outlets) == 8


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


def test_an_account_that_does_not_see_all_outlets_is_an_error_that_names_them() -> None:
    """The unit's lists leave no gap for the others: places in them are no numbers."""
    peers = UnitPeers("digitalloggers")
    device = peers.device()
    with peers.serve(device) as unit:
        handler = make_handler(unit_data(unit))
        assert len(handler.status().ports) == 8
        device.hidden = {1, 3, 6, 7, 8}
        port = PduPortView("1", EnumPowerStatus.UNKNOWN)
        for call in (handler.status, handler.statistic, partial(handler.port_down, port)):
            with pytest.raises(errors.Denied, match="sees the outlets 2, 4, 5 alone"):
                call()
        assert not device.writes
        # of the first ones, the places are the numbers
        device.hidden = {7, 8}
        assert [port.identity for port in handler.status().ports] == list("123456")


@pytest.mark.parametrize(
    "links",
    [
        "</restapi/relay/outlets/1/name/>; rel=item, </restapi/relay/outlets/3/name/>; rel=item",
        '<https://192.0.2.7/restapi/relay/outlets/1/name/>; rel="item", <../3/name/>;rel=item',
        "<1/name/>, rel=item, <3/name/>, rel=item, </restapi/relay/outlets/5/>; rel=templated",
    ],
)
def test_the_outlets_of_a_list_are_named_in_its_link_headers(links: str) -> None:
    assert listed_outlets(links, "name") == [1, 3]
    assert listed_outlets(links, "state") == []


@pytest.mark.parametrize("code", ["409", "500"])
def test_only_409_tells_of_a_lock(code: str) -> None:
    with pytest.raises(errors.Refused) as error_info:
        codecs.commands(decoding, "7", False, HttpRefused("the reason", code))
    assert ("locked" in str(error_info.value)) is (code == "409")


@pytest.mark.parametrize("code", ["404", "500"])
def test_only_404_leads_to_the_page_where_the_api_is_allowed(code: str) -> None:
    with pytest.raises(errors.Refused) as error_info:
        read(STATES=HttpRefused("the reason", code))
    assert ("External APIs" in str(error_info.value)) is (code == "404")
