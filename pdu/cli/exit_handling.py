"""The start and end of a program: any text can be printed, and a failed output
causes no traceback.
"""

from __future__ import annotations

import functools
import io
import logging
import os
import sys
from contextlib import suppress
from typing import Callable, Optional, TextIO

from .exit_codes import INTERRUPTED, READER_GONE, code_of


class OutputError(Exception):
    """Standard output or standard error cannot be written.

    The text is the system's reason, such as a full disk.
    """


# `dependencies` in pyproject.toml
_REQUIRED = ("click", "pysnmp", "pyasn1", "tomli")
_MISSING = """the Python package {name}, which pdu always needs, is missing: in a clone of this
project, install the command with its packages (pipx install --force .)"""


def missing_package_advice(error: ModuleNotFoundError) -> str:
    """What to do about a missing package; '' unless `pdu` requires it.

    Anybody may own the name of another module at PyPI.
    """
    package = (error.name or "").partition(".")[0]
    return _MISSING.format(name=package).replace("\n", " ") if package in _REQUIRED else ""


# what a print raises if its stream cannot be written
UNWRITABLE = (BrokenPipeError, OutputError)


def run(main: Callable[[], int]) -> int:
    """Runs `main` and returns its exit code.

    Ctrl-C prints "interrupted" and returns INTERRUPTED, unless `main` handles it. If the reader of
    the output has closed the pipe (`... | head`), it returns READER_GONE and prints nothing.
    SIGPIPE stays ignored: it would also end the program when a device closes its connection. An
    output that cannot be written (a full disk) is an error of the kind `settings`, like a file that
    cannot be written; so is a closed standard output (`>&-`) to which something is printed. Other
    closed streams are replaced, and characters that the terminal's encoding lacks are printed as
    escapes: neither may fail a command that has already switched a device.
    """
    # a descriptor that can only be read: each write to standard output fails
    for name, mode, flags in (
        ("stdin", "r", os.O_RDONLY),
        ("stdout", "w", os.O_RDONLY),
        ("stderr", "w", os.O_WRONLY),
    ):
        if getattr(sys, name) is None:
            descriptor = os.open(os.devnull, flags)
            setattr(sys, name, open(descriptor, mode, encoding="utf-8"))
    _call_before_each_write(sys.stdout, lambda: None)
    # In one file, lines of both outputs have the order in which they were printed.
    _call_before_each_write(sys.stderr, functools.partial(_flush, sys.stdout))
    # a call to a device must not fail because a log cannot be written
    logging.raiseExceptions = False
    try:
        try:
            if isinstance(sys.stdout, io.TextIOWrapper):
                # writes what was printed before, too
                sys.stdout.reconfigure(errors="backslashreplace")
            return main()
        finally:  # also runs after --help, which raises SystemExit
            sys.stdout.flush()
    except KeyboardInterrupt:
        _report("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        _discard(sys.stdout)
        return READER_GONE
    except OutputError as error:
        _discard(sys.stdout)
        _report(
            f"settings: the standard output cannot be written ({error}); the command itself may"
            " have been carried out"
        )
        return code_of("settings")
    finally:
        try:
            sys.stderr.flush()
        except UNWRITABLE:
            _discard(sys.stderr)


def _report(words: str) -> None:
    """Print on standard error, if it can be written."""
    try:
        print(words, file=sys.stderr)
    except UNWRITABLE:  # such as a full disk that both outputs go to
        _discard(sys.stderr)


def _flush(stdout: TextIO) -> None:
    """Write what was printed. A failure is raised again by the flush at the end. The stream itself:
    a command may have put standard error into the place of `sys.stdout`.
    """
    with suppress(*UNWRITABLE):
        stdout.flush()


def _call_before_each_write(stream: TextIO, action: Callable[[], None]) -> None:
    """Run `action` before each write to the stream's file, and turn its OSErrors into OutputError,
    except BrokenPipeError: a full disk is not a defect.
    """
    buffer = getattr(stream, "buffer", None)
    # `buffer` itself is the file if Python does not buffer
    raw = getattr(buffer, "raw", buffer)
    if not isinstance(raw, io.FileIO):
        return
    write = raw.write

    def write_or_raise(data: bytes) -> Optional[int]:
        action()
        try:
            return write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            raise OutputError(error.strerror) from None

    setattr(raw, "write", write_or_raise)


def _discard(stream: TextIO) -> None:
    # Python flushes the rest when it exits, and would end with 120 if it could not
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
