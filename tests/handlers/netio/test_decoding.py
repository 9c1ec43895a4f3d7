"""NETIO's document is decoded; an impossible one is an error, and an uncertain state is unknown."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.http.errors import HttpRefused
from handlers.netio import decoding
from handlers.netio.handler import make_handler
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures, NotKnown, reason_without
from pdu_common.helper import EnumPowerStatus, PduPortView
from tests.handlers import codecs
from tests.handlers.clocks import in_switching
from tests.handlers.other_clients import unit_data
from tests.simulators.netio import SimulatedPdu
from tests.simulators.unit_servers import HttpServer

# The outputs on PyPI's page of Netio 1.0.9, the vendor's library. With a load of 2062 W, the 8610
# can only be mA.
RECORDING = Path(__file__).with_name("recording.har").read_text("utf-8")
SAMPLE: dict[str, Any] = codecs.recorded_answers(RECORDING)["/netio.json"]
OUTPUTS = SAMPLE["Outputs"]


def read(document: object) -> PduState:
    """The unit of this document, or error, in place of the recording's."""
    return codecs.read(decoding, {"/netio.json": document})


def test_outputs_of_the_vendors_page_are_read_with_their_units() -> None:
    unit = codecs.read_recorded(decoding, RECORDING)
    assert unit.outlets[2] == Outlet("3", "out_3", True, MeterFigures(8.61, 2062.0, 11387.035))
    assert unit.outlets[1].state is False
    assert unit.load_a == 8.61
    assert unit.energy_kwh == 27044.9
    # it shows no TotalLoad
    assert unit.power_w == 2062.0


@pytest.mark.parametrize(
    "current, power, reason",
    [(1050, 225, "225 W"), (50, 6, "6 W"), (51, 0, "0.051 A"), (50, 5, ""), (None, None, "")],
)
def test_off_beside_its_own_load_is_unknown(current: object, power: object, reason: str) -> None:
    output = {**OUTPUTS[1], "State": 0, "Current": current, "Load": power}
    outlet = read({**SAMPLE, "Outputs": [OUTPUTS[0], output, OUTPUTS[2]]}).outlets[1]
    assert outlet.state is (None if reason else False)
    assert reason in outlet.doubt
    assert bool(reason) == bool(outlet.doubt)


class LaggingMeters(SimulatedPdu):
    """Its meters show the load of before for so many readings after an output is off."""

    def __init__(self, readings: int) -> None:
        super().__init__()
        self.readings = readings

    def current_ma(self, number: int) -> int:
        is_behind = bool(self.writes) and self.readings > 0
        return self.draws_ma[number] if is_behind else super().current_ma(number)

    def answer(self, method: str, path: str, body: bytes) -> Optional[bytes]:
        answer = super().answer(method, path, body)
        if method == "GET" and self.writes:
            self.readings -= 1
        return answer


@pytest.mark.parametrize(
    "readings, state, seconds", [(3, EnumPowerStatus.DOWN, 3), (999, EnumPowerStatus.UNKNOWN, 11)]
)
def test_an_output_is_off_when_its_meter_has_followed(
    readings: int,
    state: EnumPowerStatus,
    seconds: float,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    clock = in_switching(monkeypatch)
    begin = clock.now
    device = LaggingMeters(readings)
    with HttpServer(device) as unit:
        port = PduPortView("1", EnumPowerStatus.UNKNOWN)
        make_handler(unit_data(unit)).port_down(port)
    assert port.power_status is state
    assert len(device.writes) == 1
    assert clock.now - begin < seconds
    is_told = "outlet 1: it is reported as off, but its meter shows" in caplog.text
    assert is_told is (state is EnumPowerStatus.UNKNOWN)


def test_a_unit_without_meters_has_no_figures_instead_of_zeros() -> None:
    unit = read(
        {
            "Agent": {"NumOutputs": 1},
            "Outputs": [{"ID": 1, "Name": "a", "State": 1, "Action": 6, "Delay": 5000}],
        }
    )
    assert unit == PduState((Outlet("1", "a", True),), None, None)


def test_a_name_that_is_null_is_empty() -> None:
    assert (
        read({"Agent": {"NumOutputs": 1}, "Outputs": [{"ID": 1, "Name": None}]}).outlets[0].name
        == ""
    )


def test_the_counter_without_reset_is_preferred() -> None:
    outputs = [{**OUTPUTS[0], "Energy": 43078, "EnergyNR": 154263}]
    assert (
        read({**SAMPLE, "Agent": {"NumOutputs": 1}, "Outputs": outputs})
        .outlets[0]
        .figures.energy_kwh
        == 154.263
    )


@pytest.mark.parametrize(
    "counters, kwh",
    [
        ({"TotalEnergyNR": 154263, "TotalEnergy_NR": 1, "TotalEnergy": 43078}, 154.263),
        ({"TotalEnergy_NR": 154263, "TotalEnergy": 43078}, 154.263),
        ({"TotalEnergy": 43078}, 43.078),
    ],
)
def test_the_total_without_reset_is_preferred_also_under_the_name_of_firmware_4(
    counters: dict[str, int], kwh: float
) -> None:
    measure = {key: value for key, value in SAMPLE["GlobalMeasure"].items() if "Energy" not in key}
    assert read({**SAMPLE, "GlobalMeasure": {**measure, **counters}}).energy_kwh == kwh


@pytest.mark.parametrize("state", [None, 2, -1, "1", True, [1]])
def test_an_uncertain_state_is_unknown(state: object) -> None:
    document = {**SAMPLE, "Outputs": [{**OUTPUTS[0], "State": state}, *OUTPUTS[1:]]}
    outlet = read(document).outlets[0]
    assert outlet.state is None
    assert outlet.doubt == f"its State is {state!r}"


@pytest.mark.parametrize(
    "change",
    [
        {"Outputs": OUTPUTS[:2]},
        {"Outputs": [OUTPUTS[0], *OUTPUTS[:-1]]},
        {"Agent": {}},
        {"Outputs": [{**OUTPUTS[0], "ID": "1"}, *OUTPUTS[1:]]},
        {"Outputs": [{**OUTPUTS[0], "ID": 0}, *OUTPUTS[1:]]},
        {"Outputs": [{**OUTPUTS[0], "ID": True}, *OUTPUTS[1:]]},
    ],
)
def test_an_impossible_answer_is_an_error(change: dict[str, Any]) -> None:
    with pytest.raises(errors.ProtocolError):
        read({**SAMPLE, **change})


@pytest.mark.parametrize("value", [None, "8610", "", True, [], {}, -1])
def test_an_odd_figure_of_an_output_costs_itself_alone(value: object) -> None:
    usual = read(SAMPLE)
    unit = read({**SAMPLE, "Outputs": [{**OUTPUTS[0], "Load": value}, *OUTPUTS[1:]]})

    figure = NotKnown(f"its Load is {value!r}")
    assert unit.outlets[0].figures == usual.outlets[0].figures._replace(power_w=figure)
    # all the rest is as usual, but for the power of the unit, which is the sum
    assert unit._replace(outlets=usual.outlets) == usual._replace(power_w=figure)


@pytest.mark.parametrize("value", [None, "8610", "", True, [], {}, -1])
def test_an_odd_total_costs_itself_alone(value: object) -> None:
    usual = read(SAMPLE)
    totals = {**SAMPLE["GlobalMeasure"], "TotalCurrent": value}

    unit = read({**SAMPLE, "GlobalMeasure": totals})

    figure = NotKnown(f"its TotalCurrent is {value!r}")
    assert unit == usual._replace(load_a=figure)


@pytest.mark.parametrize("value", [None, "8610", "", True, [], -1])
def test_totals_that_are_no_object_are_not_known(value: object) -> None:
    unit = read({**SAMPLE, "GlobalMeasure": value})
    assert unit.outlets == read(SAMPLE).outlets
    for total in (unit.load_a, unit.energy_kwh, unit.power_w):
        assert isinstance(total, NotKnown)


def test_a_command_sets_one_absolute_state() -> None:
    assert codecs.commands(decoding, "7", False) == [
        WriteRequest("/netio.json", b'{"Outputs": [{"ID": 7, "Action": 0}]}')
    ]


@pytest.mark.parametrize(
    "answer", [{"Errors": [{"Message": "locked"}]}, {"result": {"error": {"message": "locked"}}}]
)
def test_an_error_in_place_of_the_document_is_the_refusal_of_a_command(answer: object) -> None:
    with pytest.raises(errors.Refused, match="locked"):
        codecs.commands(decoding, "2", False, json.dumps(answer).encode())


def test_an_error_beside_the_document_leaves_open_what_the_command_did() -> None:
    answer = json.dumps({**SAMPLE, "Errors": ["locked"]}).encode()
    with pytest.raises(errors.ProtocolError, match="locked"):
        codecs.commands(decoding, "2", False, answer)


@pytest.mark.parametrize("answer", [b"", b"<html>", b"[]", b"{}", b'{"result": 1}', b"{"])
def test_an_answer_to_a_command_that_says_nothing_leaves_the_proof_to_a_reading(
    answer: bytes,
) -> None:
    assert len(codecs.commands(decoding, "2", False, answer)) == 1


@pytest.mark.parametrize("code", ["301", "400", "404", "429", "500"])
def test_only_404_leads_to_the_switch_of_the_json_api(code: str) -> None:
    with pytest.raises(errors.Refused) as error_info:
        read(HttpRefused("the reason", code))
    assert ("switch JSON API on" in str(error_info.value)) is (code == "404")


def test_a_counter_that_is_null_is_not_replaced_by_the_one_that_a_user_resets() -> None:
    output = {**OUTPUTS[0], "Energy": 43078, "EnergyNR": None}
    document = {**SAMPLE, "Agent": {"NumOutputs": 1}, "Outputs": [output]}
    assert read(document).outlets[0].figures.energy_kwh == NotKnown("its EnergyNR is None")


NEW: dict[str, Any] = {
    "Agent": {"NumOutputs": 2},
    "GlobalMeasure": {"TotalCurrent": 1000, "TotalLoad": 230, "TotalEnergyNR": 9000},
    "Outputs": [
        {"ID": number, "State": 1, "Current": 500, "Load": 115, "EnergyNR": 4000, "Energy": 7}
        for number in (1, 2)
    ],
}


def test_a_unit_that_counts_0_outputs_is_an_error() -> None:
    with pytest.raises(errors.ProtocolError, match="has 0 outputs"):
        read({**NEW, "Agent": {"NumOutputs": 0}, "Outputs": []})


@pytest.mark.parametrize("measure", [None, {}])
def test_totals_that_are_gone_from_a_metered_unit_are_not_known(
    measure: Optional[dict[str, object]],
) -> None:
    """None: the document has no GlobalMeasure at all."""
    document: dict[str, Any] = dict(NEW)
    assert read(document).load_a == 1.0
    assert read(document).energy_kwh == 9.0

    del document["GlobalMeasure"]
    if measure is not None:
        document["GlobalMeasure"] = measure
    unit = read(document)
    for total in (unit.load_a, unit.energy_kwh):
        assert isinstance(total, NotKnown)
        assert "its outputs are metered" in total.reason


def test_a_current_that_is_gone_is_not_known_also_if_only_the_whole_unit_has_a_meter() -> None:
    outputs = [{"ID": 1, "State": 1}, {"ID": 2, "State": 1}]
    measure = {"TotalLoad": 230, "TotalEnergyNR": 9000}
    unit = read({**NEW, "Outputs": outputs, "GlobalMeasure": measure})
    assert isinstance(unit.load_a, NotKnown)
    assert unit.energy_kwh == 9.0


def test_a_lost_counter_is_not_replaced_by_the_one_that_a_user_resets() -> None:
    output = {key: value for key, value in NEW["Outputs"][0].items() if key != "EnergyNR"}
    unit = read({**NEW, "Outputs": [output, NEW["Outputs"][1]]})
    reason = "there is no EnergyNR, which others of its kind have"
    assert [outlet.figures.energy_kwh for outlet in unit.outlets] == [NotKnown(reason), 4.0]


@pytest.mark.parametrize("total, by_outputs", [("TotalCurrent", 1.0), ("TotalEnergyNR", 8.0)])
def test_a_total_that_the_unit_does_not_show_is_the_sum_of_its_outputs(
    total: str, by_outputs: float
) -> None:
    """Of the same counter: not that which a user resets."""
    measure = {**NEW["GlobalMeasure"], "TotalEnergy": 7}
    del measure[total]
    unit = read({**NEW, "GlobalMeasure": measure})
    assert by_outputs in (unit.load_a, unit.energy_kwh)
    assert 7 not in (unit.load_a, unit.energy_kwh)
    # of outputs of which one has no meter there is no sum
    output = {"ID": 2, "State": 1}
    unit = read({**NEW, "GlobalMeasure": measure, "Outputs": [NEW["Outputs"][0], output]})
    reasons = {reason_without(figure) for figure in (unit.load_a, unit.energy_kwh)}
    assert reasons == {"", "1 of 2 parts of the sum have no meter"}


def test_an_output_without_any_figure_has_no_meter() -> None:
    output = {"ID": 2, "Name": "", "State": 1, "Action": 6, "Delay": 5000}
    unit = read({**NEW, "Outputs": [NEW["Outputs"][0], output]})
    assert unit.outlets[1].figures == MeterFigures()
    assert unit.load_a == 1.0


def test_outputs_with_another_counter_than_the_units_say_so() -> None:
    output = {"ID": 1, "Name": "", "State": 1, "Current": 10, "Load": 2, "Energy": 1000}
    totals = {"TotalEnergyNR": 9000}
    changes = {"Agent": {"NumOutputs": 1}, "GlobalMeasure": totals, "Outputs": [output]}
    state = read({**SAMPLE, **changes})
    energy = state.outlets[0].figures.energy_kwh
    assert isinstance(energy, NotKnown)
    assert "another counter" in energy.reason
