"""Questions before a change, and secrets that are typed."""

from __future__ import annotations

import getpass
import io
import sys
from typing import NoReturn

import pytest

from handlers.shared.errors import SettingsError
from pdu.cli.options import Output
from pdu.cli.prompts import NotConfirmed, ask_line, ask_secret, confirm
from tests.terminal import Person

QUESTION = "switch outlet 3 of r1 off"


@pytest.mark.parametrize("answer", ["y\n", "Y\n", " yes \n", "YES"])
def test_a_change_is_made_after_yes(
    answer: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Person(answer))
    confirm(Output(), QUESTION, "192.0.2.8")
    assert capsys.readouterr().err.startswith(f"{QUESTION}? [y/N] ")


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yes please\n", "yy\n", "1\n"])
def test_another_answer_changes_nothing(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Person(answer))
    with pytest.raises(NotConfirmed, match="nothing was done") as error:
        confirm(Output(), QUESTION, "192.0.2.8")
    assert error.value.host == "192.0.2.8"


def test_without_a_terminal_the_option_alone_says_yes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    confirm(Output(yes=True), QUESTION, "192.0.2.8")
    with pytest.raises(NotConfirmed, match=f"^192.0.2.8: {QUESTION} needs --yes"):
        confirm(Output(), QUESTION, "192.0.2.8")
    assert capsys.readouterr().err == ""


def test_a_question_is_shown_whole_with_its_escapes(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", Person("y\n"))
    confirm(Output(), "\U000e0001" * 300, "192.0.2.8")
    assert capsys.readouterr().err == "\\U000e0001" * 300 + "? [y/N] "


class Undecodable(Person):
    """A terminal on which bytes are typed that are no text."""

    def readline(self) -> NoReturn:
        raise UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")


def test_a_line_is_read_from_a_terminal_or_from_another_input(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for stdin, line in (
        (Person(" r1 \n"), "r1"),
        (Person(""), None),
        (io.StringIO("r1\nr2\n"), "r1"),
        (io.StringIO(""), None),
        (Undecodable(""), "\N{REPLACEMENT CHARACTER}"),
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        assert ask_line("name") == line


def test_a_secret_is_asked_for_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda prompt: f"typed after {prompt!r}")
    monkeypatch.setattr(sys, "stdin", Person(""))
    assert ask_secret("password", "password of r1\x1b") == r"typed after 'password of r1\\x1b: '"
    monkeypatch.setattr(sys, "stdin", io.StringIO("word\n"))
    assert ask_secret("password", "password of r1") == ""


def test_a_secret_that_is_no_text_is_refused_without_its_bytes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def typed(_: str) -> NoReturn:
        raise UnicodeDecodeError("utf-8", b"s3cr3t\xff", 6, 7, "invalid start byte")

    monkeypatch.setattr(getpass, "getpass", typed)
    monkeypatch.setattr(sys, "stdin", Person(""))
    with pytest.raises(SettingsError, match="^the auth password that was typed is not") as error:
        ask_secret("auth_password", "password")
    assert error.value.__cause__ is None
    assert error.value.__context__ is None
