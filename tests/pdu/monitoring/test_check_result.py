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
from handlers.shared.meter_figures import NOT_ASKED, Figure, MeterFigures, NotKnown
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
    return ListedPdu(name, "snmp", Address("192.0.2.1"), metered=metered)


def reading(
    *states: str,
    kind: str = "",
    answered: bool = True,
    load: Optional[float] = 1.5,
    energy: Optional[float] = 5.0,
) -> Reading:
    return Reading(
        [
            PolledOutlet(str(number), EnumPowerStatus[state])
            for number, state in enumerate(states, 1)
        ],
        load,
        energy,
        0.25,
        3,
        {"states" if not answered else "figures": CallError(kind, "do this")} if kind else {},
        answered,
    )


def row(
    *states: str, name: str = "a", metered: bool = False, energy: Optional[float] = 5.0
) -> check_result.PduRow:
    return check_result.judge_reading(device(name, metered), reading(*states, energy=energy))


def checked(rows: Sequence[check_result.PduRow]) -> CheckReport:
    return CheckReport(rows, check_result.summary(rows, 1.0))


def page(rows: Sequence[check_result.PduRow], when: str = "now") -> str:
    return checked(rows).page(when)


@pytest.mark.parametrize(
    "given, level, result",
    [
        (reading("UP", "DOWN"), 0, "well"),
        (reading("UP", "UNKNOWN"), 1, "unknown"),
        (reading(), 0, "well"),
        (reading(load=None, energy=None), 1, "no outlets"),
        (reading("UP", kind="data-stale"), 1, "stale"),
        (reading(kind="driver-not-connected", answered=False), 1, "stale"),
        (reading("UP", kind="unsupported"), 1, "no figures"),
        (reading("UP", kind="unreachable"), 2, "unreachable"),
        (reading(kind="denied", answered=False), 2, "denied"),
        (reading(kind="defect", answered=False), 2, "defect"),
    ],
)
def test_each_reading_has_its_level_and_result(given: Reading, level: int, result: str) -> None:
    pdu_row = check_result.judge_reading(device(), given)
    assert (pdu_row.level, pdu_row.result) == (level, result)
    assert check_result.summary([pdu_row, row("UP")], 1.0).level == level


def test_unknown_states_are_a_warning_except_on_a_unit_that_only_meters() -> None:
    assert row("UNKNOWN", metered=True).level == 0
    assert row("UNKNOWN").level == 1


def test_a_pdu_without_an_answer_has_no_outlet_counts() -> None:
    silent = check_result.judge_reading(device(), reading(kind="unreachable", answered=False))
    assert (silent.on, silent.off, silent.unknown) == (None, None, None)
    assert (row("DOWN").on, row("DOWN").off) == (0, 1)


def test_every_kind_of_error_has_a_remedy() -> None:
    about_devices = {kind for row in exit_codes.EXITS for kind in row.kinds} - {
        # not raised while a handler of this pack reads
        "usage",
        "interrupted",
        "not-confirmed",
        "not-seen",
        "not-proven",
    }
    assert about_devices == set(check_result.REMEDIES)


def test_the_summary_adds_up_measured_values() -> None:
    pdu_row = row("DOWN", name="b")._replace(load_a=None, energy_kwh=None)
    summary = check_result.summary([row("UP", "UNKNOWN"), pdu_row], 2.0)
    assert summary == check_result.Summary(
        2, {"unknown": 1, "well": 1}, 1, 1, 1, 1.5, 1, 5.0, 1, 2.0, 1
    )
    assert summary.lines() == [
        "2 PDUs in 2.0 s: 1 well, 1 unknown",
        "3 outlets: 1 on, 1 off, 1 unknown; load 1.5 A of 1 PDU, energy 5 kWh of 1",
    ]


def test_a_load_that_is_not_known_now_is_no_figure_of_a_pdu_that_is_well() -> None:
    """`statistic` raises for it, so DCImanager shows no figures of that PDU."""
    without_reason = reading("UP")._replace(energy_kwh=NotKnown(""))
    assert check_result.judge_reading(device("a"), without_reason).level == check_result.DOUBTFUL
    silent = reading("UP")._replace(energy_kwh=NotKnown("the sensor is not valid now"))
    rows = [row("UP"), check_result.judge_reading(device("b"), silent)]
    assert (rows[1].level, rows[1].result) == (check_result.DOUBTFUL, "unknown figures")
    assert rows[1].reason == "no energy: the sensor is not valid now"
    assert "unknown_figures=unset" in rows[1].remedy
    first = nagios.output(check_result.summary(rows, 2.0), rows)[0]
    # the sum over the other PDU would be a counter that fell
    assert first.startswith("PDU WARNING")
    assert "energy=" not in first


@pytest.mark.parametrize("field", ["current_a", "power_w", "energy_kwh"])
def test_a_figure_of_an_outlet_that_is_not_known_now_is_no_figure_of_a_pdu_that_is_well(
    field: str,
) -> None:
    lost = PolledOutlet("2", UP, figures=MeterFigures(**{field: NotKnown("no answer")}))
    given = reading("UP")._replace(outlets=[PolledOutlet("1", UP), lost], energy_kwh=None)
    pdu_row = check_result.judge_reading(device(), given)
    assert (pdu_row.level, pdu_row.result) == (check_result.DOUBTFUL, "unknown figures")
    assert "outlet 2: no answer" in pdu_row.reason
    assert "unknown_figures=unset" in pdu_row.remedy
    # the PDU itself has no counter, which an outlet's lost figure does not hide
    assert "energy not metered" in check_result.summary([pdu_row], 1.0).lines()[1]
    not_asked = MeterFigures(**{field: NOT_ASKED})
    well = given._replace(outlets=[PolledOutlet("2", UP, figures=not_asked)])
    assert check_result.judge_reading(device(), well).level == check_result.WELL


def test_a_pdu_that_fell_silent_is_that_whatever_it_answered_before() -> None:
    errors = {"states": CallError("protocol", "x"), "figures": CallError("unreachable", "silence")}
    given = reading(answered=False)._replace(failures=errors)
    pdu_row = check_result.judge_reading(device(), given)
    assert (pdu_row.level, pdu_row.result, pdu_row.kind) == (2, "unreachable", "unreachable")
    assert pdu_row.remedy == check_result.REMEDIES["unreachable"]
    assert pdu_row.reason == "no states: x; no figures: silence"


def test_load_and_energy_of_a_fleet_without_meters_are_absent_and_not_zero() -> None:
    bare, silent = (
        row("UP")._replace(load_a=None, energy_kwh=None),
        check_result.judge_reading(
            device("b"), reading(kind="unreachable", answered=False, load=None, energy=None)
        ),
    )
    summary = check_result.summary([bare, silent], 2.0)
    assert (summary.load_a, summary.energy_kwh) == (None, None)
    # the silent one may have a meter
    assert summary.lines()[1].endswith("; load not known, energy not known")
    assert (
        check_result.summary([bare], 2.0)
        .lines()[1]
        .endswith("; load not metered, energy not metered")
    )
    assert "load=" not in nagios.output(summary, [bare])[0]
    assert "energy=" not in nagios.output(summary, [bare])[0]
    first, second, *_ = list(checked([bare, silent]).lines())[1:]
    assert (first.count("not metered"), second.count("not metered")) == (0, 2)
    assert page([bare]).count(">not metered</td>") == 2
    assert tables.check_document([bare], summary)["summary"]["load_a"] is None


def test_a_sum_names_the_pdus_that_it_lacks_and_why() -> None:
    lost = reading("UP")._replace(load_a=NotKnown("the sensor is not valid"))
    lacking = check_result.judge_reading(device("b"), lost)
    rows = [row("UP"), lacking]
    summary = check_result.summary(rows, 2.0)
    assert "load 1.5 A of 1 PDU, energy 10 kWh of 2" in summary.lines()[1]
    assert summary.lines()[2:] == ["b: no load: the sensor is not valid"]
    only = check_result.summary([lacking], 2.0)
    assert "load not known" in only.lines()[1]
    document = tables.check_document(rows, summary)
    assert [pdu["reasons"] for pdu in document["pdus"]] == [
        [],
        ["no load: the sensor is not valid"],
    ]
    assert document["summary"]["reasons"] == {"b": ("no load: the sensor is not valid",)}
    assert page([lacking]).count(">not known</td>") == 1


def test_nagios_output_has_one_bar_and_a_line_for_each_of_the_first_20_bad_pdus() -> None:
    rows = [
        check_result.judge_reading(device(HOSTILE), reading(kind="unreachable", answered=False))
    ] * 25 + [row("UP")]
    lines = nagios.output(check_result.summary(rows, 1.0), rows)
    assert lines[0].startswith("PDU CRITICAL - 26 PDUs")
    assert lines[0].count("|") == 1
    assert "|pdus=26 not_well=25 " in lines[0]
    assert len(lines) == 22
    assert lines[-1] == "and 5 more"
    assert not any("|" in line for line in lines[1:])


@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe63")
def test_no_text_cell_is_a_formula(sign: str) -> None:
    for start, cell in ((f"{sign}1", f"'{sign}1"), (f" {sign}1", f"' {sign}1")):
        bad = check_result.judge_reading(
            ListedPdu(start, start, Address(start)), failed_reading(CallError("refused", start))
        )
        line = next(csv.DictReader(io.StringIO(tables.csv_text([bad]))))
        assert {line[key] for key in ("name", "handler", "address", "reason")} == {cell}


def test_numbers_stay_numbers_in_csv() -> None:
    written = next(csv.DictReader(io.StringIO(tables.csv_text([row("UP")._replace(load_a=-0.5)]))))
    assert (written["load_a"], written["energy_kwh"], written["on"]) == ("-0.5", "5.0", "1")


def test_the_page_escapes_every_text_and_loads_nothing() -> None:
    rows = [
        check_result.judge_reading(
            ListedPdu(HOSTILE, HOSTILE, Address(HOSTILE)),
            Reading(
                [PolledOutlet(HOSTILE, UNKNOWN)],
                1.0,
                2.0,
                0.1,
                1,
                {"states": CallError("refused", HOSTILE)},
                True,
            ),
        )
    ]
    text = page(rows, HOSTILE)
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(1)&lt;/script&gt;") >= 5
    assert "default-src 'none'" in text
    assert "http://" not in text
    assert "https://" not in text


def test_the_page_has_the_verdict_first_and_leaves_out_empty_sections() -> None:
    slow = check_result.judge_reading(
        device("slow"), failed_reading(CallError("unreachable", "no answer"), 9.0)
    )
    rows = [row("UP", "DOWN", "UNKNOWN"), slow]
    text = page(rows)
    assert all(title in text for title in ("Load and energy", "What to do", "Unknown states"))
    verdict = "2 PDUs in 1.0 s: 0 well, 1 unknown, 1 unreachable"
    assert text.index(verdict) < text.index("What to do")
    assert check_result.REMEDIES["unreachable"] in text
    assert ">off 2; unknown 3<" in text
    section = text[text.index("Unknown states") :]
    assert re.search(r">a<.*?>3<", section, re.DOTALL)  # the outlet, not how many
    # also without a page of each outlet
    brief = check_result.judge_reading(device(), reading("UP", "UNKNOWN"), keep_outlets=False)
    assert [outlet.identity for outlet in brief.outlets] == ["2"]
    pdu_rows = [row("UNKNOWN", metered=True)]
    assert "Unknown states" not in page(pdu_rows)
    assert "What to do" not in page([row("UP"), row("UP")])


def test_what_to_do_is_said_once_for_each_kind_of_error_and_reasons_once() -> None:
    rows = [
        check_result.judge_reading(device(name), reading(kind=kind, answered=False))
        for name, kind in (("a", "denied"), ("b", "unreachable"), ("c", "unreachable"))
    ]
    for text in (page(rows), "\n".join(checked(rows).lines())):
        for kind, count in (("unreachable", "2 PDUs"), ("denied", "1 PDU")):
            assert text.count(f"{kind}, {count}: {check_result.REMEDIES[kind]}.") == 1
        assert text.index("unreachable, ") < text.index("denied, ")
        assert text.count("b, c: do this") == text.count("a: do this") == 1


@pytest.mark.parametrize(
    "states, words",
    [("UUU", "all are on"), ("UDDDU", "off 2 to 4"), ("DDUXD", "off 1, 2, 5; unknown 4"), ("", "")],
)
def test_the_page_names_the_outlets_that_are_not_on(states: str, words: str) -> None:
    names = {"U": "UP", "D": "DOWN", "X": "UNKNOWN"}
    rows = [row(*(names[state] for state in states))]
    heads = "outlets that are not on"
    cell = f'<td class="text wide">{words}</td></tr>' if words else ""
    assert cell in page(rows)
    assert (heads in page(rows)) == bool(words)


def test_a_terminal_shows_the_worst_pdu_first_and_the_verdict_last() -> None:
    silent = check_result.judge_reading(
        device("silent"), reading(kind="unreachable", answered=False)
    )
    outcome = checked([row("UP"), silent])
    lines = [*outcome.lines()]
    assert [line.split()[0] for line in lines[:3]] == ["name", "silent", "a"]
    assert lines[-2:] == outcome.totals.lines()


def test_a_unit_without_a_known_state_leads_to_the_column_metered() -> None:
    only_meters = row("UNKNOWN", "UNKNOWN")
    assert "set metered=yes in the list" in only_meters.remedy
    assert f"unknown, 1 PDU: {only_meters.remedy}." in [*checked([only_meters]).lines()]
    for other in (row("UNKNOWN", "UP"), row("UNKNOWN", metered=True), row("UP"), row()):
        assert other.remedy == ""
        assert "What to do" not in [*checked([other]).lines()]


@pytest.mark.parametrize(
    "meters, said",
    [
        ([], ""),
        ([("L1", 8.0, 32.0), ("B1", 12.0, 16.0)], "75 % of 16 A (B1)"),
        ([("L1", 8.0, 32.0), ("B1", 12.0, None)], ""),
        ([("L1", 8.0, 32.0), ("B1", None, 16.0)], ""),
    ],
)
def test_a_load_is_a_share_of_a_rating_only_where_every_part_is_known(
    meters: list[tuple[str, Optional[float], Optional[float]]], said: str
) -> None:
    parts = [MeteredPart(BREAKER, *meter) for meter in meters]
    checked_row = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    assert checked_row.of_rating == said
    assert said in "\n".join(checked([checked_row]).lines())


def test_a_sum_of_counters_is_no_finer_than_its_coarsest_counter() -> None:
    fine, tenths = row("UP", energy=12.345), row("UP", energy=1000.1)
    for rows, said in (
        ([fine], "12.345"),
        ([fine, tenths], "1012.4"),
        ([fine, row("UP", energy=5.0)], "17"),
    ):
        line = check_result.summary(rows, 1.0).lines()[1]
        assert line.endswith(f", energy {said} kWh of {len(rows)}")


def test_a_unit_that_is_listed_twice_counts_by_the_name_under_which_it_was_read() -> None:
    failed = check_result.judge_reading(
        device("a"), reading(kind="unreachable", answered=False, load=None, energy=None)
    )
    total = check_result.summary([failed, row("UP", name="b")], 1.0, {"b": "a"})
    assert (total.on, total.loads, total.energy_kwh) == (1, 1, 5.0)
    assert total.lines()[2:] == ["b is a again: counted once"]
    # of PDUs that were not read nothing is said
    alone = check_result.summary([row("UP", name="b")], 1.0, {"b": "a", "d": "c"})
    assert (alone.on, alone.lines()[2:]) == (1, [])


def test_nagios_gets_no_counter_that_falls_because_a_pdu_was_not_read() -> None:
    silent, stale = (
        check_result.judge_reading(
            device("b"), reading("UP", kind=kind, answered=answers, load=None)
        )
        for kind, answers in (("unreachable", False), ("data-stale", True))
    )
    silent = silent._replace(energy_kwh=None)
    for rows, has_energy in (([row("UP"), stale], True), ([row("UP"), silent], False)):
        data = nagios.output(check_result.summary(rows, 1.0), rows)[0].partition("|")[2]
        assert ("energy=" in data, "load=1.500" in data) == (has_energy, True)


@pytest.mark.parametrize(
    "text", ["10", "10:", "~:10", "10:20", "@10:20", "~:", "0:", "@10", "9.5:9.5", "12.8"]
)
def test_a_range_is_that_of_the_plugin_guidelines(text: str) -> None:
    """As the library nagiosplugin reads them; it says what does not alert."""
    nagiosplugin = pytest.importorskip("nagiosplugin")
    limit, peer = nagios.RangeType().convert(text, None, None), nagiosplugin.Range(text)
    assert nagiosplugin.Range(str(limit)) == peer
    for value in (-5.0, -0.1, 0.0, 9.5, 9.9, 10.0, 10.1, 12.8, 20.0, 20.1, 1e9):
        assert limit.alerts(value) is not peer.match(value), value


def test_a_range_of_percent_is_one_of_the_rating() -> None:
    limit = nagios.RangeType().convert("80%", None, None).of_rating(16.0)
    assert limit is not None
    assert str(limit) == "12.8"
    assert limit.alerts(12.9)
    with pytest.raises(click.BadParameter):
        nagios.RangeType().convert("50%:100%", None, None)


@pytest.mark.parametrize(
    ("meters", "level", "reason"),
    [
        ([("L1", 12.7, 16.0)], 0, ""),
        ([("L1", 12.8, 16.0)], 0, ""),
        ([("L1", 12.9, 16.0)], 1, "L1 carries 12.9 A, limit 12.8"),
        ([("L1", 1.0, 16.0), ("L2", 15.9, 16.0)], 2, "L2 carries 15.9 A, limit 14.4"),
        ([("L1", None, 16.0)], 1, "L1: its current is not metered"),
        (
            [("L1", NotKnown("lost"), 16.0)],
            1,
            "L1: its current is not known; no current of L1: lost",
        ),
        (
            [("L1", 12.7, 16.0), ("B?", NotKnown("lost"), None)],
            1,
            "B?: its current is not known; no current of B?: lost",
        ),
        ([("L1", 1.0, None)], 1, "L1: its rating is not known: give a limit in A"),
        ([], 1, "load: its rating is not known: give a limit in A"),
    ],
)
def test_each_line_is_judged_by_its_rating(
    meters: list[tuple[str, Figure, Optional[float]]], level: int, reason: str
) -> None:
    """What cannot be compared may be over its limit."""
    parts = [MeteredPart(BREAKER, *meter) for meter in meters]
    read_row = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    limits = [nagios.RangeType().convert(text, None, None) for text in ("80%", "90%")]
    judged = nagios.judge_loads(read_row, nagios.Thresholds(*limits))
    assert (judged.level, judged.reason) == (level, reason)
    results = {
        "current is not known": "unknown figures",
        "current is not metered": "current not metered",
        "its rating": "without a rating",
    }
    words = [result for part, result in results.items() if part in judged.reason]
    assert judged.result == ([*words, "over limit"][0] if level else "well")


def test_a_load_beyond_its_warning_makes_a_pdu_that_is_not_reached_no_better() -> None:
    read_row = check_result.judge_reading(device(), reading("UP", kind="unreachable"))
    judged = nagios.judge_loads(read_row, nagios.Thresholds(nagios.Range(0, 1.0)))
    assert (judged.level, judged.result) == (check_result.BAD, "unreachable")
    assert judged.reason == "load carries 1.5 A, limit 1; do this"


def test_csv_for_excel_has_no_cell_that_is_taken_for_a_date() -> None:
    """Where the comma is the decimal sign, Excel reads 4.9 as the 4th of September."""
    text = tables.csv_text([row("UP", energy=4.9)], for_excel=True)
    head, line = text.lstrip("\ufeff").splitlines()
    cells = dict(zip(head.split(";"), line.split(";")))
    assert text.startswith("\ufeff")
    assert cells["energy_kwh"] == "4,9"
    assert cells["load_a"] == "1,5"
    assert not any("." in cells[key] for key in ("load_a", "energy_kwh", "seconds"))


def test_a_line_that_is_not_known_is_told_without_limits_too() -> None:
    parts = [
        MeteredPart(BREAKER, "B1", 1.0, 16.0),
        MeteredPart(BREAKER, "B?", NotKnown("no answer")),
    ]
    judged = check_result.judge_reading(device(), reading("UP")._replace(meters=parts))
    assert "no current of B?: no answer" in judged.reasons
    assert judged.of_rating == ""
