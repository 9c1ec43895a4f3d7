"""Numbers as options, options that need or exclude others, and the types of their values."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Optional, get_type_hints

import click
import pytest

from pdu.core.cli.options import NumberRange, Option, PathOption, Seconds
from pdu.core.cli.shared_options import ListenAddress
from pdu.energy.meter import Interval
from tests.pdu.running import command_of, run
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


#: a type of click -> that of its values
_TYPES: dict[type[click.ParamType], type] = {
    click.types.StringParamType: str,
    click.Path: str,
    PathOption: str,
    click.Choice: str,
    click.IntRange: int,
    click.types.BoolParamType: bool,
    NumberRange: float,
    Seconds: float,
    Interval: float,
    ListenAddress: str,
}


def _value_type(parameter: click.Parameter) -> Any:
    """The type of what click hands over for a parameter."""
    value = _TYPES[type(parameter.type)]
    if parameter.multiple or parameter.nargs == -1:
        generic: Any = Sequence
        return generic[value]
    is_always_there = parameter.required or parameter.default is not None or value is bool
    return value if is_always_there else Optional[value]


@pytest.mark.parametrize("path", EVERY[1:], ids=" ".join)
def test_the_function_of_a_command_is_typed_as_click_calls_it(path: tuple[str, ...]) -> None:
    command = command_of(path)
    assert command.callback is not None
    function = inspect.unwrap(command.callback)
    hints = {
        name: hint
        for name, hint in get_type_hints(function).items()
        if name not in ("return", "run_options", "context")
    }
    values = {
        str(parameter.name): _value_type(parameter)
        for parameter in command.params
        if parameter.expose_value
    }
    assert hints == values
