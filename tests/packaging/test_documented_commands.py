"""Command lines of the pages need only a fresh clone and what their page names before them.

Targets of `make`, modules of `python -m`, and commands and options of `pdu` exist.

Lines to paste are in fences of `sh`. In fences of `console`, commands follow a `$`.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import click
import pytest

from handlers.shared.errors import SettingsError
from pdu.root import ROOT as PDU
from tests.needs import ROOT

from .test_pages import PAGES

# Programs that a page need not name.
_AT_HAND = set(
    ". cat cd chmod cp curl diff echo export git head make printf python3 sed sh sleep xargs".split()
)
_ACTIVATE = ". .venv/bin/activate"
_INSTALL = "pipx install '.[exporter,privacy]'"
#: the ends of links to the ways to get `pdu`
_HOW = (
    "packaging/README.md#how-you-get-pdu)",
    "packaging/README.ru.md#как-получить-pdu)",
)
_FILE = re.compile(r"[\w./-]+\.(csv|toml|json|pem|bin|txt|snmprec|sh|gz)")
_MADE_BY = {
    "dist/": ("make packages", "packaging/build.py"),
    ".cache/dcimanager/": ("make serve",),
}


#: the names of PDUs in the pages
LISTED = ("r1-left", "r1-right", "r2-left", "r2-right")


class Line(NamedTuple):
    """One command: its words, and the text of the page before its line."""

    words: list[str]
    before: str


def _commands(text: str) -> list[list[str]]:
    """The commands of one line of shell, without comments, redirections and leading assignments."""
    lexer = shlex.shlex(
        re.sub(r"\s\d?[<>]+\s*[^\s<>]+", "", text), posix=True, punctuation_chars=True
    )
    lexer.whitespace_split = True
    found: list[list[str]] = [[]]
    for word in lexer:
        if set(word) <= set("|&;()"):  # a subshell is several commands, too
            found.append([])
        elif found[-1] or not re.match(r"\w+=", word):
            found[-1].append(word)
    return found


def lines(text: str) -> Iterator[Line]:
    """The commands in a page's fences of `sh` and `console`, in order."""
    for block in re.finditer(r"(?ms)^ *```(sh|console)\n(.*?)^ *```", text):
        for line in re.finditer(r"(?m)^ *(\$ )?(.*)$", block[2]):
            if block[1] == "sh" or line[1]:
                for words in _commands(line[2]):
                    if words:
                        yield Line(words, text[: block.start(2) + line.start()])


def _spans(text: str) -> list[str]:
    """The inline code spans of a page."""
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", re.sub(r"(?ms)^ *```.*?^ *```", "", text))


def _named(before: str) -> set[str]:
    """The ways to get `pdu` that a text names."""
    return {way for way in (_ACTIVATE, *_HOW) if way in before}


def unknown(line: Line) -> str:
    """A program, file or step that the command needs and the page has not named before; "" if none
    is found.
    """
    program, introduced = line.words[0], set(re.findall(r"[\w.-]+", " ".join(_spans(line.before))))
    text = " ".join(line.words)
    if (program.startswith(".venv/") or text == _ACTIVATE) and "make env" not in line.before:
        return "make env"
    installed = program == "pdu" and _INSTALL in line.before
    reached = _named(line.before)
    if program in ("pdu", "python") and not reached and not installed:
        return _ACTIVATE
    if not program.startswith(".venv/") and program not in {
        *_AT_HAND,
        "pdu",
        "python",
        *introduced,
    }:
        return program
    given = (
        word for before, word in zip(line.words, line.words[1:]) if before not in ("-o", "--out")
    )
    for word in given:
        if any(
            word.startswith(folder) and not any(made in line.before for made in by)
            for folder, by in _MADE_BY.items()
        ):
            return word
        if (
            _FILE.fullmatch(word)
            and not word.startswith(tuple(_MADE_BY))
            and not (ROOT / word).exists()
            and not re.search(rf"(?<![\w/]){re.escape(word.partition('/')[0])}", line.before)
        ):
            return word
        in_the_tree = re.match(r"(tests|packaging|docs|handlers)/", word)
        if (
            in_the_tree
            and not (ROOT / word).exists()
            and not any(f"pdu new {part} " in line.before for part in Path(word).parts)
        ):
            return word
    return ""


def test_every_line_needs_only_what_is_in_the_clone_or_named_before_it() -> None:
    needs = [
        (path, " ".join(line.words), unknown(line))
        for path in PAGES
        for line in lines(path.read_text("utf-8"))
    ]
    assert [(path, line, need) for path, line, need in needs if need] == []


def unchecked(text: str) -> list[str]:
    """The lines that look like commands in indented blocks and in fences, except those of `sh`,
    `console` and `python`.
    """
    command = r"(?:\$ .*|(?:pdu|python3?|\.venv/\S+|make|sh|export|git|docker|curl) .*)$"
    text = re.sub(r"(?ms)^ *```(sh|console|python)\n.*?^ *```", "", text)
    fenced = "".join(block[1] for block in re.finditer(r"(?ms)^ *```\w*\n(.*?)^ *```", text))
    found = re.findall(rf"(?m)^(?: {{4,}}|\t){command}", text) + re.findall(
        rf"(?m)^ *{command}", fenced
    )
    return [line.strip() for line in found]


def test_command_lines_are_in_fences_that_are_checked() -> None:
    assert [(path, line) for path in PAGES for line in unchecked(path.read_text("utf-8"))] == []


# ---- arguments of the lines ----------------------------------------------------------------------


def _targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))


def _wrong(words: Sequence[str]) -> str:
    """The targets that `make` lacks, the module that `python -m` does not find, or pdu's error;
    else "".
    """
    program, *rest = words
    if program == "make":
        asked = [word for word in rest if "=" not in word and not word.startswith("-")]
        return ", ".join(word for word in asked if word not in _targets())
    if program in ("python", "python3", ".venv/bin/python") and rest[:1] == ["-m"]:
        module = rest[1].partition(":")[0]
        try:
            return "" if importlib.util.find_spec(module) else module
        except ModuleNotFoundError:  # its package is missing
            return module
    return _refused(rest) if program in ("pdu", ".venv/bin/pdu") else ""


def _refused(words: Sequence[str]) -> str:
    """The error with which pdu refuses these arguments at its start; "" if it accepts them."""
    command: click.Command = PDU
    rest = list(words)
    try:
        context = PDU.make_context("pdu", list(words))
        while isinstance(command, click.Group) and rest:
            # The attribute's name depends on click's release.
            first: list[str] = (
                vars(context).get("_protected_args") or vars(context).get("protected_args") or []
            )
            name, found, rest = command.resolve_command(context, [*first, *context.args])
            assert found is not None
            context, command = found.make_context(name, rest, parent=context), found
    except click.UsageError as error:
        return error.format_message()
    except SettingsError:
        pass  # a handler or a list that the page makes
    except click.exceptions.Exit:
        pass  # --help and --version end here
    return ""


def test_every_line_is_accepted_by_its_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    listed = tmp_path / "pdus.csv"
    rows = [f"{name},snmp,192.0.2.{number}" for number, name in enumerate(LISTED)]
    listed.write_text("\n".join(["name,handler,address", *rows]), "utf-8")
    monkeypatch.setenv("PDU_LIST", str(listed))
    assert "no command 'nosuch'" in _refused(["nosuch"])
    assert _refused(["--help"]) == ""
    answers = [
        (path, " ".join(line.words), _wrong(line.words))
        for path in PAGES
        for line in lines(path.read_text("utf-8"))
    ]
    assert [(path, line, error) for path, line, error in answers if error] == []


def _parts(span: str) -> Iterator[str]:
    """The commands and options of pdu that a span names and that do not exist.

    Placeholders such as HOST are not checked.
    """
    words = [word.strip("[]") for word in span.split()]
    command: click.Command = PDU
    known: set[str] = {"-h", "--help", "--version"}
    for word in words[1:]:
        if word.startswith("-"):
            if word.partition("=")[0] not in known:
                yield word
        elif isinstance(command, click.Group) and (
            word in command.list_commands(click.Context(command)) or word.islower()
        ):
            is_name = re.fullmatch(r"[a-z]+(-[a-z]+)*", word)
            found = command.get_command(click.Context(command), word) if is_name else None
            if found is None:
                if not re.search(r"[\d.:]", word):
                    yield word
                continue
            command = found
            known |= {name for one in command.params for name in one.opts}


def test_a_command_that_the_text_names_exists() -> None:
    for path in PAGES:
        spans = _spans(path.read_text("utf-8"))
        called = [
            span
            for span in spans
            if re.match(r"(make|python3?|\.venv/bin/python) [a-z-]", span) and "..." not in span
        ]
        wrong = [(span, _wrong(shlex.split(span))) for span in called]
        assert [(span, error) for span, error in wrong if error] == [], path
        if path.name != "CHANGELOG.md":  # which also names commands of the past
            assert [
                (span, part) for span in spans if span.startswith("pdu ") for part in _parts(span)
            ] == [], path
