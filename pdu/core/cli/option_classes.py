"""Options of a command declared as a class with annotated fields: the declaration is the type that
the command receives.

    class DriverOptions(NamedTuple):
        every: Annotated[float, EVERY(default="30s", show_default=True)]

A field's metadata is a click parameter of the same name, also as a list of one, or an
`OptionGroup`. A field without metadata whose type has such fields is declared by them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol, TypeVar, cast, get_type_hints, runtime_checkable

import click

from .options import Parameters, RunOptions

T = TypeVar("T")


@runtime_checkable
class OptionGroup(Protocol):
    """Several parameters that make one value."""

    @property
    def parameters(self) -> Parameters:
        """In the order of the help."""

    def take(self, values: Mapping[str, Any], run_options: RunOptions) -> object:
        """The value, of those of the command's parameters by name. Raises click.UsageError."""


def parameters_of(options: type) -> list[click.Parameter]:
    """The parameters that the fields of a class declare, in their order."""
    parameters: list[click.Parameter] = []
    for name, field_type, metadata in _fields(options):
        if metadata is None:
            parameters += parameters_of(field_type)
        elif isinstance(metadata, OptionGroup):
            parameters += metadata.parameters
        else:
            (parameter,) = (metadata,) if isinstance(metadata, click.Parameter) else metadata
            if parameter.name != name:
                raise TypeError(f"{options.__name__}.{name} is declared as {parameter.name}")
            parameters.append(parameter)
    return parameters


def options_from(options: type[T], values: Mapping[str, Any], run_options: RunOptions) -> T:
    """An instance of the class, with the values that click has read, by the parameters' names."""
    fields: dict[str, Any] = {}
    for name, field_type, metadata in _fields(options):
        if metadata is None:
            fields[name] = options_from(field_type, values, run_options)
        elif isinstance(metadata, OptionGroup):
            fields[name] = metadata.take(values, run_options)
        else:
            fields[name] = values[name]
    return options(**fields)


def _fields(options: type) -> Iterator[tuple[str, type, Any]]:
    """Name, type and metadata of each field; None as metadata of a nested class."""
    for name, hint in get_type_hints(options, include_extras=True).items():
        metadata = getattr(hint, "__metadata__", None)
        yield name, cast(type, hint), None if metadata is None else metadata[0]
