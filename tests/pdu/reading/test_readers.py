"""Everything that shows a reading says why a part of it, or a figure, is missing."""

from __future__ import annotations

import ast
import json
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any, Callable

import pytest

import pdu
from handlers.shared.address import Address
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown, NotMetered
from pdu.cli import output
from pdu.cli.states import UNKNOWN, UP
from pdu.loading.handler_loading import load
from pdu.monitoring import nagios, tables
from pdu.monitoring.check_report import report_lines
from pdu.monitoring.check_result import PduRow, Summary, judge_reading, summary
from pdu.outlets import read_commands, where
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.figures import OUTLET_FIGURES, PDU_FIGURES, figure_cell, figure_text, is_lost
from pdu.reading.parts import (
    FIGURES,
    NAMES,
    POWER,
    STATES,
    CallError,
    PolledOutlet,
    Reading,
    read_topology,
)

WHY = "the words of the unit"
PARTS = (STATES, FIGURES, POWER, NAMES, read_topology.name)
LIMITS = nagios.Thresholds(nagios.Range(0, 3.0))
Reader = Callable[[Reading], str]


def _row(reading: Reading, limits: nagios.Thresholds = LIMITS) -> PduRow:
    device = ListedPdu("r1", "snmp", Address("192.0.2.7"))
    return nagios.judge_loads(judge_reading(device, reading), limits)


def _report(reading: Reading) -> tuple[list[PduRow], Summary]:
    return [_row(reading)], summary([_row(reading)], 1.0)


def _by_nagios(reading: Reading) -> str:
    rows, totals = _report(reading)
    return "\n".join(nagios.output(totals, rows, LIMITS))


def _command(report: read_commands.ReadingReport) -> Mapping[str, Reader]:
    """A command of one PDU: what it prints, and its warnings, which stand beside CSV too."""

    def text(reading: Reading) -> str:
        lines = report.lines(reading, "192.0.2.7", load("snmp"))
        return "\n".join([*lines, *report.reasons(reading)])

    return {
        report.call: text,
        f"{report.call} --json": lambda reading: json.dumps(report.document(reading)),
    }


CHECKS: Mapping[str, Reader] = {
    "check": lambda reading: "\n".join(report_lines(*_report(reading))),
    "check --csv": lambda reading: tables.csv_text([_row(reading)]),
    "check --json": lambda reading: json.dumps(tables.check_document(*_report(reading))),
    "check --nagios": _by_nagios,
}
STATUS, STATISTIC, OUTLETS = map(
    _command, (read_commands.STATUS, read_commands.STATISTIC, read_commands.OUTLETS)
)
# the parts that each reader shows; a command of one PDU ends with the errors of others
OF_PARTS: Mapping[str, tuple[Reader, Collection[str]]] = {
    **{name: (reader, PARTS) for name, reader in CHECKS.items()},
    **{name: (reader, [NAMES]) for name, reader in STATUS.items()},
    **{name: (reader, [POWER]) for name, reader in STATISTIC.items()},
    **{name: (reader, [NAMES, POWER]) for name, reader in OUTLETS.items()},
    "where": (lambda reading: str(where.search_error(reading)), [STATES, NAMES]),
}
OF_FIGURES: Mapping[str, Reader] = {**CHECKS, **STATISTIC, **OUTLETS}


def whole() -> Reading:
    """One of which nothing is missing."""
    figures = MeterFigures(current_a=1.0, power_w=200.0, energy_kwh=5.0)
    outlets = [PolledOutlet("1", UP, "1", "web", figures)]
    return Reading(outlets, 1.0, 5.0, has_states=True, has_labels=True, power_w=200.0)


def without(part: str) -> Reading:
    """The reading without this part, with the error of it."""
    reading = whole().with_failure(part, CallError("refused", WHY))
    outlet = reading.outlets[0]
    if part == STATES:
        return reading._replace(has_states=False, outlets=[outlet._replace(state=UNKNOWN)])
    if part == NAMES:
        return reading._replace(has_labels=False, outlets=[outlet._replace(number="", name="")])
    lost = MeterFigures()
    if part == POWER:
        lost = outlet.figures._replace(power_w=None)
        reading = reading._replace(power_w=NotKnown(WHY), inlet_w=NotKnown(WHY))
    if part == FIGURES:
        reading = reading._replace(load_a=None, energy_kwh=None, power_w=None)
    if part in (POWER, FIGURES):
        reading = reading._replace(outlets=[outlet._replace(figures=lost)])
    return reading


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("name", OF_PARTS)
def test_each_reader_says_why_its_part_was_not_read(name: str, part: str) -> None:
    reader, parts = OF_PARTS[name]
    assert WHY not in reader(whole())
    if part in parts:
        assert WHY in reader(without(part))


@pytest.mark.parametrize("part", PARTS)
def test_check_calls_no_pdu_well_of_which_a_part_was_not_read(part: str) -> None:
    """Whatever its load and its limits."""
    assert _row(whole()).level == 0
    row = _row(without(part))
    assert row.level > 0
    assert row.remedy
    assert row.result != "well"


def with_figure(key: str, of_outlet: bool, figure: Figure) -> Reading:
    """A whole reading with this figure of the PDU, or of its outlet."""
    reading = whole()
    changes: Any = {key: figure}
    if not of_outlet:
        return reading._replace(**changes)
    outlet = reading.outlets[0]
    figures = outlet.figures._replace(**changes)
    return reading._replace(outlets=[outlet._replace(figures=figures)])


KEYS = [(row.key, False) for row in PDU_FIGURES] + [(row.key, True) for row in OUTLET_FIGURES]


@pytest.mark.parametrize("figure", [NotKnown(WHY), NotMetered(WHY)], ids=["lost", "not metered"])
@pytest.mark.parametrize("key, of_outlet", KEYS)
@pytest.mark.parametrize("name", OF_FIGURES)
def test_each_reader_says_why_a_figure_is_missing(
    name: str, key: str, of_outlet: bool, figure: Figure
) -> None:
    assert WHY in OF_FIGURES[name](with_figure(key, of_outlet, figure))


@pytest.mark.parametrize("figure", [NotKnown(WHY), NotMetered(WHY)], ids=["lost", "not metered"])
@pytest.mark.parametrize("key, of_outlet", KEYS)
def test_a_lost_figure_is_never_told_as_one_that_is_not_metered(
    key: str, of_outlet: bool, figure: Figure
) -> None:
    reading = with_figure(key, of_outlet, figure)
    assert (_row(reading, nagios.Thresholds()).level > 0) is is_lost(figure)
    for name in ("statistic", "outlets"):
        text = OF_FIGURES[name](reading)
        lost_sign = "?: not known" if of_outlet else "not known"
        assert (lost_sign in text) is is_lost(figure)


@pytest.mark.parametrize(
    "folder", ["cli", "loading", "monitoring", "outlets", "pdu_list", "reading"]
)
def test_one_place_has_the_words_for_a_figure_without_a_value(folder: str) -> None:
    words = {output.NOT_KNOWN, output.NOT_METERED}
    home = Path(output.__file__)
    for path in sorted((Path(pdu.__file__).parent / folder).glob("*.py")):
        texts = {
            node.value
            for node in ast.walk(ast.parse(path.read_text()))
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        }
        assert path == home or not texts & words, path
    lost, absent = NotKnown(WHY), NotMetered(WHY)
    assert [figure_text(lost), figure_text(absent), figure_text(None)] == [
        output.NOT_KNOWN,
        output.NOT_METERED,
        output.NOT_METERED,
    ]
    assert [figure_cell(lost), figure_cell(absent), figure_cell(0.0)] == ["?", "-", "0"]
