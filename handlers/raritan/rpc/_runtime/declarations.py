"""References, and what declarations say: the fields of a class, and the types in annotations.

Declaring a class costs next to nothing: annotations are text, and their types are looked up here at first use. So a
vendor module is imported when one of its types is needed, and its imports for annotations alone stay under TYPE_CHECKING.
"""
from __future__ import annotations

import importlib
import sys
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, Mapping, Optional, Protocol, Tuple, TypeVar, cast

from .registry import MODULES, RPC, idl_name, vendor_module

if TYPE_CHECKING:
    from typing_extensions import Self

F = TypeVar("F", bound=Callable[..., Any])


def once(function: F) -> F:
    """Keeps every result, for facts of our own declarations. Unlike `lru_cache` it keeps the type of the function."""
    return cast(F, lru_cache(maxsize=None)(function))


class Caller(Protocol):
    """What a proxy needs of its agent."""

    def json_rpc(self, target: str, method: str, params: Mapping[str, object] = ...) -> object: ...


class Reference:
    """An object on the device: `target` is its resource id, `agent` sends the calls."""

    idlType: ClassVar[str] = ""

    def __init__(self, target: str, agent: Caller, idl_type: Optional[str] = None) -> None:
        self.target, self.agent = target, agent
        self.wire_type = self.idlType if idl_type is None else idl_type     # as the device spelled it, with version

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Reference) and self.target == other.target and idl_name(type(self)) == idl_name(type(other))

    def __hash__(self) -> int:
        return hash((type(self), self.target))

    def __deepcopy__(self, memo: Dict[int, object]) -> Self:
        """Itself: the copy of a structure shares the agent."""
        return self

    def __str__(self) -> str:
        return f"{idl_name(type(self))}: {self.target}"

    __repr__ = __str__


# ---- fields and annotations ----------------------------------------------------------------------------------

@once
def field_types(cls: type) -> Mapping[str, Any]:
    """Field name → type."""
    return {name: _type(text, file) for file, body in reversed(declared_bodies(cls)) for name, text in body.items()}


def declared_bodies(cls: type) -> Tuple[Tuple[str, Mapping[str, str]], ...]:
    """File and annotations of the class and each base that declares fields, the most derived first."""
    return tuple((base.__module__, vars(base).get("__annotations__", {}))
                 for base in cls.__mro__ if base is not object and not base.__module__.startswith(__package__))


def signature_types(function: Callable[..., Any]) -> Mapping[str, Any]:
    """Parameter name → type of a declared method, `return` for what it returns."""
    return {name: _type(text, function.__module__) for name, text in function.__annotations__.items()}


@once
def _type(text: str, file: str) -> Any:
    """The type that an annotation in that file means."""
    return eval(text, vars(sys.modules[file]), _Names(file))        # noqa: S307 - the text of our own declarations


class _Names(Dict[str, object]):
    """What an annotation may name: what its file has, a module of the vendor, what the file's vendor module offers."""

    def __init__(self, file: str) -> None:
        super().__init__()
        self._file = file

    def __missing__(self, name: str) -> object:
        here = vars(sys.modules[self._file])
        if name in here:
            return here[name]
        if name in MODULES:
            return importlib.import_module(f"{RPC}.{name}")
        vendor: Any = sys.modules[f"{RPC}.{vendor_module(self._file)}"]
        if name in vendor.__all__:
            return getattr(vendor, name)
        raise KeyError(name)                # a builtin: `int`
