"""The start and end of a program: any text can be printed, and an output that cannot be written
causes no traceback. A stream is one of standard input, standard output and standard error.
"""

from __future__ import annotations

import io
import logging
import os
import sys
from typing import Callable, Optional, TextIO

from .exit_codes import INTERRUPTED, READER_GONE, code_of


class OutputError(Exception):
    """Standard output or standard error cannot be written. Its text is the system's reason, such as
    `No space left on device`.
    """


# `dependencies` in pyproject.toml
_REQUIRED = ("click", "pysnmp", "pyasn1", "requests", "tomli", "urllib3")
_MISSING = """the Python package {name}, which pdu always needs, is missing: in a clone of this
project, install the command with its packages (pipx install --force .)"""


def missing_package_advice(error: ModuleNotFoundError) -> str:
    """What to do about a missing package that `pdu` always needs; "" for any other, because at PyPI
    anybody may own a package of its name.

    >>> advice = missing_package_advice(ModuleNotFoundError(name="pysnmp.hlapi"))
    >>> advice.partition(",")[0], advice.count("pysnmp")
    ('the Python package pysnmp', 1)
    >>> missing_package_advice(ModuleNotFoundError(name="my_pdu"))
    ''
    >>> missing_package_advice(ModuleNotFoundError())
    ''
    """
    package = (error.name or "").partition(".")[0]
    if package not in _REQUIRED:
        return ""
    return _MISSING.format(name=package).replace("\n", " ")


# what a print raises if its stream cannot be written
UNWRITABLE = (BrokenPipeError, OutputError)


def run(main: Callable[[], int]) -> int:
    """Runs `main`, the whole program, and returns the exit code of the process.

        main returns 3                      3
        Ctrl-C that main does not handle    130, and "interrupted" on standard error
        `... | head` has closed the pipe    141, and nothing is printed
        the disk of the output is full      2, and "settings: the standard output cannot be ..."
        standard output is closed (`>&-`)   2, the same, if something was printed to it

    SIGPIPE stays ignored: it would also end the program when a device closes its connection. Other
    closed streams are replaced, and characters that the terminal's encoding lacks are printed as
    escapes: neither may fail a command that has already switched a device.
    """
    _replace_closed_streams()
    _translate_errors(sys.stdout)
    _translate_errors(sys.stderr)
    # a call to a device must not fail because a log cannot be written
    logging.raiseExceptions = False
    try:
        try:
            if isinstance(sys.stdout, io.TextIOWrapper):
                # by lines: in one file, those of both outputs have the order of their printing
                sys.stdout.reconfigure(errors="backslashreplace", line_buffering=True)
            return main()
        finally:  # also runs after --help, which raises SystemExit
            sys.stdout.flush()
    except KeyboardInterrupt:
        _report("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        discard(sys.stdout)
        return READER_GONE
    except OutputError as error:
        discard(sys.stdout)
        _report(f"settings: the standard output cannot be written: {error}")
        return code_of("settings")
    finally:
        try:
            sys.stderr.flush()
        except UNWRITABLE:
            discard(sys.stderr)


def _replace_closed_streams() -> None:
    """Put /dev/null in the place of each stream that the process was started without. Standard
    output is opened for reading alone, so that a command whose answer would be lost fails.

    pdu status r1 >&-     settings: the standard output cannot be written: Bad file descriptor
    pdu status r1 2>&-    the states; warnings go nowhere
    """
    for name, mode, flags in (
        ("stdin", "r", os.O_RDONLY),
        ("stdout", "w", os.O_RDONLY),
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, flags)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8"))


def _report(words: str) -> None:
    """Print these words on standard error, if it can be written."""
    try:
        print(words, file=sys.stderr)
    except UNWRITABLE:  # such as a full disk that both outputs go to
        discard(sys.stderr)


def _translate_errors(stream: TextIO) -> None:
    """Let the stream raise OutputError in place of an OSError that writing its file raises, such as
    that of a full disk: an OSError elsewhere is a defect. BrokenPipeError stays.
    """
    buffer = getattr(stream, "buffer", None)
    # `buffer` itself is the file if Python does not buffer
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO):
        return
    write = raw.write

    def write_or_raise(data: bytes) -> Optional[int]:
        try:
            return write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.strerror) from None

    setattr(raw, "write", write_or_raise)


def discard(stream: TextIO) -> None:
    """Let what the stream has buffered, and what is printed to it later, go to /dev/null."""
    # Python flushes the rest when it exits, and would end with 120 if it could not
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
