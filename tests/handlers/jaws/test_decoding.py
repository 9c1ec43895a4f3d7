"""The values of the recording, what is not known, and the command."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any, Callable, Optional

import pytest

from handlers.http.dialogue import Outlet, PduState, WriteRequest
from handlers.http.errors import HttpDenied, HttpRefused
from handlers.jaws import decoding
from handlers.shared import errors
from handlers.shared.meter_figures import MeterFigures, NotKnown, measured, reason_without
from tests.handlers import codecs

# Values of outlets, lines and unit: those of three outlets and one unit in the fake PDU of
# Cray-HPE/hms-redfish-translation-layer, which has no cords. The cord has the sums of its phases,
# and the id of the cord in the answers of a PRO2 (tests of napalm-servertech-pro2).
RECORDING = Path(__file__).with_name("recording.har").read_text("utf-8")
ANSWERS: dict[str, Any] = codecs.recorded_answers(RECORDING)
OUTLET = ANSWERS[decoding.OUTLETS][0]


def read(**changes: object) -> PduState:
    """The recording with other fields of its first outlet; a field `...` is left out."""
    fields = {**OUTLET, **changes}
    outlet = {name: value for name, value in fields.items() if value is not ...}
    outlets = [outlet, *ANSWERS[decoding.OUTLETS][1:]]
    return codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: outlets})


def test_the_recording_is_read_with_its_units() -> None:
    unit = codecs.read_recorded(decoding, RECORDING)
    assert unit.outlets == (
        Outlet("AA1", "Master_Outlet_1", True, MeterFigures(0.35, 57, 701.28)),
        Outlet("AA3", "Master_Outlet_3", True, MeterFigures(0, 0, 0)),
        Outlet("AA12", "Master_Outlet_12", True, MeterFigures(0.19, 8, 231.812)),
    )
    # a line and a cord have more outlets than these three
    assert unit.load_a == pytest.approx(8.29)
    assert unit.energy_kwh == 11814.5
    assert unit.power_w == 835


@pytest.mark.parametrize(
    "word, state", [("On", True), ("ON", True), ("off", False), ("OFF", False)]
)
def test_a_state_is_read_in_any_case(word: str, state: bool) -> None:
    assert read(state=word, current=0, active_power=0).outlets[0].state is state


@pytest.mark.parametrize(
    "current, power, reason",
    [
        pytest.param(0.35, 57, "57 W", id="A and W"),
        pytest.param(0.05, 5.1, "5.1 W", id="W alone is above the noise"),
        pytest.param(0.06, ..., "0.06 A", id="A, without W"),
        pytest.param(0.05, 5, "", id="both are noise"),
        pytest.param(..., ..., "", id="neither is metered"),
    ],
)
def test_off_beside_its_own_load_is_unknown(current: object, power: object, reason: str) -> None:
    """Also before and after a command."""
    fields = {**OUTLET, "state": "Off", "current": current, "active_power": power}
    outlet = {name: value for name, value in fields.items() if value is not ...}
    answers = {**ANSWERS, decoding.OUTLETS: [outlet]}
    for read_outlet in (
        codecs.read(decoding, answers).outlets[0],
        codecs.outlets(decoding, answers)[0],
    ):
        assert read_outlet.state is (None if reason else False)
        assert reason in read_outlet.doubt
        assert bool(reason) == bool(read_outlet.doubt)


@pytest.mark.parametrize("word", ["OnWait", "OffWait", "Unknown", "", None, 1, True, ...])
def test_any_other_state_is_unknown(word: object) -> None:
    assert read(state=word).outlets[0].state is None


@pytest.mark.parametrize(
    "word", ["Pend On", "Pend Off", "Reboot", "Shutdown", "Event Reboot", "Event Shutdown"]
)
def test_a_state_with_a_command_under_way_is_unknown(word: str) -> None:
    assert read(control_state=word).outlets[0].state is None


@pytest.mark.parametrize("word", ["Not Set", "Ocp Off", "Ocp On"])
@pytest.mark.parametrize("state", ["On", "Off"])
def test_a_control_state_that_denies_the_state_leaves_it_unknown(word: str, state: str) -> None:
    outlet = read(control_state=word, state=state).outlets[0]
    assert outlet.state is None
    assert outlet.doubt == f"its control_state is {word!r}"


@pytest.mark.parametrize("status", ["Not Found", "Lost", "Read Error", "", None, 0])
def test_an_outlet_that_is_not_there_has_neither_state_nor_figures(status: object) -> None:
    outlet = read(status=status).outlets[0]
    assert outlet.state is None
    assert outlet.doubt == f"its status is {status!r}"
    unknown = NotKnown(f"AA1: its status is {status!r}")
    assert outlet.figures == MeterFigures(unknown, unknown, unknown)


@pytest.mark.parametrize("status", ["High Warning", "Low Alarm", "Over Limit"])
def test_an_alarm_of_a_figure_denies_nothing(status: object) -> None:
    assert read(status=status).outlets[0] == read().outlets[0]


def test_a_figure_that_others_have_is_not_known_and_one_that_none_has_is_not_metered() -> None:
    for field, figure in (("current", 0), ("active_power", 1), ("energy", 2)):
        reason = f"AA1: there is no {field}, which others of its kind have"
        assert read(**{field: ...}).outlets[0].figures[figure] == NotKnown(reason)
        unit = codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: outlets_without(field)})
        assert [outlet.figures[figure] for outlet in unit.outlets] == [None] * 3


@pytest.mark.parametrize("field", ["status", "control_state"])
def test_an_outlet_without_the_field_that_denies_the_others_states_has_no_state(field: str) -> None:
    first, second, _ = read(**{field: ...}).outlets
    assert first.state is None
    assert field in first.doubt
    assert second.state is True
    unit = codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: outlets_without(field)})
    assert [outlet.state for outlet in unit.outlets] == [True] * 3


def outlets_without(field: str) -> list[dict[str, Any]]:
    """The recording's outlets, none of which has this field."""
    return [
        {key: value for key, value in entry.items() if key != field}
        for entry in ANSWERS[decoding.OUTLETS]
    ]


@pytest.mark.parametrize("energy", ["1.4 kWh", "", None, -1, True, 2**32 - 1])
def test_an_energy_that_is_no_number_is_no_figure(energy: object) -> None:
    outlets = read(energy=energy).outlets
    assert outlets[0].figures.energy_kwh == NotKnown(f"AA1: its energy is {energy!r}")
    assert outlets[2].figures.energy_kwh == 231.812


def energies(values: list[Any], *cords: object) -> PduState:
    """The recording with outlets of these energies, and cords of those; `...`: no such field."""
    outlet_rows = []
    for number, value in enumerate(values, 1):
        outlet_rows.append({**OUTLET, "id": f"AA{number}", "energy": value})
    cord_rows: list[dict[str, object]] = []
    for letter, energy in zip("AB", cords):
        cord: dict[str, object] = {"id": f"A{letter}"}
        if energy is not ...:
            cord["energy"] = energy
        cord_rows.append(cord)
    answers = {**ANSWERS, decoding.OUTLETS: outlet_rows, decoding.CORDS: cord_rows}
    return codecs.read(decoding, answers)


@pytest.mark.parametrize(
    "values, cords, kwh",
    [
        # tenths: kWh, and those without ".0" too
        ([12, 12.5, 0.4, 3.1], [87.2], [12, 12.5, 0.4, 3.1]),
        ([12, 12.5, 0.4, 3.1], [], [12, 12.5, 0.4, 3.1]),
        # more than the cord has counted in kWh: Wh
        ([701280, 0, 231812], [11814.5], [701.28, 0, 231.812]),
        ([57, 12, 30, 41], [0.1], [0.057, 0.012, 0.03, 0.041]),
        # too few: 340.0 kWh beside a cord's counter that was set back would be 0.34 kWh
        ([57], [0.1], None),
        ([0, 340], [3.0], None),
        ([0, 340.1], [3.0], None),
        ([120, 340, 12], [3.0], None),
        ([701280], [500.0, 400.0], [701.28]),
        # no cord counts: no outlet has so many kWh
        ([701280, 652669, 325082], [], [701.28, 652.669, 325.082]),
        ([701280, 652669, 325082], [...], [701.28, 652.669, 325.082]),
        ([701280, 12], [], [701.28, 0.012]),
        ([0, 0], [87.2], [0, 0]),
        # either may be right
        ([12], [87.2], None),
        ([12, 30, 41], [87.2], None),
        ([12], [], None),
        ([12, 30, 41], [], None),
        ([12, 30, 41], [...], None),
        # neither can be right
        ([701280, 652669, 325082], [0.5], None),
        ([12.5, 100], [87.2], None),
    ],
)
def test_the_unit_of_energies_is_judged_over_all_outlets_and_by_the_cords(
    values: list[Any], cords: list[Any], kwh: Optional[list[float]]
) -> None:
    unit = energies(values, *cords)
    figures = [outlet.figures.energy_kwh for outlet in unit.outlets]
    if kwh is not None:
        assert figures == kwh
        return
    for value, figure in zip(values, figures):
        if value:
            assert isinstance(figure, NotKnown)
            assert "Wh or in kWh" in figure.reason
        else:
            assert figure == 0


@pytest.mark.parametrize("text", ["180 W", "1.4 kW", ""])
def test_a_figure_that_is_text_is_no_figure(text: str) -> None:
    figures = read(active_power=text, current=text).outlets[0].figures
    assert figures.power_w == NotKnown(f"AA1: its active_power is {text!r}")


def test_lines_and_cords_that_are_not_listed_are_not_replaced_by_the_outlets() -> None:
    unit = codecs.read(decoding, {**ANSWERS, decoding.LINES: [], decoding.CORDS: []})
    without_lines = NotKnown(f"{decoding.LINES} is not complete: there is no row of AA1")
    without_cords = NotKnown(f"{decoding.CORDS} is not complete: there is no row of AA")
    assert unit.load_a == without_lines
    assert unit.energy_kwh == without_cords
    assert unit.power_w == without_cords


# two units: all outlets are listed, and each has a cord of three lines
TWO_UNITS: dict[str, Any] = {
    path: [
        *ANSWERS[path],
        *({**row, "id": f"B{row['id'][1:]}", "name": "second"} for row in ANSWERS[path]),
    ]
    for path in ANSWERS
}


@pytest.mark.parametrize("removed", range(len(TWO_UNITS[decoding.LINES])))
def test_of_two_units_each_line_is_a_part_of_the_load(removed: int) -> None:
    rows = list(TWO_UNITS[decoding.LINES])
    absent_row = rows.pop(removed)

    whole_unit = codecs.read(decoding, TWO_UNITS)
    unit = codecs.read(decoding, {**TWO_UNITS, decoding.LINES: rows})

    assert whole_unit.load_a == pytest.approx(16.58)
    reason = f"{decoding.LINES} is not complete: there is no row of {absent_row['id']}"
    assert unit.load_a == NotKnown(reason)
    assert unit.energy_kwh == whole_unit.energy_kwh


@pytest.mark.parametrize("removed", range(len(TWO_UNITS[decoding.CORDS])))
def test_of_two_units_each_cord_is_a_part_of_the_energy(removed: int) -> None:
    rows = list(TWO_UNITS[decoding.CORDS])
    absent_row = rows.pop(removed)

    whole_unit = codecs.read(decoding, TWO_UNITS)
    unit = codecs.read(decoding, {**TWO_UNITS, decoding.CORDS: rows})

    assert whole_unit.energy_kwh == 23629.0
    reason = f"{decoding.CORDS} is not complete: there is no row of {absent_row['id']}"
    assert unit.energy_kwh == NotKnown(reason)
    assert unit.load_a == whole_unit.load_a


@pytest.mark.parametrize("capacity, is_known", [(17300, False), (8600, True), (None, True)])
def test_only_cords_of_one_capacity_must_have_the_same_lines(
    capacity: object, is_known: bool
) -> None:
    """The second unit's cord shows one line of three."""
    cords = [dict(row) for row in TWO_UNITS[decoding.CORDS]]
    cords[1]["power_capacity"] = capacity
    lines = [row for row in TWO_UNITS[decoding.LINES] if row["id"] not in ("BA2", "BA3")]
    answers = {**TWO_UNITS, decoding.CORDS: cords, decoding.LINES: lines}

    load_a = measured(codecs.read(decoding, answers).load_a)

    assert (load_a is not None) is is_known


def test_the_neutral_is_no_part_of_the_load() -> None:
    """It carries back what the lines carry."""
    neutral = {**ANSWERS[decoding.LINES][0], "id": "AA4", "current": 2.0}
    lines = [*ANSWERS[decoding.LINES], neutral]
    unit = codecs.read(decoding, {**ANSWERS, decoding.LINES: lines})
    assert unit.load_a == pytest.approx(8.29)


def test_the_names_of_cords_may_have_a_number() -> None:
    cords = [{**row, "id": f"{row['id']}1"} for row in TWO_UNITS[decoding.CORDS]]
    numbered = codecs.read(decoding, {**TWO_UNITS, decoding.CORDS: cords})
    assert numbered == codecs.read(decoding, TWO_UNITS)


def test_a_unit_that_is_listed_has_a_cord_though_no_outlet_names_it() -> None:
    units = TWO_UNITS[decoding.UNITS]
    unit = codecs.read(decoding, {**ANSWERS, decoding.UNITS: units})
    assert "there is no row of B1" in reason_without(unit.load_a)
    assert "there is no row of B" in reason_without(unit.energy_kwh)


@pytest.mark.parametrize("value", [None, -1, "3.4 A"])
@pytest.mark.parametrize(
    "path, field, total",
    [
        (decoding.LINES, "current", "load_a"),
        (decoding.CORDS, "energy", "energy_kwh"),
        (decoding.CORDS, "active_power", "power_w"),
    ],
)
def test_a_line_or_cord_without_a_value_leaves_the_total_unset_though_outlets_have_one(
    path: str, field: str, total: str, value: object
) -> None:
    for count in (1, len(ANSWERS[path])):
        rows = [dict(row) for row in ANSWERS[path]]
        for row in rows[:count]:
            row[field] = value
        unit = codecs.read(decoding, {**ANSWERS, path: rows})
        other_totals = {"load_a", "energy_kwh", "power_w"} - {total}
        figure = getattr(unit, total)
        assert isinstance(figure, NotKnown)
        assert None not in [measured(getattr(unit, other_total)) for other_total in other_totals]


@pytest.mark.parametrize(
    "path, field, total, by_outlets",
    [
        pytest.param(decoding.LINES, "current", "load_a", 0.54, id="current of lines"),
        pytest.param(decoding.CORDS, "energy", "energy_kwh", 933.092, id="energy of cords"),
        pytest.param(decoding.CORDS, "active_power", "power_w", 65, id="power of cords"),
    ],
)
def test_a_sensor_that_no_line_or_cord_has_is_the_sum_of_the_outlets(
    path: str, field: str, total: str, by_outlets: float
) -> None:
    rows = [{name: row[name] for name in row if name != field} for row in ANSWERS[path]]
    unit = codecs.read(decoding, {**ANSWERS, path: rows})
    assert getattr(unit, total) == by_outlets


# what an optional list may be instead of itself
ODD: list[Any] = [
    b"<html>",
    {},
    [1],
    [{"name": "AA"}],
    [{"id": 7}],
    [{"id": "AA"}, {"id": "AA"}],
    ANSWERS[decoding.OUTLETS],
]


@pytest.mark.parametrize("answer", [*ODD, ANSWERS[decoding.UNITS]])
def test_an_odd_list_of_lines_costs_the_load_alone(answer: Any) -> None:
    usual = codecs.read(decoding, ANSWERS)
    unit = codecs.read(decoding, {**ANSWERS, decoding.LINES: answer})
    assert decoding.LINES in reason_without(unit.load_a)
    # all the rest is as usual
    assert unit._replace(load_a=usual.load_a) == usual


@pytest.mark.parametrize("answer", [*ODD, ANSWERS[decoding.UNITS]])
def test_an_odd_list_of_cords_costs_energy_and_power_alone(answer: Any) -> None:
    usual = codecs.read(decoding, ANSWERS)
    unit = codecs.read(decoding, {**ANSWERS, decoding.CORDS: answer})
    assert unit.load_a == usual.load_a
    states = [outlet.state for outlet in unit.outlets]
    assert states == [outlet.state for outlet in usual.outlets]
    for total in (unit.energy_kwh, unit.power_w):
        assert isinstance(total, NotKnown)
        assert decoding.CORDS in total.reason


@pytest.mark.parametrize("path", [decoding.LINES, decoding.CORDS])
@pytest.mark.parametrize(
    "error", [HttpRefused("no such resource", "404"), HttpDenied("the account may not do this")]
)
def test_lines_or_cords_that_are_not_available_are_not_replaced_by_the_outlets(
    path: str, error: errors.PduHandlerError
) -> None:
    unit = codecs.read(decoding, {**ANSWERS, path: error})
    totals = [unit.load_a] if path == decoding.LINES else [unit.energy_kwh, unit.power_w]
    for total in totals:
        assert isinstance(total, NotKnown)
        assert error.reason in total.reason


# ---- linked units --------------------------------------------------------------------------------


def outlets_of(answers: Mapping[str, Any]) -> Sequence[Outlet]:
    return codecs.outlets(decoding, answers)


# a PDU has at least the unit of its outlets
@pytest.mark.parametrize("answer", [*ODD, [], [{"id": "B", "status": "Normal"}]])
@pytest.mark.parametrize("read_answers", [partial(codecs.read, decoding), outlets_of])
def test_a_list_of_units_that_cannot_be_read_is_an_error_as_it_proves_that_none_is_lost(
    read_answers: Callable[[Mapping[str, Any]], object], answer: Any
) -> None:
    with pytest.raises(errors.ProtocolError, match=decoding.UNITS):
        read_answers({**ANSWERS, decoding.UNITS: answer})


@pytest.mark.parametrize("with_figures", [False, True])
@pytest.mark.parametrize(
    "error", [HttpRefused("no such resource", "404"), HttpDenied("the account may not do this")]
)
def test_a_list_of_units_that_is_missing_or_denied_is_a_caution(
    error: errors.PduHandlerError, with_figures: bool
) -> None:
    unit = codecs.read(decoding, {**ANSWERS, decoding.UNITS: error}, with_figures)
    assert [outlet.state for outlet in unit.outlets] == [True] * 3
    (caution,) = unit.cautions
    assert "a linked unit that is lost is not noticed" in caution
    assert error.reason in caution


@pytest.mark.parametrize("code", ["301", "405", "500"])
def test_any_other_refusal_of_the_list_of_units_is_an_error(code: str) -> None:
    with pytest.raises(errors.Refused):
        codecs.read(decoding, {**ANSWERS, decoding.UNITS: HttpRefused("no", code)})


# monitor_units.json of the fake PDU
LINKED = [
    {"id": "A", "name": "Master", "status": "Normal", "type": "Master"},
    {"id": "B", "name": "Link1", "status": "Normal", "type": "Link"},
]


def linked(status: str, *outlets: dict[str, Any], with_figures: bool = False) -> PduState:
    """A main unit with the recording's outlets, and a linked one with these."""
    answers = {
        **ANSWERS,
        decoding.OUTLETS: [*ANSWERS[decoding.OUTLETS], *outlets],
        decoding.UNITS: [LINKED[0], {**LINKED[1], "status": status}],
    }
    return codecs.read(decoding, answers, with_figures)


@pytest.mark.parametrize("with_figures", [False, True])
@pytest.mark.parametrize("status", ["Not Found", "Lost", "Read Error", ""])
def test_a_linked_unit_that_is_lost_with_its_outlets_is_an_error(
    status: str, with_figures: bool
) -> None:
    with pytest.raises(errors.ProtocolError, match="its unit 'B'"):
        linked(status, with_figures=with_figures)


@pytest.mark.parametrize("with_figures", [False, True])
def test_a_listed_outlet_of_a_lost_unit_is_unknown_whatever_it_shows(with_figures: bool) -> None:
    unit = linked("Not Found", {**OUTLET, "id": "BA1"}, with_figures=with_figures)
    *_, last_outlet = unit.outlets
    doubt = "its unit 'B' is 'Not Found'"
    not_known = NotKnown(doubt)
    figures = MeterFigures(not_known, not_known, not_known)
    assert last_outlet == Outlet("BA1", "Master_Outlet_1", None, figures, doubt)
    if with_figures:
        assert unit.load_a == not_known
        assert unit.energy_kwh == not_known
        assert unit.power_w == not_known


@pytest.mark.parametrize("status", ["Normal", "High Warning"])
def test_a_linked_unit_that_is_there_has_its_outlets(status: str) -> None:
    *_, last_outlet = linked(status, {**OUTLET, "id": "BA1"}).outlets
    assert last_outlet.identity == "BA1"
    assert last_outlet.state is True
    assert len(linked(status).outlets) == 3  # a unit without outlets


def test_a_command_reads_outlets_and_units_alone() -> None:
    answers = {path: ANSWERS[path] for path in (decoding.OUTLETS, decoding.UNITS)}
    assert [outlet.state for outlet in outlets_of(answers)] == [True, True, True]


def test_the_proof_of_a_command_knows_a_lost_unit_as_status_does() -> None:
    lost_unit = {**LINKED[1], "status": "Not Found"}
    outlet_of_it = {**OUTLET, "id": "BA1"}
    answers = {
        decoding.OUTLETS: [*ANSWERS[decoding.OUTLETS], outlet_of_it],
        decoding.UNITS: [LINKED[0], lost_unit],
    }

    outlets = outlets_of(answers)

    assert outlets[-1].doubt == "its unit 'B' is 'Not Found'"
    assert outlets == codecs.read(decoding, answers, with_figures=False).outlets


def test_without_a_listed_outlet_of_a_lost_unit_the_others_can_still_be_switched() -> None:
    lost_unit = {**LINKED[1], "status": "Not Found"}
    answers = {
        decoding.OUTLETS: ANSWERS[decoding.OUTLETS],
        decoding.UNITS: [LINKED[0], lost_unit],
    }
    states = [outlet.state for outlet in outlets_of(answers)]
    assert states == [True] * 3


@pytest.mark.parametrize("cut", [1, 200])
def test_an_answer_that_is_cut_off_is_not_told_as_another_firmware(cut: int) -> None:
    body = json.dumps(ANSWERS[decoding.OUTLETS]).encode()[:-cut]
    with pytest.raises(errors.ProtocolError, match="only a part") as error_info:
        codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: body})
    assert "8.0m" not in str(error_info.value)


@pytest.mark.parametrize("identity", ["1", "AA0", "AA01", "", "AA1/../AA2", None, 1])
def test_an_impossible_id_is_an_error(identity: object) -> None:
    with pytest.raises(errors.ProtocolError):
        read(id=identity)


def test_a_unit_that_lists_no_outlets_is_an_error() -> None:
    with pytest.raises(errors.ProtocolError, match="no outlets"):
        codecs.read(decoding, {**ANSWERS, decoding.OUTLETS: []})


def test_a_command_is_the_request_of_the_public_clients() -> None:
    assert codecs.commands(decoding, "BA7", False) == [
        WriteRequest("/jaws/control/outlets/BA7", b'{"control_action": "off"}', "PATCH")
    ]
