"""`pdu status`, `statistic` and `outlets`: they call a handler as DCImanager does.

A report (`ReadingReport`) says what a command reads of a PDU and how it shows that. A reading
(`Reading`) is what was read of one PDU at once: its outlets, and its figures such as `load_a`. A
figure is a number, None or NotMetered if the PDU does not meter it, or `NotKnown` with the reason
if it cannot be read now. A `FigureRow` says of a figure its key in JSON and its unit in a table;
`row.of(reading)` is this figure of a reading. The handler's method `labels`, numbers and names of
outlets, is an addition of this pack: DCImanager's interface does not have it. `outlets` also reads
what DCImanager does not ask for, such as watts.
"""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import click

from handlers import registry
from handlers.shared.errors import PduHandlerError, SettingsError, printable
from handlers.shared.meter_figures import measured
from pdu_common.snmp_client.process_options import reading_only

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
from ..files.csv_out import csv_lines
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_module import FOREIGN_ERRORS
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
from ..reading.outlet_record import KEYS, TEXTS, outlet_record
from ..reading.parts import (
    NAMES,
    STATES,
    CallError,
    Part,
    Reading,
    labels as labels_part,
    power,
    read_pdu,
    states as states_part,
)
from .identify_advice import with_best_handler

_COLOURS = {states.UP: "green", states.DOWN: "red", states.UNKNOWN: "yellow"}
LOGGER = logging.getLogger(__name__)


# ---- what the commands read, and how it is shown -------------------------------------------------


class ReadingReport(NamedTuple):
    """What a command reads of a PDU, and how it shows a reading. That of `pdu statistic` reads one
    part, the figures with W; its `totals`, figures of the whole PDU, are load, power and energy.
    """

    #: the command
    call: str
    parts: Sequence[Part]
    totals: Sequence[FigureRow] = ()
    #: the names of parts without which there is a reading
    optional: Sequence[str] = (NAMES,)

    def document(self, reading: Reading) -> dict[str, Any]:
        """The reading, as --json prints it.

        >>> from pdu.reading.parts import PolledOutlet
        >>> reading = Reading([PolledOutlet("1", states.UP)], has_states=True, has_labels=True)
        >>> STATUS.document(reading)["outlets"]
        [{'identity': '1', 'state': 'on', 'number': '', 'name': ''}]
        >>> list(STATISTIC.document(reading))
        ['load_a', 'power_w', 'energy_kwh', 'reasons', 'outlets', 'seconds']
        """
        document: dict[str, Any] = {}
        for row in self.totals:
            document[row.key] = measured(row.of(reading))
        document["reasons"] = list(self.reasons(reading))
        document["outlets"] = [outlet_record(self.call, outlet) for outlet in reading.outlets]
        document["seconds"] = round(reading.seconds, 3)
        return document

    @property
    def texts(self) -> Sequence[str]:
        """The keys in JSON of what is shown of an outlet beside its figures.

        >>> STATUS.texts, STATISTIC.texts
        (['identity', 'state', 'number', 'name'], ['identity'])
        """
        return [key for key in KEYS[self.call] if key in TEXTS]

    @property
    def figures(self) -> Sequence[FigureRow]:
        """The figures of an outlet that are shown: those of JSON's keys `current_a`, `power_w` and
        `energy_kwh` for `pdu statistic`, none for `pdu status`.
        """
        return [row for row in OUTLET_FIGURES if row.key in KEYS[self.call]]

    def reasons(self, reading: Reading) -> Iterator[str]:
        """Yields why values that the command shows are missing: the states of all outlets, the
        names, each figure; then what the handler logged, such as why one outlet has no state.

        >>> no_names = Reading(failures={NAMES: CallError("protocol", "the names end early")})
        >>> list(STATUS.reasons(no_names))
        ['no names: the names end early']
        >>> no_states = Reading(failures={STATES: CallError("refused", "no right")})
        >>> list(STATUS.reasons(no_states._replace(warnings=["outlet 3: its state is 7"])))
        ['no states: no right', 'outlet 3: its state is 7']
        """
        if reading.why_no_states:
            yield f"no states: {reading.why_no_states}"
        if NAMES in reading.failures:
            yield f"no names: {reading.failures[NAMES].reason}"
        yield from missing_sentences(reading, self.totals, self.figures)
        yield from reading.warnings

    def lines(self, reading: Reading, where: str, handler: LoadedHandler) -> Iterator[str]:
        """Yields the lines that show a reading to people: a title with the totals, then a table of
        the outlets with those figures that the PDU meters of any. `where`: the PDU, for people.

        statistic of 192.0.2.8 by snmp, 0.41 s: load 3.6 A, power 820 W, energy 933.2 kWh
        identity  A    W   kWh
        1         0.3  69  103.7
        2         -    -   -
        -: not metered
        """
        seconds = round(reading.seconds, 3)
        title = f"{self.call} of {where} by {handler.display_name}, {seconds} s"
        totals = self._total_texts(reading)
        yield f"{title}: {', '.join(totals)}" if totals else title
        figures = self._metered_figures(reading)
        shows_figures_alone = self.texts == ["identity"]
        if shows_figures_alone and not figures:
            yield "no outlet's energy is metered"
        elif not reading.outlets:
            yield f"no outlets{_no_outlets_advice(handler.display_name)}"
        else:
            yield from self._table(reading, figures)

    def _total_texts(self, reading: Reading) -> Sequence[str]:
        """The figures of the PDU as texts for the title: of each total its value, or that it is not
        metered; W is left out where it is not metered. Empty for a command without totals.

        >>> STATISTIC._total_texts(Reading(load_a=3.6))
        ['load 3.6 A', 'energy not metered']
        >>> STATUS._total_texts(Reading(load_a=3.6))
        []
        """
        texts: list[str] = []
        for row in self.totals:
            figure = row.of(reading)
            if row.key == "power_w" and not is_metered(figure):
                continue
            texts.append(f"{row.word} {figure_text(figure, row.unit)}")
        return texts

    def _metered_figures(self, reading: Reading) -> Sequence[FigureRow]:
        """Those of `self.figures`, what the command shows of an outlet, that the PDU meters of at
        least one outlet; the others have no column in the table.

        >>> from handlers.shared.meter_figures import MeterFigures
        >>> from pdu.reading.parts import PolledOutlet
        >>> metered = PolledOutlet("1", states.UP, figures=MeterFigures(current_a=0.5))
        >>> reading = Reading([metered, PolledOutlet("2", states.UP)])
        >>> [row.key for row in STATISTIC._metered_figures(reading)]
        ['current_a']
        """
        rows: list[FigureRow] = []
        for row in self.figures:
            if any(is_metered(row.of(outlet.figures)) for outlet in reading.outlets):
                rows.append(row)
        return rows

    def _table(self, reading: Reading, figures: Sequence[FigureRow]) -> Iterator[str]:
        """Yields the table of outlets with a column for each of `figures`, below it what a cell `-`
        or `?` means, and of a command that shows states how many outlets are in each.

            identity  state  number  name
            1         on     1       web-7
            2         off    2
            2 outlets: 1 on, 1 off
        """
        rows: list[list[str]] = []
        all_figure_cells: set[str] = set()
        for outlet in reading.outlets:
            texts = [TEXTS[key](outlet) for key in self.texts]
            figure_cells = [figure_cell(row.of(outlet.figures)) for row in figures]
            rows.append([*texts, *figure_cells])
            all_figure_cells.update(figure_cells)
        units = [row.unit for row in figures]
        head, *lines = tabulate([*self.texts, *units], rows)
        yield head
        has_states = "state" in self.texts
        is_coloured = has_states and takes_colours()
        for outlet, line in zip(reading.outlets, lines):
            yield click.style(line, fg=_COLOURS[outlet.state]) if is_coloured else line
        for sign, meaning in ABSENT_CELLS.items():
            if sign in all_figure_cells:
                yield f"{sign}: {meaning}"
        if has_states:
            yield _state_counts(reading)


def _state_counts(reading: Reading) -> str:
    """The number of outlets by state.

    >>> from pdu.reading.parts import PolledOutlet
    >>> _state_counts(Reading([PolledOutlet("1", states.UP), PolledOutlet("2", states.DOWN)]))
    '2 outlets: 1 on, 1 off'
    """
    counts: list[str] = []
    for state in _COLOURS:
        count = reading.count(state)
        if count:
            counts.append(f"{count} {states.word(state)}")
    return f"{counted(len(reading.outlets), 'outlet')}: {', '.join(counts)}"


STATUS = ReadingReport(
    call="status",
    parts=(states_part, labels_part),
)
STATISTIC = ReadingReport(
    call="statistic",
    parts=(power,),
    totals=PDU_FIGURES,
)
OUTLETS = ReadingReport(
    call="outlets",
    # labels first: without states, the outlets are in their order
    parts=(states_part, labels_part, power),
    totals=PDU_FIGURES,
    optional=(STATES, NAMES),
)


# ---- readings ------------------------------------------------------------------------------------


class _ReadablePdu(NamedTuple):
    """A PDU of a command line, with its handler and `data`, the argument of make_handler: all that
    a reading needs.
    """

    pdu: names.ChosenPdu
    handler: LoadedHandler
    data: Any


def _read(
    context: click.Context,
    report: ReadingReport,
    handler: str,
    host_words: Sequence[str],
    *,
    as_csv: bool = False,
) -> int:
    """Read each PDU once, in the order of `host_words`, the addresses or names that the user typed,
    and print each when it is read. Returns the exit code, that of the first PDU that failed; after
    Ctrl-C it is INTERRUPTED.

        $ pdu status nut 192.0.2.8 192.0.2.9 --json
        {"call": "status", "handler": "nut", "host": "192.0.2.8", "outlets": [...], ...}
        {"call": "status", "handler": "nut", "host": "192.0.2.9", "error": {"kind": "denied", ...}}
    """
    run = run_of(context)
    codes: list[int] = []
    for readable in _readable_pdus(context, report, handler, host_words):
        pdu = readable.pdu
        about = call_fields(report.call, readable.handler, pdu)
        try:
            reading = _read_pdu(run.output, report, readable)
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
            is_first_row = DONE not in codes
            rows = _csv_rows(report, reading, about, with_head=is_first_row)
            sys.stdout.write(csv_lines(rows))
        else:
            print("\n".join(report.lines(reading, pdu.where, readable.handler)))
        codes.append(DONE)
    return next((code for code in codes if code != DONE), DONE)


def _readable_pdus(
    context: click.Context, report: ReadingReport, handler: str, host_words: Sequence[str]
) -> Sequence[_ReadablePdu]:
    """The PDUs of a command line, ready to be read: each handler is loaded once, and each login
    that is missing is asked for here, before the first reading.

        $ pdu status snmp 192.0.2.8 192.0.2.9
        community of 192.0.2.8:
        community of 192.0.2.9:
    """
    pdus = _chosen_pdus(context, report, handler, host_words)
    # in a loop of its own: a handler that cannot be loaded is told before a login is asked for
    handlers: dict[str, LoadedHandler] = {}
    for pdu in pdus:
        if pdu.handler not in handlers:
            handlers[pdu.handler] = load(pdu.handler)
    readable: list[_ReadablePdu] = []
    for pdu in pdus:
        loaded_handler = handlers[pdu.handler]
        readable.append(_ReadablePdu(pdu, loaded_handler, pdu.data(loaded_handler)))
    return readable


def _csv_rows(
    report: ReadingReport, reading: Reading, about: Mapping[str, str], *, with_head: bool
) -> Sequence[Sequence[object]]:
    """The rows that --csv prints of a PDU: one for each outlet, first of which PDU it is, then its
    values in the order of its keys in JSON. `with_head`: a row with the names of the columns is
    above them. `about`: the fields of the PDU that --json prints first.

    >>> from pdu.reading.parts import PolledOutlet
    >>> about = {"call": "status", "handler": "snmp", "host": "192.0.2.8", "name": "r1-left"}
    >>> web = Reading([PolledOutlet("1", states.UP, number="1", name="web-7")])
    >>> _csv_rows(STATUS, web, about, with_head=False)
    [['r1-left', 'snmp', '192.0.2.8', '1', 'on', '1', 'web-7']]
    >>> _csv_rows(STATUS, web, about, with_head=True)[0]
    ['pdu', 'handler', 'host', 'identity', 'state', 'number', 'name']
    """
    rows: list[Sequence[object]] = []
    if with_head:
        rows.append(["pdu", "handler", "host", *KEYS[report.call]])
    pdu_cells = [about.get("name", ""), about["handler"], about["host"]]
    for outlet in reading.outlets:
        record = outlet_record(report.call, outlet)
        rows.append([*pdu_cells, *record.values()])
    return rows


def _chosen_pdus(
    context: click.Context, report: ReadingReport, handler: str, host_words: Sequence[str]
) -> Sequence[names.ChosenPdu]:
    """The PDUs of a command line, each once. `handler`: IDENTIFY if the user gave none; then the
    one that reads each PDU best is found by asking it, and a note says which.

        $ pdu status 192.0.2.8
        note: 192.0.2.8 is read by the handler snmp: pdu status snmp 192.0.2.8
    """
    _refuse_communities(host_words)
    hosts = list(dict.fromkeys(host_words))
    is_only = len(hosts) == 1
    pdus = [names.choose_pdu(context, handler, host, is_only_pdu=is_only) for host in hosts]
    if handler != names.IDENTIFY:
        return pdus
    # notes follow when all are identified: a PDU that no handler reads ends the command
    pdus = [with_best_handler(pdu, run_of(context).output) for pdu in pdus]
    for pdu in pdus:
        line = pdu.command_line(report.call)
        print_note(f"note: {pdu.host} is read by the handler {pdu.handler}: {line}")
    return pdus


def _print_error(run: Run, error: BaseException, about: Mapping[str, Any], pdu_name: str) -> int:
    """Print why a PDU was not read, and return the exit code: `unreachable: 192.0.2.8: status: no
    answer` on standard error; with --json `{"call": "status", ..., "error": {"kind": "unreachable",
    ...}}`.
    """
    if not run.output.json:
        return fail(run, error, pdu_name)
    description = describe(error, run)
    print_json_line({**about, "error": description})
    return int(description["exit_code"])


def _read_pdu(output: Output, report: ReadingReport, readable: _ReadablePdu) -> Reading:
    """The reading of one PDU for a command. Why values of it are missing is logged as warnings,
    which are shown. Raises the error of the states if no outlet is known without them.

        states    labels     reading
        1, 2      1 web      1 web, 2
        error     1 web      1 web, its state UNKNOWN, and a warning (`pdu outlets` alone)
        error     none       the error of the states is raised
    """
    where = readable.pdu.where
    # a handler of others might write while it reads
    with reading_only(), show_warnings(output, where), waiting(f"waiting for {where}", output):
        reading = read_pdu(readable.handler, readable.data, report.parts, optional=report.optional)
        states_failure = reading.failures.get(STATES)
        if states_failure is not None and not reading.outlets:
            raise _status_error(states_failure, readable.pdu.place)
        for sentence in report.reasons(reading):
            if sentence not in reading.warnings:  # else it is logged already
                LOGGER.warning(sentence)
    return reading


def _status_error(failure: CallError, host: str) -> PduHandlerError:
    """The failure of the states, as the error that ends the reading of the PDU `host`.

    >>> error = _status_error(CallError("unreachable", "no answer"), "192.0.2.8")
    >>> error.kind, str(error)
    ('unreachable', '192.0.2.8: status: no answer')
    """
    error = PduHandlerError(failure.reason, host, "status")
    error.kind = failure.kind
    return error


def call_fields(call: str, handler: LoadedHandler, pdu: names.ChosenPdu) -> dict[str, Any]:
    """What --json prints first of a call: `{"call": "status", "handler": "snmp", "host":
    "192.0.2.8", "name": "r1-left"}`; no `name` of a PDU that was called by its address.
    """
    fields = {"call": call, "handler": handler.display_name, "host": pdu.place}
    if pdu.name:
        fields["name"] = pdu.name
    return fields


class ShownWarnings(logging.Handler):
    """A handler of Python's `logging` that prints each warning once, on standard error: `warning:
    192.0.2.8: no states: no answer`. `_host` is the PDU that is being read, `_texts` the warnings
    that were printed, `_as_json` whether --json was given.
    """

    def __init__(self, host: str, *, as_json: bool) -> None:
        super().__init__(logging.WARNING)
        self._host, self._as_json = host, as_json
        self._texts: list[str] = []
        self.addFilter(hide_secrets)

    def emit(self, record: logging.LogRecord) -> None:
        """Print a record, if the same text was not printed before."""
        text = printable(record.getMessage())
        if text in self._texts:
            return
        self._texts.append(text)
        # the reading is worth more than its warning
        with contextlib.suppress(*UNWRITABLE):
            show_status_line("", is_quiet=self._as_json)  # a line of `waiting`
            print(f"warning: {self._host}: {text}", file=sys.stderr)


@contextlib.contextmanager
def show_warnings(output: Output, host: str) -> Iterator[None]:
    """Shows the warnings that are logged during the block, on standard error: `warning: 192.0.2.8:
    no states: no answer`. With --debug it shows none, because the whole log is shown there.
    """
    warnings = ShownWarnings(host, as_json=output.json)
    if not output.debug:
        logging.getLogger().addHandler(warnings)
    try:
        yield
    finally:
        logging.getLogger().removeHandler(warnings)


def _no_outlets_advice(handler: str) -> str:
    """Advice for a device that shows no outlets: the setting that may make the handler list some;
    "" if none is known.

    >>> _no_outlets_advice("nut")
    '; -s whole_load=yes lists the port `load` for a UPS that can switch its whole load'
    >>> _no_outlets_advice("netio"), _no_outlets_advice("mine.py")
    ('', '')
    """
    if not registry.is_handler(handler):
        return ""
    key, value, what_it_lists = registry.about(handler).no_outlets_hint
    if not key:
        return ""
    return f"; {spelled(key, value)} {what_it_lists}"


# ---- the commands --------------------------------------------------------------------------------


_ARGUMENTS_HELP = arguments_help("HANDLER", "HOST", "NAME")
_LOGIN_HELP = """\
\b
A community or password is asked for, unless a variable has it:
  read -rs PDU_COMMUNITY; export PDU_COMMUNITY; pdu status snmp 192.0.2.8"""


def _refuse_communities(host_words: Sequence[str]) -> None:
    """Raise SettingsError for a community that stands where a further host is expected: it would be
    asked of the name server.

    >>> _refuse_communities(["192.0.2.8", "192.0.2.9"])
    >>> _refuse_communities(["192.0.2.8", "public"])  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: a community stands where a further host is expected: ...
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
    """The click command `function` with what all commands have that read PDUs: the arguments
    HANDLER HOST..., and the options of the list, of the login and of the output.
    """
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
