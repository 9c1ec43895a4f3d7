"""Tables of cases: text files whose lines each say what is done, and the whole of what it gives.

    read by FILES; words: FILE
                        the first line: which files try the cases, and which says what LEFT means
    let NAME = TEXT     `<NAME>` stands for TEXT in the lines below
    # TITLE             what the cases below it show
    LEFT -> RIGHT       a case: one test, whose id is TITLE: LEFT

LEFT is made of changes. ` | ` stands between values of one, each of which makes a case; RIGHT has
`{}` for the value of such a case, and `..` for any text. `python -m tests.tables MODULE`, with the
module that says what LEFT means, writes the RIGHT of each line that ends with ` ->`. A file of CSV
has the first line, too (`csv_rows`).
"""

from __future__ import annotations

import csv
import importlib
import itertools
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

_ARROW = " ->"
#: how the first line of each table begins
READ_BY = "read by "
_LONGEST_ID = 120


class Case(NamedTuple):
    """One case of a line."""

    #: the line `# TITLE` above it
    title: str
    #: the number of the line in the file, from 1
    line: int
    left: str
    right: str

    def __str__(self) -> str:
        """The id of its test.

        >>> str(Case(title="a count is compared", line=3, left="outlets=7", right="refused"))
        'a count is compared: outlets=7'
        """
        return f"{self.title}: {self.left}"[:_LONGEST_ID]

    def check(self, text: str) -> None:
        """Fails if `text`, what is shown of the case, is not what its line says."""
        if not fits(text, self.right):
            line = f"line {self.line}: {self.left}"
            pytest.fail(f"{line}\n  shown:    {text}\n  expected: {self.right}", pytrace=False)


class Table(NamedTuple):
    """A file of cases."""

    path: Path
    #: between changes
    separator: str = " & "
    #: between what is changed and its values; without it, the values follow the first word
    operator: str = " = "
    #: the text for `{}` by a value
    shown_value: Callable[[str], str] = str
    #: how lines begin that are neither laws nor cases
    other_lines: tuple[str, ...] = ()

    def lines(self) -> Sequence[str]:
        return self.path.read_text("utf-8").splitlines()

    def cases(self) -> Sequence[Case]:
        """The cases in the order of the file.

        Raises ValueError if there is none, if a title has none, or if a line is neither.
        """
        cases: list[Case] = []
        texts: dict[str, str] = {}
        titles: list[str] = []
        for number, line in enumerate(self.lines(), 1):
            if number == 1 and line.startswith(READ_BY):
                continue
            if line.startswith("# "):
                titles.append(line[2:])
            elif line.startswith("let "):
                name, _, text = line[4:].partition(" = ")
                texts[name] = _filled(text, texts)
            elif titles and _ARROW in line:
                for left, right in self._cases(_filled(line, texts)):
                    cases.append(Case(title=titles[-1], line=number, left=left, right=right))
            elif line and not line.startswith(self.other_lines):
                raise ValueError(f"{self.path}, line {number}: neither a title nor a case")
        if not titles:
            raise ValueError(f"{self.path} has no title")
        for title in sorted(set(titles) - {case.title for case in cases}):
            raise ValueError(f"{self.path}: the title {title!r} has no case")
        return cases

    def _cases(self, line: str) -> Iterator[tuple[str, str]]:
        """The left and the right side of each case of a line."""
        left, _, right = line.rpartition(_ARROW)
        values = [self._values(change) for change in left.split(self.separator)]
        for choice in itertools.product(*values):
            chosen = [change for change, several in zip(choice, values) if len(several) > 1]
            _, _, value = self._parts(chosen[0] if chosen else choice[0])
            # what is no value of a change is not asked for its text
            shown_value = self.shown_value(value) if "{}" in right else ""
            yield self.separator.join(choice), right[1:].replace("{}", shown_value)

    def _values(self, change: str) -> Sequence[str]:
        """The change with each of its values."""
        begin, operator, values = self._parts(change)
        return [begin + operator + value for value in values.split(" | ")]

    def _parts(self, change: str) -> tuple[str, str, str]:
        """What is changed, the operator and the values; the operator may be the first blank."""
        parts = change.partition(self.operator)
        return parts if parts[1] else change.partition(" ")

    def write(self, shown: Callable[[Case], str]) -> None:
        """Write what comes of the lines that do not say it yet; what their cases have in common."""
        texts_by_line: dict[int, list[str]] = {}
        for case in self.cases():
            if not case.right:
                texts_by_line.setdefault(case.line, []).append(shown(case))
        lines = list(self.lines())
        for number, texts in texts_by_line.items():
            lines[number - 1] += f" {_common(texts)}"
        self.path.write_text("\n".join(lines) + "\n", "utf-8")


def csv_rows(path: Path) -> list[dict[str, str]]:
    """The rows of a file of CSV by their columns, which stand in its second line."""
    with path.open(encoding="utf-8", newline="") as file:
        file.readline()
        return list(csv.DictReader(file))


def characters(text: str) -> str:
    """The text with the characters that a table writes as `\\xNN`."""
    return re.sub(r"\\x([0-9a-f]{2})", lambda match: chr(int(match[1], 16)), text)


def unfolded(text: str) -> str:
    """The text with `7{100}` as a hundred 7."""
    return re.sub(r"(.)\{(\d+)\}", lambda match: match[1] * int(match[2]), text)


def folded(text: str) -> str:
    """The text with `7{100}` for a hundred 7, if they are twenty or more."""
    return re.sub(r"(.)\1{19,}", lambda match: f"{match[1]}{{{len(match[0])}}}", text)


def fits(text: str, right: str) -> bool:
    """Whether the text is what a line says."""
    pattern = re.escape(right).replace(re.escape(".."), ".*")
    return re.fullmatch(pattern, text, re.DOTALL) is not None


def unescaped(text: str) -> str:
    """The text of a line, with what Python's escapes in it stand for."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def escaped(text: str) -> str:
    """A text in a line, with escapes for what cannot be printed."""
    text = text.replace("\\", "\\\\")
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def _filled(line: str, texts: Mapping[str, str]) -> str:
    """The line with the texts that stand for names."""
    for name, text in texts.items():
        line = line.replace(f"<{name}>", text)
    return line


def _common(texts: Sequence[str]) -> str:
    """The text, or where several differ, how they begin and end."""
    begin = os.path.commonprefix(texts)
    if len(set(texts)) == 1:
        return begin
    reversed_rests = [text[len(begin) :][::-1] for text in texts]
    return f"{begin}..{os.path.commonprefix(reversed_rests)[::-1]}"


if __name__ == "__main__":
    words: Any = importlib.import_module(sys.argv[1])
    words.TABLE.write(words.shown)
