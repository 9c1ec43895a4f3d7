"""Tables of cases: text files whose lines each say what is done, and the whole of what it gives.

    read by FILES; words: FILE
                        the first line: which files try the cases, and which says what LEFT means
    let NAME = TEXT     `<NAME>` stands for TEXT in the lines below
    # TITLE             a law: one test, which lists all of its lines that differ
    LEFT -> RIGHT       a case of it

LEFT is made of changes. ` | ` stands between values of one, each of which makes a case; RIGHT has
`{}` for the value of such a case, and `..` for any text. The file that says what LEFT means, run
as a program, writes the RIGHT of each line that ends with ` ->`. A file of CSV has the first line,
too (`csv_rows`).

`pytest -k WORD` runs the laws whose title has the word, and of the others the lines that have it.
"""

from __future__ import annotations

import csv
import itertools
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Callable, NamedTuple

import pytest

_ARROW = " ->"
#: how the first line of each table begins
READ_BY = "read by "
#: the expression of `-k`, in lower case, "" without one
chosen_keyword = ""


class Case(NamedTuple):
    """One case of a line."""

    #: of its law
    title: str
    #: the number of the line in the file, from 1
    line: int
    left: str
    right: str


class Law(NamedTuple):
    """The cases below a title."""

    title: str
    cases: Sequence[Case]

    def __str__(self) -> str:
        return self.title[:90]

    def check(self, difference: Callable[[Case], str]) -> None:
        """Fails with each line that differs. `difference`: how a case does, "" if it does not."""
        failures: list[str] = []
        for case in self._chosen_cases():
            text = difference(case)
            if text:
                failures.append(f"line {case.line}: {case.left}\n  {text}")
        if failures:
            pytest.fail("\n".join([f"{len(failures)} cases differ:", *failures]), pytrace=False)

    def _chosen_cases(self) -> Sequence[Case]:
        """The cases that `-k` names, all if it names none."""
        word = chosen_keyword
        if not word or word in self.title.lower():
            return self.cases
        return [case for case in self.cases if word in case.left.lower()] or self.cases


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

    def laws(self) -> Sequence[Law]:
        """The laws in the order of the file.

        Raises ValueError if there is none, if one has no case, or if a line is neither.
        """
        cases_by_title: dict[str, list[Case]] = {}
        texts: dict[str, str] = {}
        title = ""
        for number, line in enumerate(self.lines(), 1):
            if number == 1 and line.startswith(READ_BY):
                continue
            if line.startswith("# "):
                title = line[2:]
                cases_by_title.setdefault(title, [])
            elif line.startswith("let "):
                name, _, text = line[4:].partition(" = ")
                texts[name] = _filled(text, texts)
            elif title and _ARROW in line:
                for left, right in self._cases(_filled(line, texts)):
                    case = Case(title=title, line=number, left=left, right=right)
                    cases_by_title[title].append(case)
            elif line and not line.startswith(self.other_lines):
                raise ValueError(f"{self.path}, line {number}: neither a law nor a case of it")
        if not cases_by_title:
            raise ValueError(f"{self.path} has no law")
        for title, cases in cases_by_title.items():
            if not cases:
                raise ValueError(f"{self.path}: the law {title!r} has no case")
        return [Law(title, cases) for title, cases in cases_by_title.items()]

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
        for law in self.laws():
            for case in law.cases:
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


def compared(shown: Callable[[Case], str]) -> Callable[[Case], str]:
    """How what is shown of a case differs from its line, "" if it does not."""

    def difference(case: Case) -> str:
        text = shown(case)
        return "" if fits(text, case.right) else f"shown:    {text}\n  expected: {case.right}"

    return difference


def unescaped(text: str) -> str:
    """The text of a line, with what Python's escapes in it stand for."""
    return text.encode("latin-1", "backslashreplace").decode("unicode_escape")


def escaped(text: str) -> str:
    """A text in a line, with escapes for what cannot be printed."""
    text = text.replace("\\", "\\\\")
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text
    )


def add_keywords(items: Iterable[pytest.Item], keyword: str) -> None:
    """Let `-k` choose a law, the test of one title, by the left side of a case of it, too."""
    global chosen_keyword
    chosen_keyword = keyword.lower()
    if not keyword:
        return
    for item in items:
        callspec = getattr(item, "callspec", None)
        law = callspec.params.get("law") if callspec else None
        if isinstance(law, Law):
            item.extra_keyword_matches.update(case.left for case in law.cases)


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
