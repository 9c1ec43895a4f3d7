"""What the binding declares, as text: names, bases, versions, fields with their types, methods
with their signatures. binding.txt is that of the tree; after a change of the binding:

    python -m tests.handlers.raritan.binding_facts
"""

from __future__ import annotations

import importlib
import inspect
import textwrap
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from handlers.raritan.rpc import Enumeration, Interface, Method, Structure, Time, ValueObject
from handlers.raritan.rpc._runtime.declarations import field_types
from handlers.raritan.rpc._runtime.registry import MODULES, idl_name
from handlers.raritan.rpc._runtime.structures import field_names

PATH = Path(__file__).with_name("binding.txt")
_KINDS = (Enumeration, Interface, ValueObject, Structure)
_PYTHON_TYPES = (str, bool, int, float, Time, Interface, Any)


def lines() -> list[str]:
    """All facts by name: those of a class are indented."""
    facts = ["read by test_declarations.py; words: binding_facts.py"]
    for module_name in sorted(MODULES):
        module = importlib.import_module(f"handlers.raritan.rpc.{module_name}")
        for name in sorted(module.__all__):
            value = getattr(module, name)
            if isinstance(value, type) and issubclass(value, _KINDS):
                facts += _class(value)
            elif inspect.isfunction(value):
                facts.append(f"function {module_name}.{name}{inspect.signature(value)}")
            else:
                facts.append(f"class {module_name}.{name}")
    return facts


def _class(cls: type[Any]) -> Iterator[str]:
    """The facts of a class, then those of the classes inside it."""
    kind = next(kind for kind in _KINDS if issubclass(cls, kind))
    bases = ", ".join(idl_name(base) for base in cls.__bases__ if base not in _KINDS)
    name = idl_name(cls)
    type_name = f" sent as {cls.idlType}" if cls.idlType != name else ""
    extends = f" extends {bases}" if bases else ""
    elements = f": {_elements(cls)}" if issubclass(cls, Enumeration) else ""
    yield f"{kind.__name__.lower()} {name}{extends}{type_name}{elements}"
    if issubclass(cls, Enumeration):
        return
    constants: list[str] = []
    inner: list[type[Any]] = []
    methods: list[str] = []
    for attribute, value in vars(cls).items():
        if isinstance(value, type) and issubclass(value, _KINDS):
            inner.append(value)
        elif isinstance(value, Method):
            methods.append(f"    {attribute}{_signature(value)}")
        elif isinstance(value, int) and not attribute.startswith("_"):
            constants.append(f"{attribute} = {value}")
    yield from textwrap.wrap(
        ", ".join(constants), 100, initial_indent="    ", subsequent_indent="        "
    )
    yield from methods
    if issubclass(cls, Structure):
        yield from _fields(cls)
    for inner_class in inner:
        yield from _class(inner_class)


def _elements(cls: type[Enumeration]) -> str:
    elements: list[str] = []
    for name, element in cls.__members__.items():
        mark = " and all numbers without a name" if name == cls._unlisted else ""
        elements.append(f"{name} = {element.value}{mark}")
    return ", ".join(elements)


def _fields(cls: type[Structure]) -> Iterator[str]:
    """The fields in the order of the constructor."""
    types = field_types(cls)
    for name in field_names(cls):
        older_names = "".join(f", older {older}" for older in cls._aliases.get(name, ()))
        legacy = ", only older" if name in cls._legacy else ""
        yield f"    {name}: {_type(types[name])}{older_names}{legacy}"
    for name, (outer, inner) in cls._new_place_by_old_name.items():
        yield f"    older {name}: now {outer}.{inner}"


def _signature(method: Method) -> str:
    """Parameters and results, and those of an older release."""
    parameters: list[str] = []
    for name, parameter in method.signature.parameters.items():
        default = "" if parameter.default is parameter.empty else f" = {parameter.default!r}"
        parameters.append(f"{name}: {_type(method.types[name])}{default}")
    newest, *older = map(_results, method.forms)
    text = f"({', '.join(parameters)}) -> {newest}"
    if method.older_in:
        text += f", older ({', '.join(method.older_in)})"
    return text + "".join(f", older -> {results}" for results in older)


def _results(form: Mapping[str, Any]) -> str:
    if list(form) == ["_ret_"]:
        return _type(form["_ret_"])
    results = ", ".join(f"{name}: {_type(kind)}" for name, kind in form.items())
    return f"({results})" if form else "None"


def _type(hint: Any) -> str:
    """A type in Python's notation, with IDL names."""
    arguments = typing.get_args(hint)
    if hint in _PYTHON_TYPES:
        return "Any" if hint is Any else str(hint.__name__)
    if not arguments:
        return idl_name(hint)
    if typing.get_origin(hint) is not typing.Union:
        inside = ", ".join(map(_type, arguments))
        return f"{typing.get_origin(hint).__name__}[{inside}]"
    types = [_type(argument) for argument in arguments if argument is not type(None)]
    text = " | ".join(types)
    return f"{text} | None" if type(None) in arguments else text


if __name__ == "__main__":
    PATH.write_text("\n".join(lines()) + "\n", "utf-8")
