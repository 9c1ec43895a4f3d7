"""Options that the fields of a class declare: a field holds what click makes of its parameter."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, NamedTuple, Optional, get_args, get_origin, get_type_hints

import click
import pytest

import pdu
from pdu.core.cli.groups import Subcommand
from pdu.core.cli.option_classes import OptionGroup, options_from, parameters_of
from pdu.core.cli.options import Argument, NumberRange, PathText, RunOptions, Seconds, option
from pdu.core.cli.shared_options import ListenAddress
from pdu.energy.meter import Interval

_TYPES: dict[type, type] = {
    click.types.StringParamType: str,
    PathText: str,
    click.Choice: str,
    click.types.IntParamType: int,
    click.IntRange: int,
    click.types.FloatParamType: float,
    click.types.BoolParamType: bool,
    NumberRange: float,
    Seconds: float,
    ListenAddress: str,
    Interval: float,
}


class Limits(NamedTuple):
    lowest: Annotated[int, option("--lowest", "the lowest", "N", click.INT, default=1)]
    highest: Annotated[Optional[int], option("--highest", "the highest", "N", click.INT)]


class Example(NamedTuple):
    name: Annotated[str, Argument("NAME")]
    limits: Limits
    words: Annotated[Sequence[str], option("--words", "words", "WORD", multiple=True)]


def _run(options: Example, run_options: RunOptions) -> int:
    print(options, run_options.json)
    return 3


def _expected(parameter: click.Parameter) -> Any:
    """The type of what click hands over for a parameter."""
    value = _TYPES[type(parameter.type)]
    if parameter.multiple or parameter.nargs == -1:
        generic: Any = Sequence
        return generic[value]
    is_always_there = parameter.required or parameter.default is not None or value is bool
    return value if is_always_there else Optional[value]


def _declared(options: type) -> Iterator[tuple[str, Any, Any]]:
    """Owner and name, type and parameter of each field, those of nested classes too."""
    for name, hint in get_type_hints(options, include_extras=True).items():
        if get_origin(hint) is not Annotated:
            yield from _declared(hint)
            continue
        value_type, metadata = get_args(hint)[:2]
        if not isinstance(metadata, OptionGroup):
            parameter = metadata if isinstance(metadata, click.Parameter) else metadata[0]
            yield f"{options.__name__}.{name}", value_type, parameter


def _option_classes() -> list[type]:
    """The classes of options of all commands."""
    classes: dict[str, type] = {}
    for module in pkgutil.walk_packages(pdu.__path__, "pdu."):
        if module.name.endswith("__main__"):
            continue
        for value in vars(pkgutil.resolve_name(module.name)).values():
            if isinstance(value, Subcommand) and value.options is not None:
                classes[f"{module.name}.{value.options.__name__}"] = value.options
    return [*classes.values()]


def test_each_field_of_each_command_has_the_type_of_its_parameter() -> None:
    classes = _option_classes()
    assert len(classes) >= 2
    wrong = [
        f"{name}: {value_type}, and click hands over {_expected(parameter)}"
        for options in classes
        for name, value_type, parameter in _declared(options)
        if value_type != _expected(parameter)
    ]
    assert not wrong, "\n".join(wrong)


def test_a_command_gets_its_class_with_nested_ones(capsys: pytest.CaptureFixture[str]) -> None:
    command = Subcommand.typed("example", Example, _run, help="An example.", examples=())
    words = ["db", "--lowest", "2", "--words", "a", "--words", "b", "--json"]
    assert command.main(words, standalone_mode=False) == 3
    example = Example("db", Limits(2, None), ("a", "b"))
    assert capsys.readouterr().out == f"{example} True\n"


def test_a_parameter_of_another_name_is_refused() -> None:
    class Wrong(NamedTuple):
        low: Annotated[int, Argument("HIGH")]

    # a class inside a function has no globals of its own names
    Wrong.__annotations__["low"] = Annotated[int, Argument("HIGH")]
    with pytest.raises(TypeError, match="Wrong.low is declared as high"):
        parameters_of(Wrong)


def test_values_of_other_options_are_not_used() -> None:
    values = {"lowest": 1, "highest": None, "other": 7}
    assert options_from(Limits, values, RunOptions()) == Limits(1, None)
