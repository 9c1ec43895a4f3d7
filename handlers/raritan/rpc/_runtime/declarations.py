"""The types that annotations of fields and methods name.

Annotations stay text until their first use, when their types are looked up here. They may therefore
name types of vendor modules that are imported under TYPE_CHECKING.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Callable, Protocol, TypeVar, cast

from .registry import MODULES, RPC, binding_module, vendor_module

F = TypeVar("F", bound=Callable[..., Any])


def once(function: F) -> F:
    """A cache without limit, for facts about our own declarations.

    Unlike `functools.cache` it keeps the function's type.
    """
    return cast(F, cache(function))


class Caller(Protocol):
    """The part of an agent that proxies use."""

    def json_rpc(self, target: str, method: str, params: Mapping[str, object] = ...) -> object: ...


@once
def field_types(cls: type) -> Mapping[str, Any]:
    """Field name → type."""
    return {
        name: _type(text, file)
        for file, body in reversed(class_annotations(cls))
        for name, text in body.items()
    }


def class_annotations(cls: type) -> tuple[tuple[str, Mapping[str, str]], ...]:
    """Module and annotations of the class and its bases, the most derived first.

    Leaves out the classes of `_runtime`.
    """
    return tuple(
        (base.__module__, vars(base).get("__annotations__", {}))
        for base in cls.__mro__
        if base is not object and not base.__module__.startswith(__package__)
    )


def signature_types(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Parameter name → type of a declared method. The key `return` has the type of the result."""
    return {
        name: _type(text, function.__module__) for name, text in function.__annotations__.items()
    }


@once
def _type(text: str, file: str) -> Any:
    """The type that the annotation `text` names in the module `file`. typing.get_type_hints would
    not find a name of another module that the vendor's IDL names without an import."""
    return eval(text, vars(binding_module(file)), _Names(file))  # noqa: S307 - the text is our own declaration


class _Names(dict[str, object]):
    """Finds a name of an annotation: in its file, else among MODULES, else in the file's IDL
    module, such as `pdumodel`.
    """

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file

    def __missing__(self, name: str) -> object:
        """The object of a name. Raises KeyError for a name of Python's own."""
        names_of_file = vars(binding_module(self._file))
        if name in names_of_file:
            return names_of_file[name]
        if name in MODULES:
            return binding_module(f"{RPC}.{name}")
        if self._file.startswith(f"{RPC}."):  # not a script that declares types of its own
            vendor = binding_module(f"{RPC}.{vendor_module(self._file)}")
            if hasattr(vendor, name):
                return getattr(vendor, name)
        raise KeyError(name)  # then `eval` looks among the builtins, such as `int`
