"""`pdu status`, `statistic`, `labels` and `outlets`: they call a handler as DCImanager does.

The handler's method `labels` is an addition of this pack: DCImanager's interface does not have it.
`outlets` also reads what DCImanager does not ask for, such as watts.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Callable, NamedTuple

import click

from handlers import registry
from handlers.shared.errors import SettingsError, Unsupported, printable
from handlers.shared.meter_figures import measured

from ..cli import states
from ..cli.error_output import Interrupted, describe, fail
from ..cli.exit_codes import DONE
from ..cli.exit_handling import UNWRITABLE
from ..cli.known_secrets import hide_secrets
from ..cli.options import F, Output, Run, output_options, run_of, spelled
from ..cli.output import (
    counted,
    print_json_line,
    report as print_note,
    show_status_line,
    tabulate,
    takes_colours,
    waiting,
)
from ..cli.shared_options import csv_option
from ..cli.terminal_lines import print_text
from ..files.csv_out import csv_lines
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
from ..loading.open_handler import OpenHandler
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading.figures import (
    ABSENT_CELLS,
    OUTLET_FIGURES,
    PDU_FIGURES,
    FigureRow,
    figure_cell,
    figure_text,
    is_metered,
    missing_sentences,
)
from ..reading.parts import (
    NAMES,
    Part,
    PolledOutlet,
    Reading,
    labels as labels_part,
    power,
    read_labels,
    read_pdu,
    states as states_part,
)
from .identify import identified

_COLOURS = {states.UP: "green", states.DOWN: "red", states.UNKNOWN: "yellow"}
LOGGER = logging.getLogger(__name__)
# what is known of an outlet beside its figures, by its keys in JSON and CSV
_TEXTS: Mapping[str, Callable[[PolledOutlet], str]] = {
    "identity": lambda outlet: outlet.identity,
    "number": lambda outlet: outlet.number,
    "name": lambda outlet: outlet.name,
    "state": lambda outlet: states.word(outlet.state),
}


# ---- what the commands read, and how it is shown -------------------------------------------------


class ReadingReport(NamedTuple):
    """What a command reads of a PDU and shows."""

    #: the command
    call: str
    parts: Sequence[Part]
    #: keys of `_TEXTS`
    texts: Sequence[str]
    #: figures of the PDU, and of each outlet
    totals: Sequence[FigureRow] = ()
    figures: Sequence[FigureRow] = ()

    def document(self, reading: Reading) -> dict[str, Any]:
        """The reading, as --json prints it."""
        return {
            **{row.key: measured(row.of(reading)) for row in self.totals},
            "reasons": list(self.reasons(reading)),
            "outlets": [dict(zip(self.columns, self.cells(outlet))) for outlet in reading.outlets],
            "seconds": round(reading.seconds, 3),
        }

    @property
    def columns(self) -> Sequence[str]:
        """The keys of an outlet in JSON and CSV."""
        return (*self.texts, *(row.key for row in self.figures))

    def cells(self, outlet: PolledOutlet) -> Sequence[object]:
        """The values of the columns; None for a figure without one."""
        return (
            *(_TEXTS[key](outlet) for key in self.texts),
            *(measured(row.of(outlet.figures)) for row in self.figures),
        )

    def reasons(self, reading: Reading) -> Iterator[str]:
        """Why names, and figures that it shows, are missing, if the handler says so."""
        if NAMES in reading.failures:
            yield f"no names: {reading.failures[NAMES].reason}"
        yield from missing_sentences(reading, self.totals, self.figures)

    def lines(self, reading: Reading, where: str, handler: LoadedHandler) -> Iterator[str]:
        """The reading for people: totals, then a table of outlets with the figures that any has."""
        seconds = round(reading.seconds, 3)
        yield f"{self.call} of {where} by {handler.shown}, {seconds} s{self._totals(reading)}"
        outlets = reading.outlets
        figures = [
            row
            for row in self.figures
            if any(is_metered(row.of(outlet.figures)) for outlet in outlets)
        ]
        if self.texts == ("identity",) and not figures:
            yield "no outlet's energy is metered"
            return
        if not outlets:
            yield f"no outlets{_hint(handler.shown)}"
            return
        rows = [
            [
                *(_TEXTS[key](outlet) for key in self.texts),
                *(figure_cell(row.of(outlet.figures)) for row in figures),
            ]
            for outlet in outlets
        ]
        has_states = "state" in self.texts
        head, *lines = tabulate([*self.texts, *(row.unit for row in figures)], rows)
        yield head
        for outlet, line in zip(outlets, lines):
            is_coloured = has_states and takes_colours()
            yield click.style(line, fg=_COLOURS[outlet.state]) if is_coloured else line
        cells = {cell for row in rows for cell in row[len(self.texts) :]}
        for cell, meaning in ABSENT_CELLS.items():
            if cell in cells:
                yield f"{cell}: {meaning}"
        if has_states:
            counts = ((reading.count(state), states.word(state)) for state in _COLOURS)
            sums = ", ".join(f"{count} {word}" for count, word in counts if count)
            yield f"{counted(len(outlets), 'outlet')}: {sums}"

    def _totals(self, reading: Reading) -> str:
        """The figures of the PDU for the title; "" for a command without them."""
        parts: list[str] = []
        for row in self.totals:
            value = row.of(reading)
            if row.key != "power_w" or is_metered(value):
                parts.append(f"{row.word} {figure_text(value, row.unit)}")
        return f": {', '.join(parts)}" if parts else ""


def _needed_labels(reading: Reading, unit: OpenHandler) -> Reading:
    """Numbers and names. Raises Unsupported for a handler without them, such as one from another
    pack.
    """
    labelled_reading = read_labels(reading, unit)
    if not labelled_reading.labelled:
        raise Unsupported("this handler has no labels: `pdu status` lists its outlets")
    return labelled_reading


STATUS = ReadingReport(
    "status", (states_part, labels_part), ("identity", "state", "number", "name")
)
STATISTIC = ReadingReport(
    "statistic",
    (power,),
    ("identity",),
    PDU_FIGURES,
    OUTLET_FIGURES,
)
LABELS = ReadingReport("labels", (Part("labels", _needed_labels),), ("identity", "number", "name"))
OUTLETS = ReadingReport(
    "outlets",
    (states_part, power, labels_part),
    ("identity", "number", "name", "state"),
    PDU_FIGURES,
    OUTLET_FIGURES,
)


# ---- readings ------------------------------------------------------------------------------------


def _read(
    context: click.Context,
    report: ReadingReport,
    handler: str,
    host_words: Sequence[str],
    *,
    as_csv: bool = False,
) -> int:
    """Read each PDU once, in the given order, and print each when it is read. The exit code is that
    of the first one that failed; after Ctrl-C it is INTERRUPTED.
    """
    run = run_of(context)
    pdus = _chosen_pdus(context, report, handler, host_words)
    handlers = {name: load(name) for name in dict.fromkeys(pdu.handler for pdu in pdus)}
    # each login is asked for before the first reading
    readable = [(pdu, handlers[pdu.handler], pdu.data(handlers[pdu.handler])) for pdu in pdus]
    codes: list[int] = []
    for pdu, loaded_handler, data in readable:
        about = call_fields(report.call, loaded_handler, pdu)
        try:
            reading = _read_pdu(run.output, report, pdu, loaded_handler, data)
        except KeyboardInterrupt:
            if not run.output.json or not codes:
                raise
            error = Interrupted("this PDU and those after it were not read", pdu.host)
            return _print_error(run, error, about, pdu.name)
        except FOREIGN_ERRORS as error:
            codes.append(_print_error(run, error, about, pdu.name))
            continue
        if run.output.json:
            print_json_line({**about, **report.document(reading)})
        elif as_csv:
            rows = [[pdu.name or pdu.host, *report.cells(outlet)] for outlet in reading.outlets]
            head = [] if DONE in codes else [["host", *report.columns]]
            sys.stdout.write(csv_lines([*head, *rows]))
        else:
            print_text("\n".join(report.lines(reading, pdu.where, loaded_handler)))
        codes.append(DONE)
    return next((code for code in codes if code), DONE)


def _chosen_pdus(
    context: click.Context, report: ReadingReport, handler: str, host_words: Sequence[str]
) -> Sequence[names.ChosenPdu]:
    """The PDUs of a command line, each once. If it names no handler, the one that reads each."""
    _refuse_communities(host_words)
    alone = len(set(host_words)) == 1
    pdus = [
        names.choose_pdu(context, handler, name, alone=alone) for name in dict.fromkeys(host_words)
    ]
    if handler == names.IDENTIFY:
        pdus = [identified(pdu, run_of(context).output) for pdu in pdus]
        for pdu in pdus:
            line = pdu.command_line(report.call)
            print_note(f"note: {pdu.host} is read by the handler {pdu.handler}: {line}")
    return pdus


def _print_error(run: Run, error: BaseException, about: Mapping[str, Any], pdu_name: str) -> int:
    """Print why a PDU was not read, and return the exit code."""
    if not run.output.json:
        return fail(run, error, pdu_name)
    description = describe(error, run)
    print_json_line({**about, "error": description})
    return int(description["exit_code"])


def _read_pdu(
    output: Output, report: ReadingReport, pdu: names.ChosenPdu, handler: LoadedHandler, data: Any
) -> Reading:
    """Read one PDU, and log why it shows figures without a value."""
    with show_warnings(output, pdu.where), waiting(f"waiting for {pdu.where}", output):
        reading = read_pdu(handler, data, report.parts, optional=(NAMES,))
        for sentence in report.reasons(reading):
            LOGGER.warning(sentence)
    return reading


def call_fields(call: str, handler: LoadedHandler, pdu: names.ChosenPdu) -> dict[str, Any]:
    """What --json prints first of a call."""
    name = {"name": pdu.name} if pdu.name else {}
    return {"call": call, "handler": handler.shown, "host": pdu.place, **name}


class _Warnings(logging.Handler):
    """Prints each different warning once for a host, on standard error."""

    def __init__(self, host: str, *, as_json: bool) -> None:
        super().__init__(logging.WARNING)
        self.host, self.as_json = host, as_json
        self.printed: set[str] = set()
        self.addFilter(hide_secrets)

    def emit(self, record: logging.LogRecord) -> None:
        words = printable(record.getMessage())
        if words not in self.printed:
            self.printed.add(words)
            # the reading is worth more than its warning
            with contextlib.suppress(*UNWRITABLE):
                show_status_line("", is_quiet=self.as_json)  # a line of `waiting`
                print_text(f"warning: {self.host}: {words}", sys.stderr)


@contextlib.contextmanager
def show_warnings(output: Output, host: str) -> Iterator[None]:
    """Shows warnings during the block, except with --debug, whose log has them."""
    warnings = _Warnings(host, as_json=output.json)
    if not output.debug:
        logging.getLogger().addHandler(warnings)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(warnings)


def _hint(handler: str) -> str:
    """Advice for a device that shows no outlets: the setting that may make the handler list some;
    "" if none is known.
    """
    key, value, lists = (
        registry.about(handler).no_outlets_hint if registry.is_handler(handler) else ("", "", "")
    )
    return f"; {spelled(key, value)} {lists}" if key else ""


# ---- the commands --------------------------------------------------------------------------------


_ARGUMENTS_HELP = arguments_help("HANDLER", "HOST", "NAME")
_LOGIN_HELP = """\
\b
A community or password is asked for, unless a variable has it:
  read -rs PDU_COMMUNITY; export PDU_COMMUNITY; pdu status snmp 192.0.2.8"""


def _refuse_communities(host_words: Sequence[str]) -> None:
    """Raise SettingsError for a community in the place of a further host: it would be asked of the
    name server.
    """
    communities = {"public", "private", os.environ.get("PDU_COMMUNITY")}
    if communities.intersection(host_words[1:]):
        raise SettingsError(
            "a community stands where a further host is expected: give it in PDU_COMMUNITY, or"
            " with --secret-file community=FILE"
        )


def _help(text: str) -> str:
    return f"{text}\n\n{_ARGUMENTS_HELP}\n\n{_LOGIN_HELP}"


def _reading_options(function: F) -> F:
    """What all commands have that read PDUs."""
    options = names.list_options(login_options(output_options(function)))
    return pdu_arguments(hosts=-1)(options)


@click.command(
    "status",
    cls=names.ReadingCommand,
    examples=("pdu status snmp 192.0.2.8", "pdu status nut 192.0.2.9 -s device=rack1 --json"),
    help=_help(
        "The outlets as DCImanager would show them: identity, state (on, off, unknown; its UP,"
        " DOWN, UNKNOWN), and beside it the number on the unit (if known) and the name."
    ),
)
@_reading_options
@click.pass_context
def status(context: click.Context, handler: str, host: Sequence[str]) -> int:
    return _read(context, STATUS, handler, host)


@click.command(
    "statistic",
    cls=names.ReadingCommand,
    examples=(
        "pdu statistic snmp 192.0.2.8",
        "pdu statistic raritan 192.0.2.9 --username reader",
    ),
    help=_help("Load in A and energy in kWh of the PDU, and what it meters of each outlet."),
)
@_reading_options
@click.pass_context
def statistic(context: click.Context, handler: str, host: Sequence[str]) -> int:
    return _read(context, STATISTIC, handler, host)


@click.command(
    "labels",
    cls=names.ReadingCommand,
    examples=("pdu labels snmp 192.0.2.8", "pdu labels redfish 192.0.2.9 --username reader"),
    help=_help("The outlets: identity, number printed on the unit (if known), name."),
)
@_reading_options
@click.pass_context
def labels(context: click.Context, handler: str, host: Sequence[str]) -> int:
    return _read(context, LABELS, handler, host)


@click.command(
    "outlets",
    cls=names.ReadingCommand,
    examples=(
        "pdu outlets snmp 192.0.2.8",
        "pdu outlets nut 192.0.2.9 192.0.2.10 --csv > outlets.csv",
    ),
    help=_help(
        "The outlets with all that is known of each: identity, number on the unit, name, state (on,"
        " off, unknown), current in A, power in W, energy in kWh. The columns are the same for"
        " every handler; a table leaves out those without a figure. An archive of another pack"
        " reports no power, and a current of an outlet only if DCImanager's view of an outlet has"
        " one."
    ),
)
@csv_option(excludes=["--json"])
@_reading_options
@click.pass_context
def outlets(context: click.Context, handler: str, host: Sequence[str], *, csv: bool) -> int:
    return _read(context, OUTLETS, handler, host, as_csv=csv)
