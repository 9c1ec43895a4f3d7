"""A table that is one test: every row runs, and each that fails is reported."""

from __future__ import annotations

import inspect

import pytest

from tests.rows import each_row


def test_every_row_runs_and_each_that_fails_is_told() -> None:
    ran = []

    @each_row("number, word", [(1, "a"), (2, "b"), (3, "c")])
    def test(word: str, number: int) -> None:
        ran.append(number)
        assert number == 2, word

    with pytest.raises(pytest.fail.Exception) as error_info:
        test()
    assert ran == [1, 2, 3]
    text = str(error_info.value)
    assert text.startswith("2 of 3 rows fail:\n(1, 'a'):\n")
    assert "(3, 'c'):\n" in text
    assert "(2, 'b')" not in text


def test_tables_combine_and_fixtures_are_handed_on(capsys: pytest.CaptureFixture[str]) -> None:
    @each_row("a", [1, 2])
    @each_row("b", [3, 4])
    def test(a: int, b: int, capsys: pytest.CaptureFixture[str]) -> None:
        print(a * b, end=" ")

    assert list(inspect.signature(test).parameters) == ["capsys"]
    test(capsys=capsys)
    assert capsys.readouterr().out == "3 4 6 8 "


def test_rows_are_chosen_by_their_id(monkeypatch: pytest.MonkeyPatch) -> None:
    ran = []

    @each_row("number", [1, 2, 12], ids=lambda number: f"number {number}")
    def test(number: int) -> None:
        ran.append(number)

    monkeypatch.setenv("ROW", "number 1")
    test()
    assert ran == [1, 12]
