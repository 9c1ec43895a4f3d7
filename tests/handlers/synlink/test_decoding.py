"""The values of the recording, what is measured and what is not known, and the command."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Optional

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured
from handlers.synlink import decoding
from tests.handlers import codecs

# The outlets and the inlet of the maker's references (synaccess-pdus.readme.io and
# synaccess.readme.io) as one unit, to which an outlet that is off was added.
RECORDING = Path(__file__).with_name("recording.har").read_text("utf-8")
ANSWERS: dict[str, Any] = codecs.recorded_answers(RECORDING)
OUTLET = ANSWERS[decoding.OUTLETS][1]
INLET = ANSWERS[decoding.INLETS][0]


def with_changes(fields: dict[str, Any], changes: dict[str, object]) -> dict[str, Any]:
    """With other fields; a field `...` is left out."""
    return {name: value for name, value in {**fields, **changes}.items() if value is not ...}


def outlet(**changes: object) -> Outlet:
    """The second outlet of the recording, changed."""
    first, _, last = ANSWERS[decoding.OUTLETS]
    entries = [first, with_changes(OUTLET, changes), last]
    return codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: entries}).outlets[1]


def without_voltage(**changes: object) -> Outlet:
    """As `outlet`, of a unit that measures no voltage: no outlet has the field."""
    entries = [
        with_changes(entry, {"voltageDetection": ...}) for entry in ANSWERS[decoding.OUTLETS]
    ]
    entries[1] = with_changes(entries[1], changes)
    return codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: entries}).outlets[1]


def unit(*inlets: dict[str, Any]) -> PduState:
    """The recording with other inlets."""
    device = {**ANSWERS[decoding.DEVICE], "numInlets": len(inlets)}
    return codecs.read(
        decoding, {**ANSWERS, decoding.DEVICE: device, decoding.INLETS: list(inlets)}
    )


def test_the_recording_is_read_with_its_units() -> None:
    assert codecs.read_recorded(decoding, RECORDING) == PduState(
        (
            Outlet(
                "1-16777225",
                "Outlet 1",
                None,
                MeterFigures(0.16),
                doubt="its rebootStatus is pendingOff",
                number="1",
            ),
            Outlet("1-286331153", "Nas Server 1", True, MeterFigures(1.1), number="1"),
            Outlet("2-286331153", "Outlet 2", False, MeterFigures(0.0), number="2"),
        ),
        4.2,
        89.03,
        11.0,
    )


# ---- states --------------------------------------------------------------------------------------


@pytest.mark.parametrize("word, state", [("On", True), ("ON", True), ("off", False)])
def test_a_state_is_read_in_any_case(word: str, state: bool) -> None:
    decoded = outlet(state=word, voltageDetection=state)
    assert decoded.state == state
    assert decoded.doubt == ""


@pytest.mark.parametrize("state", [True, False])
def test_a_state_that_is_true_or_false_is_the_position(state: bool) -> None:
    # the table of the maker's older Markdown
    older = without_voltage(state=state)
    assert older.state == state
    assert older.doubt == ""
    assert outlet(state=state, voltageDetection=not state).state is None


@pytest.mark.parametrize("word", ["REBOOT", "Unknown", "", None, 1, 0, ...])
def test_any_other_state_is_unknown(word: object) -> None:
    assert outlet(state=word).state is None


@pytest.mark.parametrize("state, voltage", [("ON", False), ("OFF", True)])
def test_a_voltage_that_contradicts_the_relay_is_unknown_with_both(
    state: str, voltage: bool
) -> None:
    decoded = outlet(state=state, voltageDetection=voltage)
    assert decoded.state is None
    assert decoded.doubt == f"its state is {state}, voltageDetection {voltage}"


@pytest.mark.parametrize("voltage", ["on", 117.9, 1, [], {}])
def test_a_voltage_that_is_no_answer_is_unknown(voltage: object) -> None:
    assert outlet(voltageDetection=voltage).state is None


@pytest.mark.parametrize("voltage", [None, ...])
def test_a_unit_that_measures_no_voltage_shows_the_relays_position(voltage: object) -> None:
    decoded = without_voltage(voltageDetection=voltage)
    assert decoded.state is True
    assert decoded.doubt == ""


@pytest.mark.parametrize("voltage", [None, ...])
def test_an_outlet_whose_voltage_alone_is_not_measured_has_no_state(voltage: object) -> None:
    decoded = outlet(voltageDetection=voltage)
    assert decoded.state is None
    assert "there is no voltageDetection" in decoded.doubt


@pytest.mark.parametrize("word", ["pendingOff", "pendingOn", "later", "", 1, None])
def test_an_outlet_that_reboots_is_unknown(word: object) -> None:
    decoded = outlet(rebootStatus=word)
    assert decoded.state is None
    assert "rebootStatus" in decoded.doubt


@pytest.mark.parametrize("word", ["none", ...])
def test_an_outlet_that_does_not_reboot_has_its_state(word: object) -> None:
    assert outlet(rebootStatus=word).state is True


@pytest.mark.parametrize("voltage, state", [(True, True), (..., None)])
def test_the_state_of_a_relay_with_a_fault_is_what_is_measured(
    voltage: object, state: Optional[bool]
) -> None:
    read_outlet = without_voltage if voltage is ... else outlet
    decoded = read_outlet(relayHealth="STUCK", voltageDetection=voltage)
    assert decoded.state == state
    assert decoded.doubt == "its relayHealth is STUCK"


# ---- identities ----------------------------------------------------------------------------------


@pytest.mark.parametrize("identity", ["1", "0-7", "01-7", "1-", "1-7/../2-7", "", None, 1, ...])
def test_an_impossible_id_is_an_error(identity: object) -> None:
    with pytest.raises(errors.ProtocolError):
        outlet(id=identity)


def test_an_older_firmware_calls_the_id_outlet_uuid() -> None:
    assert outlet(id=..., outletUuid="1-858993459").identity == "1-858993459"


@pytest.mark.parametrize("number", ["1", None, True, ...])
def test_a_number_that_is_none_is_not_known(number: object) -> None:
    assert outlet(outletIndex=number).number == ""


def test_an_account_that_does_not_see_all_outlets_is_an_error() -> None:
    fewer = {**ANSWERS, decoding.OUTLETS: ANSWERS[decoding.OUTLETS][:2]}
    with pytest.raises(errors.ProtocolError, match="view all outlets"):
        codecs.read(decoding, fewer)


def test_a_unit_that_lists_no_outlets_is_an_error() -> None:
    device = {**ANSWERS[decoding.DEVICE], "numOutlets": 0}
    with pytest.raises(errors.ProtocolError, match="has 0 outlets"):
        codecs.read(decoding, {**ANSWERS, decoding.DEVICE: device, decoding.OUTLETS: []})


# ---- figures -------------------------------------------------------------------------------------


def test_a_current_that_others_have_is_not_known_and_one_that_none_has_is_not_metered() -> None:
    reason = "1-286331153: there is no currentRms, which others of its kind have"
    assert outlet(currentRms=...).figures.current_a == NotKnown(reason)
    entries = [with_changes(entry, {"currentRms": ...}) for entry in ANSWERS[decoding.OUTLETS]]
    totals = codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: entries})
    assert [outlet.figures for outlet in totals.outlets] == [MeterFigures()] * 3
    assert totals.load_a == 4.2


@pytest.mark.parametrize(
    "power, watts",
    [
        pytest.param(4.32, 4.32, id="as V, A and power factor say"),
        pytest.param(0.00432, None, id="kilowatts"),
        pytest.param(0.004, None, id="rounded kilowatts"),
        pytest.param(9.0, 9.0, id="far off, still watts"),
        pytest.param(0, None, id="0 beside a current: perhaps rounded kilowatts"),
        pytest.param(None, None, id="no power"),
    ],
)
def test_a_power_is_in_watts_or_not_known_if_its_voltage_and_current_say_kilowatts(
    power: object, watts: Optional[float]
) -> None:
    # current, voltage and power factor of a bank of the maker's older reference
    fields = {
        "inletActivePower": power,
        "inletCurrentRms": 0.082999996840953827,
        "inletVoltageRms": 122.69999694824219,
        "inletPowerFactor": 0.424346923828125,
    }
    figure = unit({**INLET, **fields}).power_w
    assert measured(figure) == watts
    assert isinstance(figure, NotKnown) is (watts is None)


@pytest.mark.parametrize("field", ["inletVoltageRms", "inletCurrentRms", "inletPowerFactor"])
def test_a_power_needs_neither_voltage_nor_current_nor_power_factor(field: str) -> None:
    fields = {"inletActivePower": 680.0, field: ...}
    assert unit(with_changes(INLET, dict(fields))).power_w == 680.0


def test_the_largest_number_of_a_register_is_no_current() -> None:
    assert isinstance(unit({**INLET, "inletCurrentRms": 2**31 - 1}).load_a, NotKnown)


def test_a_small_power_beside_rounded_figures_is_as_given() -> None:
    fields = {"inletCurrentRms": 0.03, "inletPowerFactor": 0.2, "inletActivePower": 1}
    assert unit({**INLET, **fields}).power_w == 1.0


def test_nothing_is_nothing_in_any_unit() -> None:
    # the second inlet of the maker's example
    fields = {"inletCurrentRms": 0, "inletActivePower": 0, "inletPowerFactor": 1}
    assert unit({**INLET, **fields}).power_w == 0.0


def three_phases(lines: object) -> dict[str, Any]:
    """An inlet with these lines; `...`: it shows none."""
    fields = {"inletPhase": "Three Phase", "inletCurrentRms": ..., "inletLines": lines}
    return with_changes(INLET, fields)


def test_the_load_of_three_phases_is_the_sum_of_the_lines() -> None:
    # the lines of the maker's example
    lines = [
        {"line": "L1", "currentRms": 1},
        {"line": "L2", "currentRms": 2},
        {"line": "L3", "currentRms": 1.31},
    ]
    whole = unit(three_phases(lines))
    assert whole.load_a == pytest.approx(4.31)
    assert whole.power_w == 11.0


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param([{"line": "L1", "currentRms": 1}, {"line": "L2", "currentRms": 2}], id="two"),
        pytest.param(..., id="none"),
    ],
)
def test_the_load_of_three_phases_is_not_known_without_one_of_the_lines(lines: object) -> None:
    assert isinstance(unit(three_phases(lines)).load_a, NotKnown)


@pytest.mark.parametrize("line", ["4.2 A", [4.2], 4.2, None])
def test_a_line_of_another_form_is_no_line_without_a_meter(line: object) -> None:
    with pytest.raises(errors.ProtocolError):
        unit({**INLET, "inletLines": [line]})


def test_two_inlets_have_one_energy_and_two_currents() -> None:
    dual = {**INLET, "inletType": "dual"}
    totals = unit(dual, {**dual, "id": "2", "inletCurrentRms": 1.0})
    assert totals.load_a == 5.2
    assert totals.energy_kwh == 89.03
    totals = unit(dual, {**dual, "id": "2", "inletEnergyAccumulation": 3.0})
    assert isinstance(totals.energy_kwh, NotKnown)


def test_the_active_inlet_of_a_transfer_switch_has_the_figures() -> None:
    idle = {"id": "2", "inletType": "ats", "atsInletActive": False, "inletCurrentRms": 0.5}
    for word in ("ats", "ATS", "Ats"):
        for yes in (True, "true", "TRUE"):
            active = {**INLET, "inletType": word, "atsInletActive": yes}
            totals = unit(active, {**idle, "inletEnergyAccumulation": 89.03})
            assert totals.load_a == 4.2
            assert totals.energy_kwh == 89.03
    for first in (idle, {**idle, "atsInletActive": None}, {**idle, "atsInletActive": 1}):
        assert unit(first, idle).load_a == NotKnown("0 of its inlets are the active one")
    assert unit(active, active).load_a == NotKnown("2 of its inlets are the active one")


@pytest.mark.parametrize("word", ["ats", None, ...])
def test_of_two_inlets_of_which_one_has_another_type_no_sum_is_shown(word: object) -> None:
    dual = {**INLET, "inletType": "dual"}
    for figure in unit(dual, with_changes({**dual, "id": "2"}, {"inletType": word}))[1:4]:
        assert isinstance(figure, NotKnown)
        assert "of the types" in figure.reason


@pytest.mark.parametrize("inlet", [{}, [], "x", None])
def test_an_inlet_that_is_none_is_an_error(inlet: Any) -> None:
    with pytest.raises(errors.ProtocolError):
        unit(INLET, inlet)


def test_a_missing_inlet_leaves_no_sums() -> None:
    device = {**ANSWERS[decoding.DEVICE], "numInlets": 2}
    totals = codecs.read(decoding, {**ANSWERS, decoding.DEVICE: device})
    for figure in (totals.load_a, totals.energy_kwh, totals.power_w):
        assert isinstance(figure, NotKnown)


@pytest.mark.parametrize("count, load_a", [(1, None), ("1", None), (0, 1.26), (..., 1.26)])
def test_inlets_that_are_counted_and_not_available_are_not_replaced_by_the_outlets(
    count: object, load_a: Optional[float]
) -> None:
    """`...`: the device has no such field."""
    answers = {
        **ANSWERS,
        decoding.DEVICE: with_changes(ANSWERS[decoding.DEVICE], {"numInlets": count}),
        decoding.INLETS: errors.Refused("no such resource", "404"),
    }

    totals = codecs.read(decoding, answers)

    assert measured(totals.load_a) == load_a
    is_lost = load_a is None
    assert isinstance(totals.load_a, NotKnown) is is_lost
    assert isinstance(totals.energy_kwh, NotKnown) is is_lost
    assert isinstance(totals.power_w, NotKnown) is is_lost


def test_an_inlet_without_a_value_leaves_the_load_not_known() -> None:
    totals = unit({**INLET, "inletCurrentRms": None})
    assert totals.load_a == NotKnown(f"{INLET['id']}: its inletCurrentRms is None")


@pytest.mark.parametrize(
    "field, total",
    [
        ("inletCurrentRms", "load_a"),
        ("inletEnergyAccumulation", "energy_kwh"),
        ("inletActivePower", "power_w"),
    ],
)
def test_an_inlet_without_a_field_leaves_its_total_alone_unset_though_outlets_have_meters(
    field: str, total: str
) -> None:
    totals = unit(with_changes(INLET, {field: ...}))
    lost = getattr(totals, total)
    assert isinstance(lost, NotKnown)
    assert "though its outlets are metered" in lost.reason
    not_known = [
        figure
        for figure in (totals.load_a, totals.energy_kwh, totals.power_w)
        if isinstance(figure, NotKnown)
    ]
    assert len(not_known) == 1


def test_a_command_asks_for_the_outlets_alone() -> None:
    outlets = codecs.outlets(decoding, {decoding.OUTLETS: ANSWERS[decoding.OUTLETS]})
    assert [outlet.identity for outlet in outlets] == ["1-16777225", "1-286331153", "2-286331153"]
    with pytest.raises(errors.ProtocolError, match="2 outlets with 1 different ids"):
        codecs.outlets(decoding, {decoding.OUTLETS: [OUTLET, OUTLET]})


def test_a_command_is_the_request_of_the_makers_client() -> None:
    assert codecs.commands(decoding, "1-286331153", False) == [
        WriteRequest("/api/outlets/1-286331153", b'{"state": "OFF"}', "PUT")
    ]
