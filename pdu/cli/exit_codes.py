"""The table of exit codes of `pdu`, by outcome and kind of error.

The text `kind` of an error selects the code (handlers/shared/errors.py). Its class cannot, because
an archive has its own classes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Mapping
from typing import NamedTuple

DONE = 0
DEFECT = 1
WRONG = 2
NOT_SEEN = 9
NOT_CONFIRMED = 12
INTERRUPTED = 130
READER_GONE = 141
WIDTH = 76  # the help of a command indents its lines by 2 characters


class Exit(NamedTuple):
    """One exit code, the kinds of error that have it, and what it means: `Exit(7,
    ("no-such-outlet",), "no such outlet")`.
    """

    code: int
    kinds: tuple[str, ...]
    meaning: str


EXITS = (
    Exit(DONE, (), "done"),
    Exit(
        DEFECT,
        ("defect",),
        "a defect of this program or of the archive: run again with --debug and report what it"
        " prints",
    ),
    Exit(
        WRONG,
        ("usage", "settings"),
        "wrong arguments or settings, a file that cannot be read or written, an output that "
        "cannot be written, a missing package, a Python that is too old",
    ),
    Exit(
        3, ("unreachable",), "no usable answer from the device, or its certificate is not trusted"
    ),
    Exit(4, ("denied",), "the login was refused, or the account lacks a right"),
    Exit(5, ("protocol",), "an answer that is invalid, incomplete or too long"),
    Exit(6, ("refused",), "the device refused the request"),
    Exit(7, ("no-such-outlet",), "no such outlet"),
    Exit(8, ("unsupported",), "the device, the outlet or the handler does not support this"),
    Exit(
        NOT_SEEN,
        ("not-seen", "not-proven"),
        "the wanted result was not seen, such as an outlet's new state",
    ),
    Exit(10, ("data-stale",), "NUT: the driver has no up-to-date data"),
    Exit(11, ("driver-not-connected",), "NUT: the driver does not run, or has not reported yet"),
    Exit(NOT_CONFIRMED, ("not-confirmed",), "the change was not confirmed, so it was not made"),
    Exit(
        13,
        ("locked",),
        "another program has held a file or folder for 10 s that this one would change",
    ),
    Exit(
        INTERRUPTED,
        ("interrupted",),
        "interrupted by Ctrl-C; some commands also by SIGTERM, SIGQUIT or SIGHUP",
    ),
    Exit(READER_GONE, (), "the reader of the output closed the pipe"),
)
_OTHER_CODES = "pdu check and pdu handler check have codes of their own: --help"
_CODES: Mapping[str, int] = {kind: row.code for row in EXITS for kind in row.kinds}


def code_of(kind: str) -> int:
    """The exit code for a kind of error; a kind that is not in the table is a defect.

    >>> code_of("unreachable"), code_of("of another archive")
    (3, 1)
    """
    return _CODES.get(kind, DEFECT)


def table() -> str:
    """The text of `pdu help exit-codes`: each code, the kinds of errors that have it, and what it
    means, in lines of at most WIDTH characters.

    >>> table().splitlines()[0]
    '    0  done'
    """
    paragraphs: list[str] = []
    for row in EXITS:
        code = f"  {row.code:>3}  "
        indent = len(code) * " "
        kinds = f"{', '.join(row.kinds)}: " if row.kinds else ""
        text = kinds + row.meaning
        paragraph = textwrap.fill(text, WIDTH, initial_indent=code, subsequent_indent=indent)
        paragraphs.append(paragraph)
    paragraphs.append(_OTHER_CODES)
    return "\n".join(paragraphs)
