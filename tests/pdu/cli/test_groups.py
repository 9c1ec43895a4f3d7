"""Groups of commands: their help, and what they advise for a word that is no command."""

from __future__ import annotations

import click
import pytest

from pdu.cli.groups import INDEX, CommandGroup, LazyCommand, LazyGroup, Subcommand, page_path

EXAMPLE = "pdu status snmp 192.0.2.8"
STATUS = Subcommand(
    "status",
    params=[click.Argument(["handler"])],
    callback=lambda handler: None,
    examples=[EXAMPLE],
)
PLACE = f"{__name__}:STATUS"
PDU = LazyGroup(
    "pdu",
    lazy_commands={
        "status": LazyCommand(PLACE, "the states of the outlets", "reading.md"),
        "on": LazyCommand(PLACE, "switch on"),
        "off": LazyCommand(PLACE, "switch off"),
    },
    groups=[
        CommandGroup("Read", ["status"]),
        CommandGroup("Switch the outlets", ["on", "off"], "switching", "commands that switch"),
    ],
    advice={"reboot": "pdu cycle switches off and on"},
    examples=[EXAMPLE],
)


def help_of(*words: str, capsys: pytest.CaptureFixture[str]) -> str:
    PDU.main([*words, "--help"], prog_name="pdu", standalone_mode=False)
    return capsys.readouterr().out


def test_the_help_of_a_command_ends_with_its_examples_and_its_page(
    capsys: pytest.CaptureFixture[str],
) -> None:
    for words, page in ((("status",), "reading.md"), (("on",), "command.md"), ((), INDEX)):
        end = f"\nExamples:\n  {EXAMPLE}\n\nDocs: {page_path(page)}\n"
        assert help_of(*words, capsys=capsys).endswith(end)
    assert STATUS.get_help(click.Context(STATUS)).endswith(f"Docs: {page_path(INDEX)}")


def test_the_help_of_a_group_has_lines_for_commands_and_for_other_groups(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = help_of(capsys=capsys).splitlines()
    assert "  status  the states of the outlets" in lines
    assert "  switching  commands that switch" in lines
    assert not [line for line in lines if line.startswith("  on ")]


def test_the_overview_names_each_command_once() -> None:
    assert list(PDU.overview()) == ["Read                status", "Switch the outlets  on off"]


@pytest.mark.parametrize(
    "line, advice",
    [
        ("stats nut", "did you mean status?"),
        ("o nut", "on switches outlets on, off switches outlets off"),
        ("reboot nut", "pdu cycle switches off and on"),
        ("switching", "choose from on, off; pdu help switching shows them"),
        ("nut status", "the command stands first: pdu status nut"),
        ("xyzzy", "choose from status, on, off"),
    ],
)
def test_a_word_that_is_no_command_leads_to_one(line: str, advice: str) -> None:
    words = line.split()
    with pytest.raises(click.UsageError) as error:
        PDU.main(words, prog_name="pdu", standalone_mode=False)
    assert error.value.message == f"there is no command {words[0]!r}; {advice}"


def test_a_shell_that_completes_words_gets_no_error() -> None:
    context = PDU.make_context("pdu", ["xyzzy"], resilient_parsing=True)
    assert PDU.resolve_command(context, ["xyzzy"])[1] is None
    assert PDU.resolve_command(context, ["status"])[1] is STATUS
