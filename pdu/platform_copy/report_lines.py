"""The lines of the report on a copy of the platform: what its owner sees, and what is sent."""

from __future__ import annotations

import re
from typing import NamedTuple

from .worker import Call

# an absolute path, and its last part
_PATH = re.compile(r"(?<![\w.])(?:/[^\s/'\"]+)+/([^\s/'\"]+)")


class ReportLine(NamedTuple):
    """A line of the report."""

    text: str
    #: more for the terminal alone: words of errors and of the platform
    words: str = ""

    def indented(self, begin: str = "    ") -> ReportLine:
        """The line behind this text."""
        return self._replace(text=f"{begin}{self.text}")

    @property
    def shown(self) -> str:
        """The line as its owner sees it."""
        return f"{self.text}: {self.words}" if self.words else self.text

    @property
    def sent(self) -> str:
        """The line in the file: of an absolute path its last part."""
        return _PATH.sub(r"\1", self.text)


def failure_line(begin: str, call: Call) -> ReportLine:
    """A line of a call that failed: behind `begin`, its kind and the type of its error."""
    kind = f"{call.kind}: {call.error}" if call.error else call.kind
    error_class, _, _ = call.error.partition(":")
    words = call.text.removeprefix(f"{error_class}: ")
    return ReportLine(f"{begin}{kind}", words)
