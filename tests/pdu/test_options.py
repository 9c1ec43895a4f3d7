"""Numbers as options, and options that need or exclude others."""

from __future__ import annotations

import click
import pytest

from pdu.core.cli.options import ArgumentForm, Option
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
        ("raritan h config raw get --units 2", "--units needs bulk or backup"),
        ("raritan h config bulk get --skip-check m", "--skip-check needs bulk or backup and put"),
        ("raritan h config raw put f --out o", "--out needs get"),
        ("raritan h cert show --out o", "--out needs download"),
        ("raritan h cert --out o", "--out needs download"),
        ("raritan h firmware reboot --cross", "--cross needs update"),
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
        names = {parameter.name for parameter in command.params}
        for option in command.params:
            if not isinstance(option, Option):
                continue
            for needed in option.requires:
                if isinstance(needed, ArgumentForm):
                    assert needed.name in names, (path, option.opts)
                else:
                    assert {needed} if isinstance(needed, str) else {*needed} <= flags, path
                named += 1
            assert {*option.excludes} <= flags, (path, option.opts)
            named += len(option.excludes)
    assert named > 20


def test_a_flag_that_is_not_there_does_not_hide_in_an_argument() -> None:
    """`_is_met` looks at options, so that an argument with a flag's words does not count."""
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
