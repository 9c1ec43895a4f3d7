"""Fails tests in which a secret of the simulators (PLAIN) appears.

Searches, in plain text, base64 and URL encoding:

- what the test printed and logged; the project's own loggers at level DEBUG
- the output of programs run with `subprocess.run` or `communicate`
- the texts of PduHandlerErrors
- the arguments of programs started with `subprocess`
- files of up to 8 MB that the project's own code wrote in this process and did not delete
"""

from __future__ import annotations

import base64
import functools
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Callable
from urllib.parse import quote

import pytest

from handlers.shared.errors import PduHandlerError
from tests.needs import ROOT

PLAIN = ("xerus-own-words", "nut-own-words", "redfish-own-words", "nobody-knows")
_OURS = tuple(
    str(ROOT / folder) for folder in ("handlers", "pdu", "packaging", "common", "pdu_common")
)
# frames that are searched for the project's own code when a file is opened or renamed
_DEEP = 25
_LARGEST = 8 << 20  # bytes; larger files are not read


def _forms() -> Iterator[str]:
    for secret in PLAIN:
        yield secret
        yield quote(secret).replace("-", "%2D")
        # a secret may begin at any of the three bytes of a base64 group
        for before in range(3):
            yield base64.b64encode(b" " * before + f":{secret}".encode()).decode()[4:-4]


FORMS = frozenset(_forms())


def shown(text: str) -> str:
    """One of FORMS that is in `text`; "" if there is none."""
    return next((form for form in FORMS if form in text), "")


class Watch(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.findings: list[tuple[str, str]] = []  # the place, and the beginning of the text
        self.files: set[Any] = set()

    def emit(self, record: logging.LogRecord) -> None:
        self._note("a log line", record.getMessage())

    def error(self, error: PduHandlerError) -> None:
        self._note(f"the text of {type(error).__name__}", f"{error} {error!r}")

    def output(self, where: str, texts: Iterable[Any]) -> None:
        for text in texts:
            if text:
                self._note(where, text.decode("latin-1") if isinstance(text, bytes) else str(text))

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "subprocess.Popen":
            self._note("the arguments of a program", " ".join(map(str, arguments[1] or ())))
        elif event == "os.rename" and _by_us():
            self.files.add(os.fspath(arguments[1]))
        elif event == "open":
            path, mode, flags = arguments
            is_writing = (
                set(mode) & set("wax+")
                if isinstance(mode, str)
                else flags & (os.O_WRONLY | os.O_RDWR)
            )
            if isinstance(path, str) and is_writing and _by_us():
                self.files.add(path)

    def _note(self, where: str, text: str) -> None:
        if shown(text):
            self.findings.append((where, text[:300]))

    def found(self) -> list[tuple[str, str]]:
        """The findings since the last call. For a file, the text is ""."""
        findings, self.findings = self.findings, []
        files, self.files = self.files, set()
        for name in files:
            path = Path(name)
            # Not path.is_file(), which can raise OSError for a name that is too long: failed calls
            # of open() are noted too.
            if (
                os.path.isfile(path)
                and path.stat().st_size <= _LARGEST
                and shown(path.read_bytes().decode("latin-1"))
            ):
                findings.append((f"the file {path.name}", ""))
        return findings


def _by_us() -> bool:
    frame: Any = sys._getframe(2)
    for _ in range(_DEEP):
        if frame is None:
            return False
        if frame.f_code.co_filename.startswith(_OURS):
            return True
        frame = frame.f_back
    return False


WATCH = Watch()


def begin() -> None:
    """Starts the watch, which lasts until the process ends: an audit hook cannot be removed."""
    sys.addaudithook(WATCH.audit)
    logging.getLogger().addHandler(WATCH)
    for name in ("handlers", "pdu", "pdu_common", "common"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    _after(PduHandlerError, "__init__", lambda error, _: WATCH.error(error))
    # adds host and operation
    _after(PduHandlerError, "at", lambda error, _: WATCH.error(error))
    _after(
        pytest.CaptureFixture,
        "readouterr",
        lambda _, shown: WATCH.output("the output that the test read", shown),
    )
    _after(
        subprocess.Popen,
        "communicate",
        lambda _, shown: WATCH.output("the output of a program", shown),
    )


def _after(cls: type, method: str, look: Callable[[Any, Any], None]) -> None:
    """Calls `look` with the object and the result when the method returns."""
    usual = getattr(cls, method)

    @functools.wraps(usual)
    def watched(self: Any, *arguments: Any, **named: Any) -> Any:
        result = usual(self, *arguments, **named)
        look(self, result)
        return result

    setattr(cls, method, watched)


def judged(report: pytest.TestReport) -> None:
    """Fails a passed test that showed a secret."""
    findings = WATCH.found()
    for name, text in report.sections:
        if shown(text):
            findings.append((name, text[:300]))
    if findings and report.outcome == "passed":
        report.outcome = "failed"
        places = [f"{where}: {text}" for where, text in findings[:5]] + (
            [f"and {len(findings) - 5} more"] if len(findings) > 5 else []
        )
        report.longrepr = "a secret of a simulator is shown in " + "; ".join(places)
