"""Tables of cases (tests/tables.py): what a line means, and that one that differs fails."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests import tables
from tests.needs import ROOT
from tests.tables import Case, Table, fits

TESTS = ROOT / "tests"
TEXT = """read by test_tables.py; words: here
let all = a & b
at a line of another kind
# the first law
<all> & x = 1 | 2 -> 1 {}
w 1 | 2 -> as ..{}..
# the second law
c ->
"""


@pytest.fixture
def table(tmp_path: Path) -> Table:
    path = tmp_path / "cases.txt"
    path.write_text(TEXT, "utf-8")
    return Table(path, shown_value=repr, other_lines=("at ",))


def test_a_line_has_a_case_for_each_value(table: Table) -> None:
    assert table.cases() == [
        Case("the first law", 5, "a & b & x = 1", "1 '1'"),
        Case("the first law", 5, "a & b & x = 2", "1 '2'"),
        Case("the first law", 6, "w 1", "as ..'1'.."),
        Case("the first law", 6, "w 2", "as ..'2'.."),
        Case("the second law", 8, "c", ""),
    ]


@pytest.mark.parametrize(
    "text, sentence",
    [
        ("# a law\nx -> 1\ny - > 2\n", "line 3: neither a title nor a case"),
        ("x -> 1\n# a law\ny -> 2\n", "line 1: neither a title nor a case"),
        ("# a law\nread by test.py; words: x\nx -> 1\n", "line 2: neither a title nor a case"),
        ("#a law\nx -> 1\n", "line 1: neither a title nor a case"),
        ("# a heading\n# a law\nx -> 1\n", "the title 'a heading' has no case"),
        ("# a law\n", "the title 'a law' has no case"),
        ("let a = b\n", "has no title"),
    ],
)
def test_no_line_and_no_title_is_passed_over(text: str, sentence: str, tmp_path: Path) -> None:
    path = tmp_path / "cases.txt"
    path.write_text(text, "utf-8")
    with pytest.raises(ValueError, match=sentence):
        Table(path).cases()


def test_a_long_text_may_be_folded() -> None:
    assert tables.unfolded('{"a": 7{3}}') == '{"a": 777}'
    assert tables.folded(f"['{20 * '7'}', '{19 * '7'}']") == f"['7{{20}}', '{19 * '7'}']"


@pytest.mark.parametrize(
    "text, right, is_fitting",
    [
        ("a b", "a b", True),
        ("a b", "a", False),
        ("a\nb", "a..b", True),
        ("ab", "a..b", True),
        ("a (b)", "a (..)", True),
        ("axb", "a.b", False),
    ],
)
def test_two_points_stand_for_any_text(text: str, right: str, is_fitting: bool) -> None:
    assert fits(text, right) is is_fitting


def test_a_line_that_differs_is_named(table: Table) -> None:
    case = table.cases()[1]
    case.check("1 '2'")
    with pytest.raises(pytest.fail.Exception) as error_info:
        case.check("1 '1'")
    assert str(error_info.value) == ("line 5: a & b & x = 2\n  shown:    1 '1'\n  expected: 1 '2'")


def test_the_ends_of_lines_that_have_none_are_written(table: Table) -> None:
    table.write(lambda case: f"shown of {case.left}")
    assert table.path.read_text("utf-8") == TEXT.replace("c ->", "c -> shown of c")
    table.path.write_text("# law\nx = 1 | 22 ->\n", "utf-8")
    table.write(lambda case: f"begin {case.left[4:]} end")
    assert table.path.read_text("utf-8") == "# law\nx = 1 | 22 -> begin .. end\n"


def test_what_cannot_be_printed_is_escaped_in_a_line() -> None:
    text = "a\\b\n\x00\x1b\udce9 ü张"
    line = tables.escaped(text)
    assert line.isprintable()
    assert tables.unescaped(line) == text


def test_each_table_says_in_its_first_line_what_reads_it() -> None:
    """The files that it names are there, and one of them has the table's name, or is called so."""
    tables_of_tests = [*TESTS.rglob("*.txt"), *TESTS.rglob("*.csv")]
    tables_of_tests.remove(TESTS / "requirements.txt")
    assert len(tables_of_tests) > 50
    for path in tables_of_tests:
        first_line, _, _ = path.read_text("utf-8").partition("\n")
        match = re.fullmatch(r"read by (\S+\.py); words: (\S+\.py)", first_line)
        assert match, f"{path}: {first_line}"
        names_table: list[bool] = []
        for name in match.groups():
            file = (ROOT if "/" in name else path.parent) / name
            text = file.read_text("utf-8")
            is_called_so = file.stem == path.stem and 'with_suffix(".txt")' in text
            names_table.append(is_called_so or path.stem in re.findall(r"\w+", text))
        assert any(names_table), path
