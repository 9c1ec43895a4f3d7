"""Options that need or exclude others."""

from __future__ import annotations

import click
import pytest

from pdu.cli.options import Option
from tests.pdu.running import command_of
from tests.pdu.test_help import EVERY


def test_what_options_need_and_exclude_are_options_of_the_same_command() -> None:
    named = 0
    for path in EVERY:
        command = command_of(path)
        flags = {flag for parameter in command.params for flag in parameter.opts}
        for option in command.params:
            if not isinstance(option, Option):
                continue
            named_flags = {*option.requires, *option.excludes}
            assert named_flags <= flags, (path, option.opts)
            named += len(named_flags)
    assert named > 10


def test_a_flag_that_is_not_there_does_not_hide_in_an_argument() -> None:
    """An argument with a flag's words does not count as that option."""
    command = click.Command(
        "c",
        params=[
            click.Argument(["word"]),
            Option(["--needs"], is_flag=True, requires=["--needed"]),
            Option(["--needed"], is_flag=True),
        ],
        callback=lambda **_: None,
    )
    with pytest.raises(click.UsageError, match="--needs needs --needed"):
        command.main(["--needs", "--", "--needed"], standalone_mode=False)
    command.main(["--needs", "--needed", "w"], standalone_mode=False)
