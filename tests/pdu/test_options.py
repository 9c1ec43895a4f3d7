"""Numbers as options, and options that need or exclude others."""

from __future__ import annotations

import click
import pytest

from pdu.core.cli.options import Option
from tests.pdu.running import run
from tests.pdu.test_dialect import command_of
from tests.pdu.test_help import EVERY


@pytest.mark.parametrize(
    "arguments",
    [
        ("find", "127.0.0.0/30", "--rate", "nan"),
    ],
)
def test_nan_is_no_number_of_any_range(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, error = run(capsys, *arguments)
    assert code == 2 and "is not a number" in error


@pytest.mark.parametrize(
    "arguments, said",
    [
        ("check l.csv --watch 5 --csv", "give only one of --csv and --watch"),
        ("check l.csv --csv --json", "give only one of --json and --csv"),
        ("status snmp h --json --csv", "No such option: --csv"),
        ("outlets snmp h --csv --json", "give only one of --json and --csv"),
        ("find 192.0.2.0/30 --auth a", "--auth needs --login"),
        ("find 192.0.2.0/30 --login a", "--login needs --auth"),
    ],
)
def test_an_option_without_effect_is_refused_before_anything_is_read(
    arguments: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, error = run(capsys, *arguments.split())
    assert code == 2 and said in " ".join((out + error).split()), out + error


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
