"""`pdu status`, `statistic`, `labels` and `outlets`: they call a handler as DCImanager does.

The handler's method `labels` is an addition of this pack: DCImanager's interface does not have it.
`outlets` also reads what DCImanager does not ask for, such as watts.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Callable, NamedTuple, Optional

import click

from handlers import registry
from handlers.shared.doubts import doubt_sentences
from handlers.shared.errors import NamedSetting, SettingsError, Unsupported, printable
from handlers.shared.meter_figures import NOT_ASKED, Figure, NotKnown, measured, reason_without

from ..cli import states
from ..cli.error_output import Interrupted, describe, fail
from ..cli.exit_codes import DONE, INTERRUPTED
from ..cli.exit_handling import UNWRITABLE
from ..cli.options import F, Output, Run, output_options, run_of, spelled
from ..cli.output import (
    NOT_KNOWN,
    counted,
    figure,
    print_json,
    report,
    show_status_line,
    tabulate,
    takes_colours,
    waiting,
)
from ..cli.shared_options import csv_option
from ..files.csv_out import csv_lines
from ..loading.handler_loading import load
from ..loading.open_handler import OpenHandler
from ..pdu_list import names
from ..pdu_list.device_arguments import arguments_help, pdu_arguments
from ..pdu_list.login_options import login_options
from ..reading.outlet_figures import OUTLET_FIGURES
from ..reading.parts import (
    Part,
    PolledOutlet,
    Reading,
    labels as read_labels,
    power,
    read_pdu,
    states as read_states,
)
from .identify import identified

_COLOURS = {
    states.word(states.UP): "green",
    states.word(states.DOWN): "red",
    states.word(states.UNKNOWN): "yellow",
}
# a key of a result -> the head of its column
_HEADS = {figure.key: figure.unit for figure in OUTLET_FIGURES}
LOGGER = logging.getLogger(__name__)
_NO_FIGURE = "-"
# a figure's field in a reading or of an outlet -> its word
_WORDS = {"load_a": "load", "current_a": "current", "power_w": "power", "energy_kwh": "energy"}
_UNITS = {"load_a": "A", "power_w": "W", "energy_kwh": "kWh"}


def _measured_figure(key: str, outlet: PolledOutlet) -> Optional[float]:
    return measured(getattr(outlet.figures, key))


# what is known of an outlet, by its keys in JSON and CSV
_VALUES: Mapping[str, Callable[[PolledOutlet], object]] = {
    "identity": lambda outlet: outlet.identity,
    "number": lambda outlet: outlet.number,
    "name": lambda outlet: outlet.name,
    "state": lambda outlet: states.word(outlet.state),
    **{figure.key: partial(_measured_figure, figure.key) for figure in OUTLET_FIGURES},
}
OutletRows = list[dict[str, Any]]


# ---- what the commands read, and how it is shown -------------------------------------------------


class ReadingCommand(NamedTuple):
    """A command that reads a PDU."""

    call: str
    parts: Sequence[Part]
    #: keys of `_VALUES`
    columns: Sequence[str]
    #: figures of the unit: fields of the reading, and keys in JSON
    totals: Sequence[str] = ()

    def document(self, reading: Reading) -> dict[str, Any]:
        """The reading, as --json prints it."""
        return {
            **{key: measured(getattr(reading, key)) for key in self.totals},
            **({"reasons": list(self.reasons(reading))} if self.totals else {}),
            "outlets": [
                {key: _VALUES[key](outlet) for key in self.columns} for outlet in reading.outlets
            ],
        }

    def reasons(self, reading: Reading) -> Iterator[str]:
        """Why figures that it shows have no value, if the handler says so."""
        for field in self.totals:
            if reason := _reason(getattr(reading, field)):
                yield f"no {_WORDS[field]}: {reason}"
        for row in OUTLET_FIGURES if self.totals else ():
            for sentence in doubt_sentences(
                (outlet.identity, _reason(getattr(outlet.figures, row.key)))
                for outlet in reading.outlets
            ):
                yield f"no {_WORDS[row.key]}: {sentence}"


def _reason(value: Figure) -> str:
    """Why there is no value, "" if it is not asked for or just not metered."""
    return "" if value == NOT_ASKED else reason_without(value)


def _labels(reading: Reading, unit: OpenHandler) -> Reading:
    """Numbers and names. Raises Unsupported for a handler without them, such as one from another
    pack.
    """
    labelled_reading = read_labels(reading, unit)
    if not labelled_reading.labelled:
        raise Unsupported("this handler has no labels: `pdu status` lists its outlets")
    return labelled_reading


_TOTALS = ("load_a", "power_w", "energy_kwh")
STATUS = ReadingCommand(
    "status", (read_states, read_labels), ("identity", "state", "number", "name")
)
STATISTIC = ReadingCommand(
    "statistic",
    (power,),  # DCImanager does not ask for W: a failure of W alone is not shown
    ("identity", *(figure.key for figure in OUTLET_FIGURES)),
    _TOTALS,
)
LABELS = ReadingCommand("labels", (_labels,), ("identity", "number", "name"))
OUTLETS = ReadingCommand(
    "outlets",
    (read_states, power, read_labels),
    ("identity", "number", "name", "state", *(figure.key for figure in OUTLET_FIGURES)),
    _TOTALS,
)


# ---- readings ------------------------------------------------------------------------------------


def _read_pdus(
    run: Run,
    command: ReadingCommand,
    pdus: Sequence[names.ChosenPdu],
    as_csv: bool = False,
) -> int:
    """Read each PDU once, in the given order. The exit code is that of the first one that failed.

    With --json, Ctrl-C prints the answers that were read before, and the exit code is INTERRUPTED.
    """
    if len(pdus) > 1 and pdus[0].login.settings.get("host", "").strip():
        raise SettingsError((NamedSetting("host"), " replaces HOST, so give one HOST with it"))
    handlers = {name: load(name) for name in dict.fromkeys(pdu.handler for pdu in pdus)}
    readable = [(pdu, handlers[pdu.handler], pdu.data(handlers[pdu.handler])) for pdu in pdus]
    codes: list[int] = []
    documents: list[dict[str, Any]] = []
    output = run.output
    for pdu, handler, data in readable:
        about = {
            "call": command.call,
            "handler": handler.shown,
            "host": pdu.host,
            **name_field(pdu),
        }
        try:
            with show_warnings(output, pdu.where), waiting(f"waiting for {pdu.where}", output):
                reading = read_pdu(handler, data, command.parts)
                for sentence in command.reasons(reading):
                    LOGGER.warning(sentence)
        except KeyboardInterrupt:
            if not output.json or not documents:
                raise
            unread = Interrupted("this PDU and those after it were not read", pdu.host)
            documents.append({**about, "error": describe(unread, run)})
            codes.insert(0, INTERRUPTED)
            break
        except Exception as error:
            if not output.json or len(readable) == 1:
                codes.append(fail(run, error, pdu.name))
            else:
                documents.append({**about, "error": describe(error, run)})
                codes.append(documents[-1]["error"]["exit_code"])
            continue
        answer = command.document(reading)
        documents.append({**about, **answer, "seconds": round(reading.seconds, 3)})
        codes.append(DONE)
        if as_csv:
            _print_csv(pdu.name or pdu.host, answer["outlets"], with_head=codes.count(DONE) == 1)
        elif not output.json:
            print("\n".join(_lines(documents[-1], pdu.where, _totals(command, reading))))
    if output.json and documents:
        print_json(documents if len(readable) > 1 else documents[0])
    return next((code for code in codes if code), DONE)


def name_field(pdu: names.ChosenPdu) -> dict[str, str]:
    """The name of a PDU that was called by it, for JSON."""
    return {"name": pdu.name} if pdu.name else {}


def _print_csv(host: str, outlets: OutletRows, with_head: bool) -> None:
    rows = [["host", *OUTLETS.columns]] if with_head else []
    rows += [[host, *outlet.values()] for outlet in outlets]
    sys.stdout.write(csv_lines(rows))


class _Warnings(logging.Handler):
    """Prints each different warning once for a host, on standard error."""

    def __init__(self, host: str, as_json: bool) -> None:
        super().__init__(logging.WARNING)
        self.host, self.as_json = host, as_json
        self.printed: set[str] = set()

    def emit(self, record: logging.LogRecord) -> None:
        words = printable(record.getMessage())
        if words not in self.printed:
            self.printed.add(words)
            # the reading is worth more than its warning
            with contextlib.suppress(*UNWRITABLE):
                show_status_line("", self.as_json)  # a line of `waiting`
                print(f"warning: {self.host}: {words}", file=sys.stderr)


@contextlib.contextmanager
def show_warnings(output: Output, host: str) -> Iterator[None]:
    """Shows warnings during the block, except with --debug, whose log has them."""
    warnings = _Warnings(host, output.json)
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


def _lines(answer: dict[str, Any], where: str, totals: str) -> Iterable[str]:
    """A call's answer for people: totals, then a table of outlets with the figures that any has."""
    title = f"{answer['call']} of {where} by {answer['handler']}, {answer['seconds']} s"
    yield title + totals
    outlets: OutletRows = answer["outlets"]
    figures = [key for key in _HEADS if any(outlet.get(key) is not None for outlet in outlets)]
    if answer["call"] == "statistic" and not figures:
        yield f"no outlet's energy is {'known' if answer['reasons'] else 'metered'}"
        return
    if not outlets:
        yield f"no outlets{_hint(answer['handler'])}"
        return
    keys = [key for key in outlets[0] if key not in _HEADS or key in figures]
    rows = [
        [_figure(outlet[key]) if key in _HEADS else outlet[key] for key in keys]
        for outlet in outlets
    ]
    lines = tabulate([_HEADS.get(key, key) for key in keys], rows)
    yield lines[0]
    has_colours = takes_colours()
    for outlet, line in zip(outlets, lines[1:]):
        yield (
            click.style(line, fg=_COLOURS[outlet["state"]])
            if has_colours and outlet.get("state") in _COLOURS
            else line
        )
    if any(_NO_FIGURE in row[len(keys) - len(figures) :] for row in rows):
        yield f"{_NO_FIGURE}: not metered, or not known"
    if "state" in outlets[0]:
        yield _count_states([outlet["state"] for outlet in outlets])


def _count_states(words: Sequence[str]) -> str:
    """The sum of a list of states: `24 outlets: 23 on, 1 off`."""
    count_by_word = Counter(words)
    sums = (f"{count_by_word[word]} {word}" for word in _COLOURS if count_by_word[word])
    return f"{counted(len(words), 'outlet')}: {', '.join(sums)}"


def _totals(command: ReadingCommand, reading: Reading) -> str:
    """The totals of a unit for the title; "" for a command without them."""
    parts: list[str] = []
    for field in command.totals:
        value = getattr(reading, field)
        if isinstance(value, NotKnown) and value != NOT_ASKED:
            parts.append(f"{_WORDS[field]} {NOT_KNOWN}")
        elif field != "power_w" or measured(value) is not None:
            parts.append(f"{_WORDS[field]} {figure(measured(value), _UNITS[field])}")
    return f": {', '.join(parts)}" if parts else ""


def _figure(value: Any) -> str:
    return _NO_FIGURE if value is None else figure(value)


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


def _read(
    context: click.Context,
    command: ReadingCommand,
    handler: str,
    host_words: Sequence[str],
    as_csv: bool = False,
) -> int:
    run, alone = run_of(context), len(set(host_words)) == 1
    _refuse_communities(host_words)
    pdus = [
        names.choose_pdu(context, handler, name, alone=alone) for name in dict.fromkeys(host_words)
    ]
    if handler == names.IDENTIFY:
        pdus = [identified(pdu, run.output) for pdu in pdus]
        for pdu in pdus:
            line = pdu.command_line(command.call)
            report(f"note: {pdu.host} is read by the handler {pdu.handler}: {line}")
    return _read_pdus(run, command, pdus, as_csv)


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
def outlets(context: click.Context, handler: str, host: Sequence[str], csv: bool) -> int:
    return _read(context, OUTLETS, handler, host, csv)
