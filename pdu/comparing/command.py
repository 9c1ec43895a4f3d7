"""`pdu compare`: two handlers read one PDU, as DCImanager would, and what differs is shown."""

from __future__ import annotations

import contextlib
import datetime
import os
import re
import stat
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Callable, NamedTuple, Optional, Union

import click

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError, printable
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.process_options import reading_only

from ..cli.error_output import describe
from ..cli.exit_codes import DONE, NOT_SEEN
from ..cli.groups import Subcommand
from ..cli.options import TEXT, NumberRange, Run, output_options, pass_run
from ..cli.output import counted, print_json_line, waiting
from ..cli.shared_options import out_option
from ..cli.terminal_lines import print_text
from ..loading.handler_archives import BadArchive
from ..loading.handler_loading import LoadedHandler, load
from ..loading.handler_paths import is_handler_there
from ..loading.handler_renaming import renamed_archive
from ..loading.handler_source import read_handler
from ..loading.open_handler import HandlerTools
from ..network import hosts
from ..pdu_list import form
from ..pdu_list.device_arguments import arguments_help
from ..pdu_list.login_options import Login, login_options, pass_login
from .readings import Comparison, HandlerReading, comparison

_MOST_MINUTES = 24 * 60.0
# of a file of comparisons: time, host and handlers
_FILE_BEGIN = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00 \S+ [^\n]+: ")
_LONGEST_BEGIN = 10_000  # bytes
_SECOND = "_second"  # of the directory of a second handler of the same name
_HELP = f"""\
Read one PDU with two handlers, as DCImanager would, and show what differs: outlets, states, load
and energy. The first may be DCImanager's own or anybody's, the second one of this pack: it is the
argument for a migration, or against it.

Only status and statistic are called, and over SNMP every write is refused; what another handler
sends over HTTP while it reads is its own. The first handler reads before and after the second one:
what changes meanwhile is no difference, what it loses is one. A load may differ by a tenth, an
energy by a hundredth; "agree within 0.2 A" or "1 kWh" says that small figures differ by more.

{arguments_help("HANDLER", "HOST")}

Exit code: 0 if they agree, 9 if they differ at any time; the code of its error if neither reads
the PDU, which with --every is a difference. Ctrl-C ends --every with the code of what was seen.
"""


class _Side(NamedTuple):
    """One of the two handlers, with the PDU that it reads."""

    shown: str
    tools: HandlerTools
    data: Union[PduData, PduSnmpData]


@click.command(
    "compare",
    cls=Subcommand,
    examples=(
        "pdu compare pdu_common/handlers/apc.py snmp 192.0.2.8",
        "pdu compare old.tar.gz snmp 192.0.2.8 --every 5 --out week.txt",
    ),
    help=_HELP,
)
@click.argument("first", metavar="HANDLER", type=TEXT)
@click.argument("second", metavar="HANDLER", type=TEXT)
@click.argument("host", type=TEXT)
@click.option(
    "--every",
    metavar="MINUTES",
    type=NumberRange(0.01, _MOST_MINUTES),
    help="again and again, until Ctrl-C",
)
@out_option(help="add a line of each comparison to this file")
@login_options
@output_options
@pass_login
@pass_run
def compare(
    run: Run,
    login: Login,
    first: str,
    second: str,
    host: str,
    every: Optional[float],
    out: Optional[str],
) -> int:
    """See `_HELP`."""
    address = hosts.parse_argument(host)
    # a secret that is typed is asked for once
    login = replace(login, typed_secrets={})
    comparison_count = difference_count = 0
    # Ctrl-C ends what is repeated
    interrupts = contextlib.suppress(KeyboardInterrupt) if every else contextlib.nullcontext()
    with tempfile.TemporaryDirectory(prefix="pdu-compare-") as name, reading_only():
        handlers = _loaded_pair(first, second, Path(name))
        sides = [_side(handler, address, login) for handler in handlers]
        with _line_file(out) as add_line, interrupts:
            while True:
                with waiting(f"reading {address} with both handlers", run.output):
                    result = _comparison(sides, run, is_repeated=bool(every))
                comparison_count += 1
                if result.differences:
                    difference_count += 1
                _print_comparison(run, sides, address, result, add_line)
                if every is None:
                    break
                time.sleep(60.0 * every)
    if comparison_count > 1 and not run.output.json:
        comparisons = counted(comparison_count, "comparison")
        print_text(f"{comparisons}, {difference_count} with differences")
    return NOT_SEEN if difference_count or not comparison_count else DONE


# ---- the two handlers ----------------------------------------------------------------------------


def _loaded_pair(first: str, second: str, folder: Path) -> Iterator[LoadedHandler]:
    """Both handlers. Two of one name, such as two versions, are loaded under two names. Raises
    SettingsError.
    """
    yield load(first)
    if _are_namesakes(first, second):
        yield _renamed_handler(first, second, folder)
    else:
        yield load(second)


def _are_namesakes(first: str, second: str) -> bool:
    """Whether two files, folders or archives have handlers in directories of one name."""
    if first == second or not is_handler_there(first) or not is_handler_there(second):
        return False
    return read_handler(first).archive.top == read_handler(second).archive.top


def _renamed_handler(first: str, second: str, folder: Path) -> LoadedHandler:
    """The second handler in a directory of another name than the first one's."""
    source = read_handler(second)
    top = source.archive.top
    new_top = f"{top}{_SECOND}"
    try:
        data = renamed_archive(source.archive, new_top)
    except BadArchive as error:
        raise SettingsError(
            f"{first} and {second} are both {top}, and the second cannot be loaded under another"
            f" name: {error}"
        ) from None
    path = folder / f"{new_top}.tar.gz"
    path.write_bytes(data)
    import_path = f"{new_top}{source.import_path.removeprefix(top)}"
    handler = load(f"{path}:{import_path}")
    return handler._replace(display_name=Path(source.path).name)


def _side(handler: LoadedHandler, address: Address, login: Login) -> _Side:
    """A handler with the settings that it takes. Raises SettingsError."""
    own_login = login
    if handler.settings:
        keys = form.setting_keys(handler)
        secret_files = {key: path for key, path in login.secret_files.items() if key in keys}
        settings = form.settings_for_handler(handler, login)
        own_login = replace(login, settings=settings, secret_files=secret_files)
    data = form.pdu_data(handler, address, own_login)
    return _Side(handler.display_name, HandlerTools(handler), data)


# ---- one comparison ------------------------------------------------------------------------------


def _comparison(sides: Sequence[_Side], run: Run, *, is_repeated: bool) -> Comparison:
    """Where the two differ now. If neither reads the PDU, raises the error of the first handler, or
    of repeated comparisons returns both errors: one failure ends no week.
    """
    first_side, second_side = sides
    before = _reading(first_side, run)
    second = _reading(second_side, run)
    after = _reading(first_side, run)
    if second.exception is not None and not is_repeated:
        if before.exception is not None:
            raise before.exception
        if after.exception is not None:
            raise second.exception
    return comparison(before, second, after)


def _reading(side: _Side, run: Run) -> HandlerReading:
    """What a handler says, by an object of its own for each call."""
    try:
        states = dict(side.tools.four_methods(side.data).states())
    except Exception as error:
        return HandlerReading(error=_words_of(error, run), exception=error)
    try:
        figures = side.tools.four_methods(side.data).figures()
    except Exception as error:
        return HandlerReading(states, figure_error=_words_of(error, run))
    return HandlerReading(states, figures)


def _words_of(error: Exception, run: Run) -> str:
    """The kind and the reason of an error."""
    description = describe(error, run)
    return f"{description['kind']}: {description['reason']}"


def _print_comparison(
    run: Run,
    sides: Sequence[_Side],
    address: Address,
    result: Comparison,
    add_line: Callable[[str], None],
) -> None:
    """Add one comparison to the file, and print it."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds")
    names = [side.shown for side in sides]
    shown_names = " | ".join(names)
    lines = [printable(str(difference)) for difference in result.differences]
    add_line(f"{now} {address} {shown_names}: {'; '.join(lines) or result.result}\n")
    if run.output.json:
        document = {
            "at": now,
            "host": str(address),
            "handlers": names,
            "differences": [difference._asdict() for difference in result.differences],
            "allowances": list(result.allowances),
        }
        print_json_line(document)
        return
    print_text(f"{now} {address}: {shown_names} {result.result}")
    for line in lines:
        print_text(f"    {line}")


@contextlib.contextmanager
def _line_file(path: Optional[str]) -> Iterator[Callable[[str], None]]:
    """A function that adds a line to the file, which is opened before anything is read. Raises
    SettingsError, also for another file than a new or empty one or one of comparisons.
    """
    if not path:
        yield lambda _: None
        return

    def add_line(line: str) -> None:
        try:
            file.write(line.encode("utf-8", "backslashreplace"))
        except OSError as error:
            raise SettingsError(f"{path} cannot be written ({error.strerror})") from None

    try:
        # without a buffer: each line is there before it is printed
        file = open(path, "a+b", buffering=0)
    except (OSError, ValueError) as error:  # ValueError: a path with NUL
        words = getattr(error, "strerror", error)
        raise SettingsError(f"{path!r} cannot be written ({words})") from None
    with file:
        begin = b""
        # a terminal, a pipe or a device such as /dev/full is written to alone
        if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            file.seek(0)
            begin = file.read(_LONGEST_BEGIN)
        if begin and not _FILE_BEGIN.match(begin):
            raise SettingsError(
                f"{path} is not added to, because it has other lines than comparisons: give"
                " another --out"
            )
        yield add_line
