"""Checks of PDUs whose readings are made up: what the lines of checks.txt mean.

A line is readings, each followed by what is said of it, and perhaps one form of the output. On the
right are the levels of the PDUs (0 well, 1 doubtful, 2 bad) and the output, with ` / ` between its
lines:

    LEVELS | OUTPUT

    pdu NAME STATE ...         a PDU; its outlets 1, 2, ... are on, off or unknown; 1.5 A and 5 kWh
    KEY VALUE                  of the PDU before: load_a, energy_kwh, power_w, inlet_w
    N.KEY VALUE                of its outlet N: current_a, power_w, energy_kwh, name, number
    line LABEL VALUE RATING    of it, or `breaker`; a rating of 0 is none
    plate KEY TEXT             of its nameplate
    warns TEXT                 its handler logged this
    fails PART KIND WORDS      a part of its reading failed: states, figures, names
    metered                    its owner says that it only meters
    again NAME OTHER           NAME is the unit OTHER once more
    limits WARNING CRITICAL    ranges of Nagios
    as FORM                    csv, json, nagios, services (for Nagios, with the
                               data of each PDU), metrics (their samples), types (of
                               metrics); else as on a terminal

A VALUE is a number, `-` or `!WHY` (not metered), `?WHY` (not known now) or `unasked`.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from prometheus_client import generate_latest

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from handlers.shared.meter_figures import NOT_ASKED, Figure, NotKnown, NotMetered
from pdu.cli.states import DOWN, UNKNOWN, UP
from pdu.inspection.topology import BREAKER, LINE, MeteredPart
from pdu.monitoring import check_result, nagios, tables
from pdu.monitoring.check_report import report_lines
from pdu.monitoring.check_result import PduRow, Summary
from pdu.monitoring.textfile import ReadingMetrics
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.parts import CallError, PolledOutlet, Reading
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_suffix(".txt"))
_STATES = {"on": UP, "off": DOWN, "unknown": UNKNOWN}


def shown(case: Case) -> str:
    """The levels of a case's PDUs, and the output of their check: the right side of its line in
    checks.txt.
    """
    devices: list[ListedPdu] = []
    readings: list[Reading] = []
    first_names: dict[str, str] = {}
    limits = nagios.Thresholds()
    form = ""
    for change in case.left.split(TABLE.separator):
        word, *rest = change.split(" ")
        if word == "pdu":
            name, *states = rest
            devices.append(ListedPdu(name, "snmp", Address("192.0.2.1")))
            readings.append(_reading(states))
        elif word == "metered":
            devices[-1] = devices[-1]._replace(metered=True)
        elif word == "again":
            first_names[rest[0]] = rest[1]
        elif word == "limits":
            ranges = [nagios.RangeType().convert(text, None, None) for text in rest]
            limits = nagios.Thresholds(*ranges)
        elif word == "as":
            (form,) = rest
        else:
            readings[-1] = _changed(readings[-1], word, rest)
    try:
        limits.refuse_useless_shares()
    except SettingsError as error:
        return f"{error.kind}: {error.reason}"
    rows = []
    for device, reading in zip(devices, readings):
        row = check_result.judge_reading(device, reading)
        try:
            rows.append(nagios.judge_loads(row, limits) if limits else row)
        except SettingsError as error:
            return f"{error.kind}: {error.reason}"
    totals = check_result.summary(rows, 1.0, first_names)
    levels = ", ".join(str(row.level) for row in rows)
    if form in ("metrics", "types"):
        page = generate_latest(ReadingMetrics(zip(devices, readings), begin_s=1.7e9)).decode()
        prefix = "pdu_" if form == "metrics" else "# TYPE"
        lines = [line for line in page.splitlines() if line.startswith(prefix)]
        return f"{levels} | {' / '.join(lines)}"
    return f"{levels} | {_output(rows, totals, form, limits)}"


def _reading(states: list[str]) -> Reading:
    """The reading of a PDU that answered, whose outlets 1, 2, ... are in these states."""
    outlets = []
    for number, state in enumerate(states, 1):
        outlets.append(PolledOutlet(str(number), _STATES[state]))
    return Reading(
        outlets=outlets, load_a=1.5, energy_kwh=5.0, seconds=0.25, requests=3, has_states=True
    )


def _changed(reading: Reading, word: str, rest: list[str]) -> Reading:
    """A copy of the reading with one change: its first `word`, such as `fails`, `warns`, `line`, a
    figure's key or `2.current_a`, and the `rest` of its words.
    """
    if word == "fails":
        part, kind, *words = rest
        failed = reading.with_failure(part, CallError(kind, " ".join(words)))
        return failed._replace(has_states=False) if part == "states" else failed
    if word == "warns":
        return reading._replace(warnings=[*reading.warnings, " ".join(rest)])
    if word in (LINE, BREAKER):
        label, *current, rating = rest
        part_of_pdu = MeteredPart(word, label, _value(" ".join(current)), float(rating) or None)
        return reading._replace(meters=[*reading.meters, part_of_pdu])
    identity, _, key = word.rpartition(".")
    text = " ".join(rest)
    if not identity:
        figure: Any = {key: _value(text)}
        return reading._replace(**figure)
    outlets = list(reading.outlets)
    index = int(identity) - 1
    outlets[index] = _changed_outlet(outlets[index], key, text)
    return reading._replace(outlets=outlets, has_labels=True)


def _changed_outlet(outlet: PolledOutlet, key: str, text: str) -> PolledOutlet:
    """A copy of the outlet with another name, number or figure, by `key`."""
    if key == "name":
        return outlet._replace(name=text)
    if key == "number":
        return outlet._replace(number=text)
    figure: Any = {key: _value(text)}
    return outlet._replace(figures=outlet.figures._replace(**figure))


def _value(text: str) -> Figure:
    """The figure of a text: `1.5`; `-` or `!WHY`, not metered; `?WHY`, not known now; `unasked`."""
    if text == "-":
        return None
    if text == "unasked":
        return NOT_ASKED
    if text.startswith("!"):
        return NotMetered(text[1:])
    return NotKnown(text[1:]) if text.startswith("?") else float(text)


def _output(rows: list[PduRow], totals: Summary, form: str, limits: nagios.Thresholds) -> str:
    """The output of a check in one form, such as `csv`, as on a terminal for "", with ` / ` between
    its lines.
    """
    if form == "csv":
        lines = tables.csv_text(rows).splitlines()
    elif form == "json":
        document = json.dumps(tables.check_document(rows, totals))
        # in a table `{}` stands for a value
        lines = [document.replace("{}", "{ }")]
    elif form in ("nagios", "services"):
        lines = nagios.output(totals, rows, limits, data_per_pdu=form == "services")
    else:
        lines = list(report_lines(rows, totals))
    return " / ".join(" ".join(line.split()) for line in lines)
