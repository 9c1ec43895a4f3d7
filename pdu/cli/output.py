"""Results and their form: tables and figures for people, JSON for programs."""

from __future__ import annotations

import contextlib
import enum
import json
import os
import sys
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager
from typing import Any, NamedTuple, Optional

import click

from handlers.shared.errors import printable

from .exit_codes import DONE
from .options import Output

_CELL = 200  # limit for a cell, in characters
_LINE = 78  # limit for a line of progress, in characters
NOT_METERED, NOT_KNOWN = "not metered", "not known"
_DECIMALS = 3  # limit for the decimal places of a figure


class Result(NamedTuple):
    """The result of a command: `data` is what --json prints, None for the same as people see;
    `lines` are what people see, and `raw`, if not empty, is what they see in their place; `note` is
    advice, or why the result is not the wanted one, on standard error and not with --json.
    """

    data: object
    lines: Sequence[str]
    exit_code: int = DONE
    #: of a device; a terminal shows its unprintable characters as escapes
    raw: bytes = b""
    note: str = ""
    #: whether `lines` are the text of a file, which a terminal shows as it is
    is_file_text: bool = False


@contextlib.contextmanager
def printing_to_stderr() -> Iterator[None]:
    """A block in which prints go to standard error. Anybody's handler may print, and standard
    output has the command's answer alone. In another thread than the main one it does nothing,
    because all threads share one `sys.stdout`.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    with contextlib.redirect_stdout(sys.stderr):
        yield


def print_result(result: Result, *, as_json: bool) -> int:
    """Print the result, then its note, and return its exit code. The note is printed even if
    standard output cannot be written.
    """
    try:
        _print_answer(result, as_json=as_json)
    finally:
        if result.note and not as_json:
            print(result.note, file=sys.stderr)
    return result.exit_code


def _print_answer(result: Result, *, as_json: bool) -> None:
    """Print the result on standard output: its data as JSON, its raw bytes, or its lines."""
    if as_json and result.data is not None:
        print_json(result.data)
    elif result.raw and sys.stdout.isatty():
        print(_safe_for_terminal(result.raw))
    elif result.raw:
        sys.stdout.buffer.write(result.raw)
        sys.stdout.buffer.flush()
    elif result.lines or result.is_file_text:
        print("\n".join(result.lines))


def _safe_for_terminal(raw: bytes) -> str:
    r"""The text that a device sent, with its control characters, which a terminal would obey,
    written as escapes.

    >>> print(_safe_for_terminal(b"outlet 1 on\r\n\x1b[2Joutlet 2 off\r\n"))
    outlet 1 on
    \x1b[2Joutlet 2 off
    """
    text = raw.decode("utf-8", "surrogateescape")
    lines = text.replace("\r\n", "\n").rstrip("\n").split("\n")
    # an escape has at most 10 characters
    return "\n".join(printable(line, 10 * len(line)) for line in lines)


def print_json(data: object) -> None:
    """Print one JSON document on standard output."""
    print(json.dumps(data, indent=1))


def print_json_line(data: object) -> None:
    """Print a JSON document as one line, so that several follow each other (JSON Lines)."""
    print(json.dumps(data), flush=True)


def tabulate(
    head: Sequence[str],
    rows: Sequence[Sequence[object]],
    right: Collection[int] = (),
    limit: int = _CELL,
) -> list[str]:
    r"""The lines of a table: the head, unless it is empty, then the rows, in aligned columns.
    `right`: the numbers, from 0, of the columns that are aligned right. `limit`: a longer cell is
    cut, in characters.

    >>> print("\n".join(tabulate(["outlet", "A"], [("1", 0.5), ("12", None)], right=[1])))
    outlet    A
    1       0.5
    12
    """
    table: list[list[str]] = []
    if head:
        table.append(list(head))
    for row in rows:
        table.append([text(cell, limit) for cell in row])
    widths = [max(map(len, column)) for column in zip(*table)]
    lines: list[str] = []
    for cells in table:
        aligned_cells: list[str] = []
        for column, (cell, width) in enumerate(zip(cells, widths)):
            aligned_cell = cell.rjust(width) if column in right else cell.ljust(width)
            aligned_cells.append(aligned_cell)
        line = "  ".join(aligned_cells)
        lines.append(line.rstrip())
    return lines


def text(value: object, limit: int = _CELL) -> str:
    r"""A value as text for people: "" for None, yes or no for a boolean, a rounded number, the name
    of an enumeration's member in small letters, else its text without control characters, cut at
    `limit` characters.

    >>> text(None), text(True), text(2.50), text("Web\n1")
    ('', 'yes', '2.5', 'Web\\n1')
    >>> text(1234567.25), text(-0.0)
    ('1234567.2', '0')
    """
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        value += 0.0  # -0.0 becomes 0.0
        # keeps all integer digits of a large counter
        return f"{value:.6g}" if abs(value) < 100_000 else f"{value:.1f}"
    if isinstance(value, enum.Enum):
        return value.name.lower().replace("_", " ")
    return printable(str(value), limit)


def figure_or_none(view: object, name: str) -> Optional[float]:
    """The figure in the field `name` of a view that a handler returned; None if the handler did not
    set it, so that it is still the very object that is the default of the class.

    >>> from pdu_common.helper import PduPortStatisticView
    >>> figure_or_none(PduPortStatisticView("1", float("0")), "consumption")
    0.0
    >>> figure_or_none(PduPortStatisticView("1"), "consumption") is None
    True
    """
    value: float = getattr(view, name)
    usual_value = getattr(type(view), name, None)
    return None if value is usual_value else value


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun, in the plural where it needs that.

    >>> counted(1, "PDU"), counted(2, "PDU"), counted(0, "entry", "entries")
    ('1 PDU', '2 PDUs', '0 entries')
    """
    if number == 1:
        return f"1 {noun}"
    return f"{number} {plural or f'{noun}s'}"


def figure(value: Optional[float], unit: str = "") -> str:
    """A measured number as text, rounded to 3 decimal places, with its unit; `not metered` for
    None.

    >>> figure(1.00091, "A"), figure(12_345_678.9, "kWh"), figure(None, "A")
    ('1.001 A', '12345678.9 kWh', 'not metered')
    >>> figure(-0.0001, "W"), figure(-0.1, "W")
    ('0 W', '-0.1 W')
    """
    if value is None:
        return NOT_METERED
    # + 0.0: -0.0 becomes 0
    number = f"{round(value, _DECIMALS) + 0.0:.{_DECIMALS}f}".rstrip("0").rstrip(".")
    return f"{number} {unit}".rstrip()


def takes_colours() -> bool:
    """Whether standard output is a terminal whose user wants colours (no-color.org)."""
    return sys.stdout.isatty() and not os.environ.get("NO_COLOR")


def progress(length: int, label: str, **attributes: Any) -> AbstractContextManager[Any]:
    """A block with a progress bar of `length` steps on standard error, which yields the bar; None
    if that is no terminal.

    reading  [#########---------------------------]   25%  00:00:12
    """
    if not sys.stderr.isatty():
        return contextlib.nullcontext()
    bar: AbstractContextManager[Any] = click.progressbar(
        length=length, label=label, file=sys.stderr, **attributes
    )
    return bar


@contextlib.contextmanager
def waiting(doing: str, output: Output) -> Iterator[None]:
    """A block during which a terminal shows `doing`, such as `waiting for 192.0.2.8`, in a line
    that is cleared at the end of the block. With --json or --debug, and without a terminal, nothing
    is shown.
    """
    is_quiet = output.json or output.debug
    show_status_line(printable(doing), is_quiet=is_quiet)
    try:
        yield
    finally:
        show_status_line("", is_quiet=is_quiet)


def report(line: str) -> None:
    """Print a note on standard error, in one line without control characters. Raises nothing: if
    standard error cannot be written, the note is lost and the command goes on.
    """
    # OutputError of exit_handling is one of what a stream raises then
    with contextlib.suppress(Exception):
        print(printable(line), file=sys.stderr, flush=True)


def show_status_line(line: str, *, is_quiet: bool = False) -> None:
    """Show a line on a terminal's standard error, until the next one replaces it; "" clears it. It
    is cut at the width of the terminal. Nothing is shown if `is_quiet`, and without a terminal.
    """
    if is_quiet or not sys.stderr.isatty():
        return
    width = _LINE
    # a longer line would wrap, and the next one would not replace it
    with contextlib.suppress(OSError, ValueError):
        columns = os.get_terminal_size(sys.stderr.fileno()).columns
        width = min(_LINE, columns - 1)
    if width <= 0:  # some terminals report 0 columns
        width = _LINE
    padded_line = line[:width].ljust(width)
    # the work that it tells of goes on without a terminal
    with contextlib.suppress(Exception):
        print(f"\r{padded_line}\r", end="", file=sys.stderr, flush=True)
