"""The Python types of what IDL declares: of the fields of a class, and of a method's parameters.

A Type is a type as the IDL text names it, a Definition a block of that text, such as a structure.
Python types are looked up at their first use, when every module that they name can be imported.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from types import GenericAlias
from typing import Any, Callable, Optional, Protocol, TypeVar, Union, cast

from .idl_text import Definition, Field, Type, declaration_error
from .registry import MODULES, PACKAGE, class_named
from .times import Time

F = TypeVar("F", bound=Callable[..., Any])
# a value that names an IDL type: a class of this binding, or the type's name
TypeName = Union[str, type[Any]]
_PYTHON_TYPES: Mapping[str, Any] = {
    "string": str,
    "boolean": bool,
    "int": int,
    "double": float,
    "time": Time,
    "any": Any,
    "typename": TypeName,
}


def once(function: F) -> F:
    """A cache without limit, for facts about our own declarations.

    Unlike `functools.cache` it keeps the function's type.
    """
    return cast(F, cache(function))


class Caller(Protocol):
    """The part of an agent that proxies use: json_rpc("/model/pdu/0/outlet/6", "getState") returns
    the `result` member of the answer.
    """

    def json_rpc(self, target: str, method: str, params: Mapping[str, object] = ...) -> object: ...


def python_type(kind: Type, scope: Definition) -> Any:
    """The Python type for `kind`, a type as the IDL names it inside the definition `scope`.

    >>> module = Definition("module", "pdumodel", 1)
    >>> python_type(Type("vector", (Type("string"),)), module) == list[str]
    True
    >>> python_type(Type("boolean", is_optional=True), module) == Optional[bool]
    True
    """
    arguments = tuple(python_type(argument, scope) for argument in kind.arguments)
    hint: Any
    if kind.name == "|":
        hint = Union[arguments]
    elif kind.name == "vector":
        hint = GenericAlias(list, arguments)
    elif kind.name == "map":
        hint = GenericAlias(dict, arguments)
    elif kind.name == "Object":
        hint = PACKAGE.Interface
    elif kind.name in _PYTHON_TYPES:
        hint = _PYTHON_TYPES[kind.name]
    else:
        hint = named_type(kind.name, scope)
    return Optional[hint] if kind.is_optional else hint


def named_type(name: str, scope: Definition) -> Any:
    """The class that the IDL names `name` inside the definition `scope`: the one that is declared
    in that definition or around it, else one of another module.

    >>> module = Definition("module", "pdumodel", 1)
    >>> named_type("sensors.NumericSensor", module).__name__
    'NumericSensor'

    Raises SyntaxError for a name that nothing declares, ImportError for one of a module that an
    archive lacks.
    """
    full_name = scope.full_name(name)
    module, _, _ = full_name.partition(".")
    try:
        return class_named(full_name)
    except (AttributeError, ImportError) as error:
        if isinstance(error, ImportError) and module in MODULES:
            raise
        raise declaration_error(scope, f"nothing declares {name}") from None


def types_of(fields: Sequence[Field], scope: Definition) -> dict[str, Any]:
    """Name → type of fields, parameters or results that the definition `scope` declares.

    >>> types_of([Field("name", Type("string"))], Definition("module", "pdumodel", 1))
    {'name': <class 'str'>}
    """
    return {field.name: python_type(field.type, scope) for field in fields}


def parameter_types(
    newest: Sequence[Field], older: Sequence[Field], scope: Definition
) -> dict[str, Any]:
    """Name → type of a method's parameters in the newest and in an older release. A parameter that
    stands in both takes the types of both; one that only the older release has is optional.

    >>> newest = [Field("name", Type("string"))]
    >>> older = [Field("index", Type("int")), Field("force", Type("boolean"))]
    >>> types = parameter_types(newest, older, Definition("module", "pdumodel", 1))
    >>> types == {"name": Union[str, int], "force": Optional[bool]}
    True
    """
    types = types_of(newest, scope)
    for position, field in enumerate(older):
        older_type = python_type(field.type, scope)
        if position < len(newest):
            name = newest[position].name
            types[name] = Union[types[name], older_type]
        else:
            types[field.name] = Optional[older_type]
    return types


def may_be_left_out(parameter: Field) -> bool:
    """Whether a caller may leave out a parameter, which older firmware does not have. A reference
    is always given: it may be None.

    >>> may_be_left_out(Field("n", Type("int", is_optional=True)))
    True
    >>> may_be_left_out(Field("sensor", Type("sensors.Sensor", is_optional=True)))
    False
    """
    return parameter.type.is_optional and parameter.type.name in _PYTHON_TYPES


def definitions_of(cls: type) -> list[Definition]:
    """The definitions of a class and its bases, the most derived first.

    >>> from ..pdumodel import Panel
    >>> [definition.name for definition in definitions_of(Panel)]
    ['pdumodel.Panel', 'pdumodel.PowerMeter']
    """
    return [vars(base)["_definition"] for base in cls.__mro__ if "_definition" in vars(base)]


@once
def field_types(cls: type) -> Mapping[str, Any]:
    """Field name → type of a structure, those of the bases first.

    >>> from ..pdumodel import Rating
    >>> field_types(Rating)["decimalCurrent"] is float
    True
    """
    types: dict[str, Any] = {}
    for definition in reversed(definitions_of(cls)):
        types.update(types_of(definition.fields, definition))
    return types
