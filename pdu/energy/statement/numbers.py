"""The numbers of statements, in a journal of the meter's folder: none is given twice.

`statements.jsonl` has a line for each statement: number, customer, period, root. The second
statement for a customer and a period is a correction of the first.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Optional

from handlers.shared.errors import SettingsError, printable

from ...core.files import journal
from ...core.files.journal import Journal

STATEMENTS = "statements.jsonl"


class StatementNumber(NamedTuple):
    """A statement's number."""

    number: str
    #: the number of the first statement for this customer and period; None if this is the first
    corrects: Optional[str]


class Numbers:
    """The journal of statements, while one run writes some. A second run is refused meanwhile."""

    def __init__(self, folder: str) -> None:
        """Raises SettingsError, and journal.Changed for a line that is not as it was written."""
        path = os.path.join(folder, STATEMENTS)
        self._journal = Journal(path)
        try:
            entries = [entry for entry in journal.read_entries(path) if entry.line > 1]
            self._first = dict[tuple[Any, ...], str]()
            for entry in entries:
                said = entry.record
                if not all(isinstance(said.get(name), str) for name in _KEYS):
                    raise SettingsError(
                        f"{printable(path)}, line {entry.line}: not the number of a statement"
                    )
                self._first.setdefault(_key(said), said["number"])
            self._count = len(entries)
        except BaseException:
            self.close()
            raise

    def next(self, customer: str, begin: str, end: str, date: str) -> StatementNumber:
        """The next number, such as 2026-00017: the year of `date`, and a count over all years."""
        self._count += 1
        known = self._first.get((customer, begin, end))
        return StatementNumber(f"{date[:4]}-{self._count:05d}", known)

    def keep(self, statements: Sequence[Mapping[str, str]]) -> None:
        """Statements that were written, in the order of their numbers. Raises JournalError."""
        self._journal.append(statements)

    def close(self) -> None:
        self._journal.close()

    def __enter__(self) -> Numbers:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


_KEYS = ("number", "customer", "from", "to")


def _key(said: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(said[name] for name in _KEYS[1:])
