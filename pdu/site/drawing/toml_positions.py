"""Where tables and keys are in the text of a TOML file, by line. Pure.

TOML parsers do not report places. A table's line is found by its header: the n-th `[[machine]]` of
the text is the n-th machine of the document, because a header cannot occur inside a value, except
in a text of several lines, which is skipped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple, Optional

_HEADER = re.compile(r"\s*\[\[?\s*([A-Za-z0-9_.\-\s]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""\s*["']?([A-Za-z0-9_\-]+)["']?\s*=""")
# a text of several lines, a text of one line, a comment
_TEXTS = re.compile(r"(\"\"\"|''')|\"(?:[^\"\\\n]|\\.)*\"|'[^'\n]*'|#.*")


class _TomlTable(NamedTuple):
    name: str
    #: its line, from 1
    line: int
    #: how many tables of this name came before it
    number: int
    #: how many tables of its parent's name have begun
    parents: int


class TomlPositions:
    """The places in one text."""

    def __init__(self, text: str) -> None:
        self._lines = list(_outside_texts(text))
        self._tables: dict[tuple[str, int, int], int] = {}
        self._starts: list[int] = []
        for table in _tables(self._lines):
            self._tables[table.name, table.parents, table.number] = table.line
            self._starts.append(table.line)

    def table(self, name: str, number: int, inside: Optional[int] = None) -> Optional[int]:
        """The line of the table `number`, from 0, of this name; None if it has no header.

        `inside`: the number of its parent, from 0, for a name such as `pdu.line`.
        """
        return self._tables.get((name, 0 if inside is None else inside + 1, number))

    def key(self, table: Optional[int], key: str) -> Optional[int]:
        """The line of a key below the table at this line, or of the first keys without a table (0);
        the table's own line if the key is not found.
        """
        if table is None:
            return None
        for line in range(table + 1, len(self._lines) + 1):
            text = self._lines[line - 1]
            if _HEADER.match(text):
                break
            match = _KEY.match(text)
            if match and match[1] == key:
                return line
        return table


def _tables(lines: list[str]) -> Iterator[_TomlTable]:
    begun: Counter[str] = Counter()
    inside: Counter[tuple[str, int]] = Counter()
    for line, text in enumerate(lines, 1):
        match = _HEADER.match(text) if "[" in text else None
        if match is None or "=" in text.partition("#")[0]:
            continue
        name = re.sub(r"\s*\.\s*", ".", match[1])
        parent = name.rpartition(".")[0]
        parents = begun[parent] if parent else 0
        yield _TomlTable(name, line, inside[name, parents], parents)
        begun[name] += 1
        inside[name, parents] += 1


def _outside_texts(text: str) -> Iterator[str]:
    """The lines; those inside a text of several lines are empty."""
    ending = ""
    for line in text.split("\n"):
        if not ending and '"""' not in line and "'''" not in line:
            yield line
            continue
        code, remainder = ("", line) if ending else (line, line)
        while True:
            if ending:
                _, separator, remainder = remainder.partition(ending)
                if not separator:
                    break
                ending = ""
            opening = next((match for match in _TEXTS.finditer(remainder) if match[1]), None)
            if opening is None:
                break
            ending, remainder = opening[1], remainder[opening.end() :]
        yield code
