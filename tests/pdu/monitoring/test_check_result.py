"""Verdicts on PDUs, and their output: the report, Nagios, CSV without
formulas.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence
from typing import Optional

import click
import pytest

from handlers.shared.address import Address
from handlers.shared.meter_figures import NOT_ASKED, MeterFigures, NotKnown
from pdu.cli import exit_codes
from pdu.cli.states import UNKNOWN, UP
from pdu.monitoring import check_result, nagios, tables
from pdu.monitoring.check_report import CheckReport
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.parts import CallError, PolledOutlet, Reading, failed_reading
from pdu.recordings.topology import BREAKER, MeteredPart
from pdu_common.helper import EnumPowerStatus

HOSTILE = "<script>alert(1)</script>|=cmd"


def device(name: str = "a", metered: bool = False) -> ListedPdu:
    """A PDU of the list."""
    return ListedPdu(name, "snmp", Address("192.0.2.1"), metered=metered)


#: what the error of a reading says
ADVICE = "do this"


def reading(
    *states: str,
    kind: str = "",
    answered: bool = True,
    load: Optional[float] = 1.5,
    energy: Optional[float] = 5.0,
) -> Reading:
    """A reading of outlets 1, 2, ... with these states; `kind` is that of its error, if any."""
    outlets = []
    for number, state in enumerate(states, 1):
        outlets.append(PolledOutlet(str(number), EnumPowerStatus[state]))
    failures = {}
    if kind:
        failures["figures" if answered else "states"] = CallError(kind, ADVICE)
    return Reading(
        outlets=outlets,
        load_a=load,
        energy_kwh=energy,
        seconds=0.25,
        requests=3,
        failures=failures,
        answered=answered,
    )


def row(
    *states: str, name: str = "a", metered: bool = False, energy: Optional[float] = 5.0
) -> check_result.PduRow:
    """The result of a reading without an error."""
    return check_result.judge_reading(device(name, metered), reading(*states, energy=energy))


def failed_row(kind: str, name: str = "a") -> check_result.PduRow:
    """The result of a PDU whose states were not read."""
    return check_result.judge_reading(device(name), reading(kind=kind, answered=False))


def unreachable_row(name: str) -> check_result.PduRow:
    """The result of a PDU of which nothing was read."""
    nothing = reading(kind="unreachable", answered=False, load=None, energy=None)
    return check_result.judge_reading(device(name), nothing)


def checked(rows: Sequence[check_result.PduRow]) -> CheckReport:
    return CheckReport(rows, check_result.summary(rows, 1.0))


def page(rows: Sequence[check_result.PduRow], when: str = "now") -> str:
    """The HTML page of these results."""
    return checked(rows).page(when)


@pytest.mark.parametrize(
    "pdu_reading, level, result",
    [
        pytest.param(reading("UP", "DOWN"), 0, "well", id="all states"),
        pytest.param(reading("UP", "UNKNOWN"), 1, "unknown", id="a state is unknown"),
        pytest.param(reading(), 0, "well", id="no outlets, but figures"),
        pytest.param(
            reading(load=None, energy=None), 1, "no outlets", id="neither outlets nor figures"
        ),
        pytest.param(reading("UP", kind="data-stale"), 1, "stale", id="old values"),
        pytest.param(
            reading(kind="driver-not-connected", answered=False), 1, "stale", id="old values alone"
        ),
        pytest.param(reading("UP", kind="unsupported"), 1, "no figures", id="no figures"),
        pytest.param(
            reading("UP", kind="unreachable"), 2, "unreachable", id="silent in the middle"
        ),
        pytest.param(reading(kind="denied", answered=False), 2, "denied", id="wrong login"),
        pytest.param(
            reading(kind="defect", answered=False), 2, "defect", id="a defect of the handler"
        ),
    ],
)
def test_each_reading_has_its_level_and_result(
    pdu_reading: Reading, level: int, result: str
) -> None:
    pdu_row = check_result.judge_reading(device(), pdu_reading)
    assert pdu_row.level == level
    assert pdu_row.result == result
    summary = check_result.summary([pdu_row, row("UP")], 1.0)
    assert summary.level == level


def test_unknown_states_are_a_warning_except_on_a_unit_that_only_meters() -> None:
    assert row("UNKNOWN").level == 1
    assert row("UNKNOWN", metered=True).level == 0


def test_a_pdu_without_an_answer_has_no_outlet_counts() -> None:
    silent = failed_row("unreachable")
    assert silent.on is None
    assert silent.off is None
    assert silent.unknown is None
    answered = row("DOWN")
    assert answered.on == 0
    assert answered.off == 1
    assert answered.unknown == 0


def test_every_kind_of_error_has_a_remedy() -> None:
    kinds = {kind for exit_code in exit_codes.EXITS for kind in exit_code.kinds}
    # not raised while a handler of this pack reads
    kinds_of_commands = {"usage", "interrupted", "not-confirmed", "not-seen", "not-proven"}
    assert kinds - kinds_of_commands == set(check_result.REMEDIES)


def test_the_summary_adds_up_measured_values() -> None:
    unmetered = row("DOWN", name="b")._replace(load_a=None, energy_kwh=None)
    summary = check_result.summary([row("UP", "UNKNOWN"), unmetered], 2.0)
    assert summary == check_result.Summary(
        pdus=2,
        results={"unknown": 1, "well": 1},
        on=1,
        off=1,
        unknown=1,
        load_a=1.5,
        loads=1,
        energy_kwh=5.0,
        energies=1,
        seconds=2.0,
        level=1,
    )
    assert summary.lines() == [
        "2 PDUs in 2.0 s: 1 well, 1 unknown",
        "3 outlets: 1 on, 1 off, 1 unknown; load 1.5 A of 1 PDU, energy 5 kWh of 1",
    ]


@pytest.mark.parametrize("reason", ["", "the sensor is not valid now"])
def test_an_energy_that_is_not_known_now_is_no_figure_of_a_pdu_that_is_well(reason: str) -> None:
    """`statistic` raises for it, so DCImanager shows no figures of that PDU."""
    lost = reading("UP")._replace(energy_kwh=NotKnown(reason))
    assert check_result.judge_reading(device(), lost).level == check_result.DOUBTFUL


def test_a_figure_that_is_not_known_has_its_reason_and_a_remedy() -> None:
    lost = reading("UP")._replace(energy_kwh=NotKnown("the sensor is not valid now"))
    lost_row = check_result.judge_reading(device("b"), lost)
    assert lost_row.result == "unknown figures"
    assert lost_row.reason == "no energy: the sensor is not valid now"
    assert "unknown_figures=unset" in lost_row.remedy

    rows = [row("UP"), lost_row]
    first_line, *_ = nagios.output(check_result.summary(rows, 2.0), rows)
    assert first_line.startswith("PDU WARNING")
    # the sum over the other PDU would be a counter that fell
    assert "energy=" not in first_line


FIGURES_OF_AN_OUTLET = pytest.mark.parametrize("field", ["current_a", "power_w", "energy_kwh"])


@FIGURES_OF_AN_OUTLET
def test_a_figure_of_an_outlet_that_is_not_known_now_is_no_figure_of_a_pdu_that_is_well(
    field: str,
) -> None:
    lost = PolledOutlet("2", UP, figures=MeterFigures(**{field: NotKnown("no answer")}))
    pdu_reading = reading("UP")._replace(outlets=[PolledOutlet("1", UP), lost], energy_kwh=None)

    pdu_row = check_result.judge_reading(device(), pdu_reading)

    assert pdu_row.level == check_result.DOUBTFUL
    assert pdu_row.result == "unknown figures"
    assert "outlet 2: no answer" in pdu_row.reason
    assert "unknown_figures=unset" in pdu_row.remedy
    # the PDU itself has no counter, which an outlet's lost figure does not hide
    assert "energy not metered" in check_result.summary([pdu_row], 1.0).lines()[1]


@FIGURES_OF_AN_OUTLET
def test_a_pdu_is_well_whose_outlets_figures_were_not_asked_for(field: str) -> None:
    outlet = PolledOutlet("2", UP, figures=MeterFigures(**{field: NOT_ASKED}))
    pdu_reading = reading("UP")._replace(outlets=[outlet], energy_kwh=None)
    assert check_result.judge_reading(device(), pdu_reading).level == check_result.WELL


def test_a_pdu_that_fell_silent_is_that_whatever_it_answered_before() -> None:
    errors = {"states": CallError("protocol", "x"), "figures": CallError("unreachable", "silence")}
    pdu_reading = reading(answered=False)._replace(failures=errors)
    pdu_row = check_result.judge_reading(device(), pdu_reading)
    assert pdu_row.level == check_result.BAD
    assert pdu_row.result == "unreachable"
    assert pdu_row.kind == "unreachable"
    assert pdu_row.remedy == check_result.REMEDIES["unreachable"]
    assert pdu_row.reason == "no states: x; no figures: silence"


def test_load_and_energy_of_a_fleet_without_meters_are_absent_and_not_zero() -> None:
    bare = row("UP")._replace(load_a=None, energy_kwh=None)
    summary = check_result.summary([bare], 2.0)
    assert summary.load_a is None
    assert summary.energy_kwh is None
    assert summary.lines()[1].endswith("; load not metered, energy not metered")
    assert page([bare]).count(">not metered</td>") == 2


def test_load_and_energy_of_a_fleet_that_may_have_meters_are_not_known() -> None:
    bare = row("UP")._replace(load_a=None, energy_kwh=None)
    silent = unreachable_row("b")  # which may have a meter
    rows = [bare, silent]

    summary = check_result.summary(rows, 2.0)

    assert summary.load_a is None
    assert summary.energy_kwh is None
    assert summary.lines()[1].endswith("; load not known, energy not known")
    first_line, *_ = nagios.output(summary, [bare])
    assert "load=" not in first_line
    assert "energy=" not in first_line
    _, silent_line, bare_line, *_ = checked(rows).lines()
    assert silent_line.count("not metered") == 0
    assert bare_line.count("not metered") == 2
    assert tables.check_document([bare], summary)["summary"]["load_a"] is None


def test_a_sum_names_the_pdus_that_it_lacks_and_why() -> None:
    lost = reading("UP")._replace(load_a=NotKnown("the sensor is not valid"))
    row_without_load = check_result.judge_reading(device("b"), lost)
    rows = [row("UP"), row_without_load]

    summary = check_result.summary(rows, 2.0)
    document = tables.check_document(rows, summary)

    assert "load 1.5 A of 1 PDU, energy 10 kWh of 2" in summary.lines()[1]
    assert summary.lines()[2:] == ["b: no load: the sensor is not valid"]
    reasons = [pdu["reasons"] for pdu in document["pdus"]]
    assert reasons == [[], ["no load: the sensor is not valid"]]
    assert document["summary"]["reasons"] == {"b": ("no load: the sensor is not valid",)}


def test_the_terminal_shows_outlets_that_are_not_on_and_each_reason_once() -> None:
    states = reading("UP", "DOWN", "UNKNOWN")
    lost = states._replace(load_a=NotKnown("the sensor is not valid"))
    rows: list[check_result.PduRow] = []
    for name, pdu_reading in (("a", states), ("b", lost), ("c", lost)):
        rows.append(check_result.judge_reading(device(name), pdu_reading, keep_outlets=False))
    lines = list(checked(rows).lines())
    assert [line.split("  ")[-1] for line in lines[1:4]] == 3 * ["off 2; unknown 3"]
    assert lines[4:9] == [
        "",
        "What to do",
        "unknown figures, 2 PDUs: poll again; for a unit that never shows it, set"
        " unknown_figures=unset in the list (settings).",
        "  b, c: no load: the sensor is not valid",
        "",
    ]
    assert lines[9].startswith("3 PDUs in 1.0 s: ")
    assert len(lines) == 11


def test_a_sum_that_lacks_its_only_pdu_is_not_known() -> None:
    lost = reading("UP")._replace(load_a=NotKnown("the sensor is not valid"))
    row_without_load = check_result.judge_reading(device("b"), lost)
    assert "load not known" in check_result.summary([row_without_load], 2.0).lines()[1]
    assert page([row_without_load]).count(">not known</td>") == 1


def test_nagios_output_has_one_bar_and_a_line_for_each_of_the_first_20_bad_pdus() -> None:
    rows = [failed_row("unreachable", name=HOSTILE)] * 25 + [row("UP")]
    first_line, *lines = nagios.output(check_result.summary(rows, 1.0), rows)
    assert first_line.startswith("PDU CRITICAL - 26 PDUs")
    assert first_line.count("|") == 1
    assert "|pdus=26 not_well=25 " in first_line
    assert len(lines) == 21
    assert lines[-1] == "and 5 more"
    assert "|" not in "".join(lines)


@pytest.mark.parametrize("blank", ["", " "], ids=["first", "after a blank"])
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe63")
def test_no_text_cell_is_a_formula(sign: str, blank: str) -> None:
    text = f"{blank}{sign}1"
    listed_pdu = ListedPdu(text, text, Address(text))
    bad = check_result.judge_reading(listed_pdu, failed_reading(CallError("refused", text)))
    line = next(csv.DictReader(io.StringIO(tables.csv_text([bad]))))
    for key in ("name", "handler", "address", "reason"):
        assert line[key] == f"'{text}"


def test_numbers_stay_numbers_in_csv() -> None:
    text = tables.csv_text([row("UP")._replace(load_a=-0.5)])
    line = next(csv.DictReader(io.StringIO(text)))
    assert line["load_a"] == "-0.5"
    assert line["energy_kwh"] == "5.0"
    assert line["on"] == "1"


def test_the_page_escapes_every_text_and_loads_nothing() -> None:
    hostile_reading = Reading(
        outlets=[PolledOutlet(HOSTILE, UNKNOWN)],
        load_a=1.0,
        energy_kwh=2.0,
        failures={"states": CallError("refused", HOSTILE)},
        answered=True,
    )
    listed_pdu = ListedPdu(HOSTILE, HOSTILE, Address(HOSTILE))
    text = page([check_result.judge_reading(listed_pdu, hostile_reading)], HOSTILE)
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert "default-src 'none'" in text
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_has_the_verdict_first() -> None:
    slow_reading = failed_reading(CallError("unreachable", "no answer"), 9.0)
    slow = check_result.judge_reading(device("slow"), slow_reading)
    text = page([row("UP", "DOWN", "UNKNOWN"), slow])
    for title in ("Load and energy", "What to do", "Unknown states"):
        assert title in text
    verdict = "2 PDUs in 1.0 s: 0 well, 1 unknown, 1 unreachable"
    assert text.index(verdict) < text.index("What to do")
    assert check_result.REMEDIES["unreachable"] in text


def test_the_page_names_the_outlets_whose_state_is_unknown() -> None:
    text = page([row("UP", "DOWN", "UNKNOWN")])
    assert ">off 2; unknown 3<" in text
    section = text[text.index("Unknown states") :]
    assert re.search(r">a<.*?>3<", section, re.DOTALL)  # the outlet, not how many


def test_outlets_of_unknown_state_are_kept_without_a_page_of_each_outlet() -> None:
    pdu_reading = reading("UP", "UNKNOWN")
    brief = check_result.judge_reading(device(), pdu_reading, keep_outlets=False)
    assert [outlet.identity for outlet in brief.outlets] == ["2"]


def test_the_page_leaves_out_empty_sections() -> None:
    assert "Unknown states" not in page([row("UNKNOWN", metered=True)])
    assert "What to do" not in page([row("UP"), row("UP")])


def test_what_to_do_is_said_once_for_each_kind_of_error_and_reasons_once() -> None:
    rows = [
        failed_row("denied", name="a"),
        failed_row("unreachable", name="b"),
        failed_row("unreachable", name="c"),
    ]
    unreachable = f"unreachable, 2 PDUs: {check_result.REMEDIES['unreachable']}."
    denied = f"denied, 1 PDU: {check_result.REMEDIES['denied']}."
    report = "\n".join(checked(rows).lines())
    for text in (page(rows), report):
        assert text.count(unreachable) == 1
        assert text.count(denied) == 1
        assert text.index("unreachable, ") < text.index("denied, ")
        assert text.count("b, c: do this") == 1
        assert text.count("a: do this") == 1


@pytest.mark.parametrize(
    "states, words",
    [
        ("UP UP UP", "all are on"),
        ("UP DOWN DOWN DOWN UP", "off 2 to 4"),
        ("DOWN DOWN UP UNKNOWN DOWN", "off 1, 2, 5; unknown 4"),
    ],
)
def test_the_page_names_the_outlets_that_are_not_on(states: str, words: str) -> None:
    text = page([row(*states.split())])
    assert "outlets that are not on" in text
    assert f'<td class="text wide">{words}</td></tr>' in text


def test_the_page_of_units_without_outlets_has_no_column_of_them() -> None:
    assert "outlets that are not on" not in page([row()])


def test_a_terminal_shows_the_worst_pdu_first_and_the_verdict_last() -> None:
    report = checked([row("UP"), failed_row("unreachable", name="silent")])
    lines = list(report.lines())
    assert [line.split()[0] for line in lines[:3]] == ["name", "silent", "a"]
    assert lines[-2:] == report.totals.lines()


def test_a_unit_without_a_known_state_leads_to_the_column_metered() -> None:
    only_meters = row("UNKNOWN", "UNKNOWN")
    assert "set metered=yes in the list" in only_meters.remedy
    assert f"unknown, 1 PDU: {only_meters.remedy}." in list(checked([only_meters]).lines())


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(row("UNKNOWN", "UP"), id="a known state"),
        pytest.param(row("UNKNOWN", metered=True), id="metered=yes"),
        pytest.param(row("UP"), id="no unknown state"),
        pytest.param(row(), id="no outlet"),
    ],
)
def test_no_other_unit_leads_to_the_column_metered(other: check_result.PduRow) -> None:
    assert other.remedy == ""
    assert "What to do" not in list(checked([other]).lines())


L1 = MeteredPart(BREAKER, "L1", 8.0, 32.0)


@pytest.mark.parametrize(
    "parts, share",
    [
        pytest.param([], "", id="no part"),
        pytest.param([L1, MeteredPart(BREAKER, "B1", 12.0, 16.0)], "75 % of 16 A (B1)", id="all"),
        pytest.param([L1, MeteredPart(BREAKER, "B1", 12.0, None)], "", id="no rating"),
        pytest.param([L1, MeteredPart(BREAKER, "B1", None, 16.0)], "", id="no current"),
    ],
)
def test_a_load_is_a_share_of_a_rating_only_where_every_part_is_known(
    parts: list[MeteredPart], share: str
) -> None:
    pdu_row = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    assert pdu_row.of_rating == share
    assert share in "\n".join(checked([pdu_row]).lines())


@pytest.mark.parametrize(
    "energies, total",
    [
        ([12.345], "12.345"),
        ([12.345, 1000.1], "1012.4"),
        ([12.345, 5.0], "17"),
    ],
)
def test_a_sum_of_counters_is_no_finer_than_its_coarsest_counter(
    energies: list[float], total: str
) -> None:
    rows = [row("UP", energy=energy) for energy in energies]
    line = check_result.summary(rows, 1.0).lines()[1]
    assert line.endswith(f", energy {total} kWh of {len(rows)}")


def test_a_unit_that_is_listed_twice_counts_by_the_name_under_which_it_was_read() -> None:
    rows = [unreachable_row("a"), row("UP", name="b")]
    summary = check_result.summary(rows, 1.0, {"b": "a"})
    assert summary.on == 1
    assert summary.loads == 1
    assert summary.energy_kwh == 5.0
    assert summary.lines()[2:] == ["b is a again: counted once"]


def test_of_pdus_that_were_not_read_nothing_is_said() -> None:
    summary = check_result.summary([row("UP", name="b")], 1.0, {"b": "a", "d": "c"})
    assert summary.on == 1
    assert summary.lines()[2:] == []


def test_nagios_gets_no_counter_that_falls_because_a_pdu_was_not_read() -> None:
    lost = reading("UP", kind="unreachable", answered=False, load=None, energy=None)
    rows = [row("UP"), check_result.judge_reading(device("b"), lost)]
    first_line, *_ = nagios.output(check_result.summary(rows, 1.0), rows)
    _, _, data = first_line.partition("|")
    assert "energy=" not in data
    assert "load=1.500" in data


def test_nagios_gets_the_sum_with_a_counter_that_may_be_old() -> None:
    old = reading("UP", kind="data-stale", load=None)
    rows = [row("UP"), check_result.judge_reading(device("b"), old)]
    first_line, *_ = nagios.output(check_result.summary(rows, 1.0), rows)
    _, _, data = first_line.partition("|")
    assert "energy=" in data
    assert "load=1.500" in data


@pytest.mark.parametrize(
    "text", ["10", "10:", "~:10", "10:20", "@10:20", "~:", "0:", "@10", "9.5:9.5", "12.8"]
)
def test_a_range_is_that_of_the_plugin_guidelines(text: str) -> None:
    """As the library nagiosplugin reads them; it says what does not alert."""
    nagiosplugin = pytest.importorskip("nagiosplugin")
    limit = nagios.RangeType().convert(text, None, None)
    expected = nagiosplugin.Range(text)
    assert nagiosplugin.Range(str(limit)) == expected
    for value in (-5.0, -0.1, 0.0, 9.5, 9.9, 10.0, 10.1, 12.8, 20.0, 20.1, 1e9):
        assert limit.alerts(value) is not expected.match(value), value


def test_a_range_of_percent_is_one_of_the_rating() -> None:
    limit = nagios.RangeType().convert("80%", None, None).of_rating(16.0)
    assert limit is not None
    assert str(limit) == "12.8"
    assert limit.alerts(12.9)
    with pytest.raises(click.BadParameter):
        nagios.RangeType().convert("50%:100%", None, None)


def judged_by_rating(*parts: MeteredPart) -> check_result.PduRow:
    """The result of a PDU with these parts, of which 80 % is a warning and 90 % critical."""
    pdu_row = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    warning = nagios.RangeType().convert("80%", None, None)
    critical = nagios.RangeType().convert("90%", None, None)
    return nagios.judge_loads(pdu_row, nagios.Thresholds(warning, critical))


@pytest.mark.parametrize("current_a", [12.7, 12.8])
def test_a_line_below_its_limit_is_well(current_a: float) -> None:
    judged = judged_by_rating(MeteredPart(BREAKER, "L1", current_a, 16.0))
    assert judged.level == check_result.WELL
    assert judged.result == "well"
    assert judged.reason == ""


def test_a_line_above_its_warning_is_over_its_limit() -> None:
    judged = judged_by_rating(MeteredPart(BREAKER, "L1", 12.9, 16.0))
    assert (judged.level, judged.result) == (check_result.DOUBTFUL, "over limit")
    assert judged.reason == "L1 carries 12.9 A, limit 12.8"


def test_each_line_is_judged_by_its_rating() -> None:
    first = MeteredPart(BREAKER, "L1", 1.0, 16.0)
    judged = judged_by_rating(first, MeteredPart(BREAKER, "L2", 15.9, 16.0))
    assert (judged.level, judged.result) == (check_result.BAD, "over limit")
    assert judged.reason == "L2 carries 15.9 A, limit 14.4"


@pytest.mark.parametrize(
    ("parts", "result", "reason"),
    [
        (
            [MeteredPart(BREAKER, "L1", None, 16.0)],
            "current not metered",
            "L1: its current is not metered",
        ),
        (
            [MeteredPart(BREAKER, "L1", NotKnown("lost"), 16.0)],
            "unknown figures",
            "L1: its current is not known; no current of L1: lost",
        ),
        (
            [
                MeteredPart(BREAKER, "L1", 12.7, 16.0),
                MeteredPart(BREAKER, "B?", NotKnown("lost"), None),
            ],
            "unknown figures",
            "B?: its current is not known; no current of B?: lost",
        ),
        (
            [MeteredPart(BREAKER, "L1", 1.0, None)],
            "without a rating",
            "L1: its rating is not known: give a limit in A",
        ),
        ([], "without a rating", "load: its rating is not known: give a limit in A"),
    ],
    ids=["no meter", "not known", "another not known", "no rating", "no part"],
)
def test_what_cannot_be_compared_may_be_over_its_limit(
    parts: list[MeteredPart], result: str, reason: str
) -> None:
    judged = judged_by_rating(*parts)
    assert (judged.level, judged.result) == (check_result.DOUBTFUL, result)
    assert judged.reason == reason


def test_a_load_beyond_its_warning_makes_a_pdu_that_is_not_reached_no_better() -> None:
    pdu_row = check_result.judge_reading(device(), reading("UP", kind="unreachable", load=1.5))
    judged = nagios.judge_loads(pdu_row, nagios.Thresholds(nagios.Range(0, 1.0)))
    assert (judged.level, judged.result) == (check_result.BAD, "unreachable")
    assert judged.reason == f"load carries 1.5 A, limit 1; {ADVICE}"


def test_a_line_that_is_not_known_is_told_without_limits_too() -> None:
    parts = [
        MeteredPart(BREAKER, "B1", 1.0, 16.0),
        MeteredPart(BREAKER, "B?", NotKnown("no answer")),
    ]
    pdu_row = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    assert "no current of B?: no answer" in pdu_row.reasons
    assert pdu_row.of_rating == ""
