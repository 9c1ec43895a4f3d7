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
_INSTALL = "pipx install '.[privacy]'"
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
    text_alone = re.sub(r"\s\d?[<>]+\s*[^\s<>]+", "", text)
    lexer = shlex.shlex(text_alone, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    commands: list[list[str]] = [[]]
    for word in lexer:
        is_assignment = re.match(r"\w+=", word) is not None
        if set(word) <= set("|&;()"):  # a subshell is several commands, too
            commands.append([])
        elif commands[-1] or not is_assignment:
            commands[-1].append(word)
    return [words for words in commands if words]


def lines(text: str) -> Iterator[Line]:
    """The commands in a page's fences of `sh` and `console`, in order."""
    for block in re.finditer(r"(?ms)^ *```(sh|console)\n(.*?)^ *```", text):
        for line in re.finditer(r"(?m)^ *(\$ )?(.*)$", block[2]):
            is_output = block[1] == "console" and not line[1]
            if is_output:
                continue
            before = text[: block.start(2) + line.start()]
            for words in _commands(line[2]):
                yield Line(words, before)


def _spans(text: str) -> list[str]:
    """The inline code spans of a page."""
    text_without_fences = re.sub(r"(?ms)^ *```.*?^ *```", "", text)
    return re.findall(r"(?<!`)`([^`\n]+)`(?!`)", text_without_fences)


def absent_need(line: Line) -> str:
    """A program, file or step that the command needs and the page has not named before; "" if there
    is none.
    """
    program = _absent_program(line)
    if program:
        return program
    for option, word in zip(line.words, line.words[1:]):
        is_output = option in ("-o", "--out")
        if not is_output and not _is_there(word, line.before):
            return word
    return ""


def _absent_program(line: Line) -> str:
    """The program of the command, or the step that makes it, if the page has not named it before;
    "" if it has.
    """
    program = line.words[0]
    is_of_environment = program.startswith(".venv/")
    is_activation = " ".join(line.words) == _ACTIVATE
    if is_of_environment or is_activation:
        return "" if "make env" in line.before else "make env"
    ways = [way for way in (_ACTIVATE, *_HOW) if way in line.before]
    if program == "pdu" and _INSTALL in line.before:
        return ""
    if program in ("pdu", "python"):
        return "" if ways else _ACTIVATE
    words_in_spans = re.findall(r"[\w.-]+", " ".join(_spans(line.before)))
    return "" if program in _AT_HAND or program in words_in_spans else program


def _is_there(word: str, before: str) -> bool:
    """Whether a word of a command is no file, or one that is in the clone, or one that the text
    before names or makes.
    """
    for folder, makers in _MADE_BY.items():
        if word.startswith(folder):
            return any(maker in before for maker in makers)
    if (ROOT / word).exists():
        return True
    first_part = word.partition("/")[0]
    is_named = re.search(rf"(?<![\w/]){re.escape(first_part)}", before) is not None
    if _FILE.fullmatch(word) and not is_named:
        return False
    if not re.match(r"(tests|packaging|docs|handlers)/", word):
        return True
    return any(f"pdu new {part} " in before for part in Path(word).parts)


def test_no_environment_is_made_in_a_folder_of_the_clone() -> None:
    """In the clone, too: its .gitignore would hide what is new in that folder."""
    folders = [
        line.words[3]
        for path in PAGES
        for line in lines(path.read_text("utf-8"))
        if line.words[1:3] == ["-m", "venv"]
    ]
    assert folders
    assert [folder for folder in folders if (ROOT / folder).exists()] == []


def test_every_line_needs_only_what_is_in_the_clone_or_named_before_it() -> None:
    needs = []
    for path in PAGES:
        for line in lines(path.read_text("utf-8")):
            need = absent_need(line)
            if need:
                needs.append((path, " ".join(line.words), need))
    assert needs == []


@pytest.mark.parametrize(
    ("command", "before", "need"),
    [
        ("jq .", "", "jq"),
        ("jq .", "with `jq`:", ""),
        (".venv/bin/pdu status", "", "make env"),
        (_ACTIVATE, "`make env`", ""),
        ("pdu status", "", _ACTIVATE),
        ("pdu status", _INSTALL, ""),
        ("python -m pdu", _INSTALL, _ACTIVATE),
        ("cat hall.csv", "", "hall.csv"),
        ("cat hall.csv", "a list, hall.csv", ""),
        ("cat README.md", "", ""),
        ("cp -o hall.csv", "", ""),
        ("cat dist/x.tar.gz", "", "dist/x.tar.gz"),
        ("cat dist/x.tar.gz", "make packages", ""),
        ("cat handlers/bolt", "", "handlers/bolt"),
        ("cat handlers/bolt", "pdu new bolt --http", ""),
    ],
)
def test_what_a_line_lacks_is_found(command: str, before: str, need: str) -> None:
    (words,) = _commands(command)
    assert absent_need(Line(words, before)) == need


def unchecked(text: str) -> list[str]:
    """The lines that look like commands in indented blocks and in fences, except those of `sh`,
    `console` and `python`.
    """
    command = r"(?:\$ .*|(?:pdu|python3?|\.venv/\S+|make|sh|export|git|docker|curl) .*)$"
    text = re.sub(r"(?ms)^ *```(sh|console|python)\n.*?^ *```", "", text)
    blocks = re.findall(r"(?ms)^ *```\w*\n(.*?)^ *```", text)
    commands = re.findall(rf"(?m)^(?: {{4,}}|\t){command}", text)
    commands += re.findall(rf"(?m)^ *{command}", "".join(blocks))
    return [line.strip() for line in commands]


def test_command_lines_are_in_fences_that_are_checked() -> None:
    for path in PAGES:
        assert unchecked(path.read_text("utf-8")) == [], path


# ---- arguments of the lines ----------------------------------------------------------------------


def _targets() -> set[str]:
    """The targets of the Makefile."""
    return set(re.findall(r"(?m)^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8")))


def _fault(words: Sequence[str]) -> str:
    """The targets that `make` lacks, the module that `python -m` does not find, or pdu's error;
    else "".
    """
    program, *arguments = words
    if program == "make":
        targets = [word for word in arguments if "=" not in word and not word.startswith("-")]
        return ", ".join(word for word in targets if word not in _targets())
    if program in ("python", "python3", ".venv/bin/python") and arguments[:1] == ["-m"]:
        module = arguments[1].partition(":")[0]
        return "" if _is_module(module) else module
    return _usage_error(arguments) if program in ("pdu", ".venv/bin/pdu") else ""


def _is_module(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:  # its package is missing
        return False


def _usage_error(words: Sequence[str]) -> str:
    """The error with which pdu refuses these arguments at its start; "" if it accepts them."""
    command: click.Command = PDU
    remaining_words = list(words)
    try:
        context = PDU.make_context("pdu", list(words))
        while isinstance(command, click.Group) and remaining_words:
            # The attribute's name depends on click's release.
            attributes = vars(context)
            first_words = attributes.get("_protected_args") or attributes.get("protected_args")
            words_of_group = [*(first_words or []), *context.args]
            name, subcommand, remaining_words = command.resolve_command(context, words_of_group)
            assert subcommand is not None
            context = subcommand.make_context(name, remaining_words, parent=context)
            command = subcommand
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
    pdu_list = tmp_path / "pdus.csv"
    rows = [f"{name},snmp,192.0.2.{number}" for number, name in enumerate(LISTED)]
    pdu_list.write_text("\n".join(["name,handler,address", *rows]), "utf-8")
    monkeypatch.setenv("PDU_LIST", str(pdu_list))
    assert "no command 'nosuch'" in _usage_error(["nosuch"])
    assert _usage_error(["--help"]) == ""
    faults = []
    for path in PAGES:
        for line in lines(path.read_text("utf-8")):
            fault = _fault(line.words)
            if fault:
                faults.append((path, " ".join(line.words), fault))
    assert faults == []


def _absent_parts(span: str) -> Iterator[str]:
    """The commands and options of pdu that a span names and that do not exist.

    Placeholders such as HOST are not checked.
    """
    command: click.Command = PDU
    options = {"-h", "--help", "--version"}
    for word in [word.strip("[]") for word in span.split()][1:]:
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                yield word
            continue
        if not isinstance(command, click.Group) or not word.islower():
            continue
        subcommand = command.get_command(click.Context(command), word)
        if subcommand is not None:
            command = subcommand
            for parameter in command.params:
                options.update(parameter.opts)
        elif not re.search(r"[\d.:]", word):
            yield word


def test_a_part_of_a_span_that_does_not_exist_is_found() -> None:
    assert list(_absent_parts("pdu register snmp --dry-run")) == []
    assert list(_absent_parts("pdu register --nosuch")) == ["--nosuch"]
    assert list(_absent_parts("pdu nosuch HOST")) == ["nosuch"]


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_command_that_the_text_names_exists(path: Path) -> None:
    for span in _spans(path.read_text("utf-8")):
        if re.match(r"(make|python3?|\.venv/bin/python) [a-z-]", span) and "..." not in span:
            assert _fault(shlex.split(span)) == "", span
        # CHANGELOG.md also names commands of the past
        if span.startswith("pdu ") and path.name != "CHANGELOG.md":
            assert list(_absent_parts(span)) == [], span
