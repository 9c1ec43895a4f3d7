"""The help of every command: its width and its examples; `pdu help`, `pdu version` and `pdu -V`."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator

import click
import pytest

from handlers import VERSION, registry
from pdu.about import COMMANDS
from pdu.cli import exit_codes
from pdu.root import ROOT
from tests import needs
from tests.pdu.running import run

WIDTH = 80
ROOT_FOLDER = needs.ROOT


def commands(group: click.Group, *path: str) -> Iterator[tuple[str, ...]]:
    """The names of each command below `group`, and of the group itself."""
    yield path
    with click.Context(group, info_name="pdu") as context:
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if isinstance(command, click.Group):
                yield from commands(command, *path, name)
            else:
                yield (*path, name)


EVERY = list(commands(ROOT))


def examples(help_text: str) -> list[str]:
    """The lines under the last heading of a help, above its page, which is there."""
    text, _, page = help_text.rstrip().rpartition("\n\nDocs: ")
    assert (ROOT_FOLDER / page).is_file()
    head, _, paragraph = text.rpartition("\n\n")
    assert paragraph.startswith("Examples:\n"), head
    return [line.strip() for line in paragraph.splitlines()[1:]]


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_help_of_a_command_fits_a_terminal_and_has_one_style_of_defaults(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    code, out, _ = run(capsys, *path, "--help")
    assert code == 0
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    assert "[default: (" not in out
    assert "(default" not in out


@pytest.mark.parametrize("path", EVERY, ids=" ".join)
def test_the_help_of_a_command_ends_with_two_examples_that_can_be_typed(
    path: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    _, out, _ = run(capsys, *path, "--help")
    lines = examples(out)
    assert len(lines) == len(set(lines)) == 2
    for line in lines:
        command_line, *_ = re.split(" >>? ", line)  # without the file of its output
        program, *words = shlex.split(command_line)
        assert program == "pdu"
        assert set(path) <= set(words)
        parse(words)


def parse(words: list[str]) -> None:
    """Parse a command line as `pdu` does, without running it. Raises click.UsageError."""
    group: click.Command = ROOT
    name, context = "pdu", None
    while True:
        context = group.make_context(name, words, parent=context)
        if not isinstance(group, click.Group):
            return
        # as click.Group.invoke does
        values = vars(context)  # click 8.1 has protected_args, later releases _protected_args
        protected_words = values.get("_protected_args", values.get("protected_args", ()))
        command_name, command, words = group.resolve_command(
            context, [*protected_words, *context.args]
        )
        assert command is not None
        assert command_name is not None
        group, name = command, command_name


@pytest.mark.parametrize("path", [[], ["status"], ["handler", "check"], ["snmp"]], ids=" ".join)
def test_help_shows_what_the_option_shows(
    path: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(capsys, "help", *path) == run(capsys, *path, "--help") == run(capsys, *path, "-h")


def test_the_first_help_fits_a_screen_and_begins_with_what_a_beginner_needs(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    _, out, _ = run(capsys, "--help")
    lines = out.splitlines()
    assert len(lines) <= 42
    heads = [line for line in lines if line.endswith(":") and not line.startswith(" ")]
    assert heads[:4] == ["First steps:", "One PDU:", "Many PDUs:", "Your own handler:"]
    first_names = ("supports", "identify", "status", "on", "off", "check")
    assert ROOT.groups[0].names == first_names


def test_each_command_and_each_group_is_one_line_of_the_first_help(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(WIDTH))
    _, out, _ = run(capsys, "--help")
    rows = [line for line in out.splitlines() if re.match("  [a-z]", line)]
    first_words = [row.split()[0] for row in rows[: -len(ROOT.examples)]]
    commands_of_no_group: list[str] = []
    for group in ROOT.groups:
        if not group.word:
            commands_of_no_group += group.names
    assert first_words == [*commands_of_no_group, *ROOT.group_by_word]


@pytest.mark.parametrize("word", [*ROOT.group_by_word, COMMANDS])
def test_the_help_of_a_group_has_a_line_for_each_of_its_commands(
    word: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert word not in ROOT.lazy_commands
    names: list[str] = []
    for group in ROOT.groups:
        if word in (group.word, COMMANDS):
            names += group.names
    expected_rows = {name: ROOT.lazy_commands[name].help for name in names}

    code, out, err = run(capsys, "help", word)
    _, json_out, _ = run(capsys, "help", word, "--json")

    assert (code, err) == (0, "")
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    rows = [line.split(maxsplit=1) for line in out.splitlines() if line.startswith("  ")]
    assert rows == [[name, help_line] for name, help_line in expected_rows.items()]
    assert json.loads(json_out)["commands"] == expected_rows
    pages = out.rpartition("Docs: ")[2].strip()
    for page in pages.split(", "):
        assert (ROOT_FOLDER / page).is_file()


@pytest.mark.parametrize("name, asks", [("find", True), ("check", True), ("supports", False)])
def test_help_announces_a_question_for_a_secret_only_where_it_is_asked(
    name: str, asks: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, name, "--help")
    assert ("you are asked" in " ".join(out.split())) is asks


def test_the_settings_are_explained_with_each_handler(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = run(capsys, "help", "settings")
    assert "docs/settings.md" in out
    for name in registry.names():
        assert name in out


SHARED = re.compile(
    r" --(list|auth|port|username|timeout|fingerprint|snmp-version|auth-protocol|priv-protocol"
    r"|setting|secret-file) "
)


@pytest.mark.parametrize(
    "words", "status statistic outlets on off cycle check identify record".split()
)
def test_options_of_list_login_and_settings_are_one_line_of_a_commands_help(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, words, "--help")
    _, _, options = out.partition("\nOptions:\n")
    own_options, _, end = options.partition("\n\n")
    assert SHARED.findall(own_options) == []
    assert "--json" in own_options
    assert end.startswith("List, login, settings (--list, --port, --username, -s, ...): pdu help")


def test_options_of_list_login_and_settings_are_explained_once(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "help", "settings")
    _, json_out, _ = run(capsys, "help", "settings", "--json")
    assert [line for line in out.splitlines() if len(line) > WIDTH] == []
    _, _, options = out.partition("have these options:\n")
    assert len(SHARED.findall(options)) == len(json.loads(json_out)["options"]) == 9


@pytest.mark.parametrize("name", ["find", "where"])
def test_a_command_with_few_of_them_shows_its_own(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, name, "--help")
    assert {"list", "auth", "secret-file"} <= set(SHARED.findall(out))


def test_the_version_is_a_command_and_an_option(capsys: pytest.CaptureFixture[str]) -> None:
    output = run(capsys, "version")
    assert output == run(capsys, "-V") == run(capsys, "--version")
    assert output[1].startswith(f"pdu {VERSION}, Python 3.")
    assert json.loads(run(capsys, "version", "--json")[1])["version"] == VERSION


def test_without_arguments_every_command_is_named_on_a_terminal_of_24_lines(
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, out, err = run(capsys)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert len(lines) <= 24
    assert [line for line in lines if len(line) > WIDTH] == []
    names = [name for group in ROOT.groups for name in group.names]
    assert set(names) <= set(out.split())


def test_every_command_is_in_one_group() -> None:
    names = [name for group in ROOT.groups for name in group.names]
    assert {*names, "help", "version"} == set(ROOT.lazy_commands)
    assert len(names) == len(set(names))


def test_the_exit_codes_have_a_page_of_their_own(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "help", "exit-codes")
    _, json_out, _ = run(capsys, "help", "exit-codes", "--json")
    assert code == 0
    for row in exit_codes.EXITS:
        assert all(kind in out for kind in row.kinds)
    codes = [row["code"] for row in json.loads(json_out)["exit_codes"]]
    assert codes == [row.code for row in exit_codes.EXITS]


def test_the_exit_codes_name_each_command_that_has_others(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, out, _ = run(capsys, "help", "exit-codes")
    names, _, _ = out.splitlines()[-1].partition(" have ")
    commands_with_others: list[str] = []
    for path in EVERY:
        _, help_text, _ = run(capsys, *path, "--help")
        if "Exit code: 0" in help_text:
            commands_with_others.append(" ".join(("pdu", *path)))
    assert sorted(re.split(", | and ", names)) == sorted(commands_with_others)
