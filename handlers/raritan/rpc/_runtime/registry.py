"""What the binding declares: its modules, the class behind an IDL type name, the fields of a class, the types in annotations.

Declaring a class costs next to nothing: annotations are text, and their types are looked up here at first use. So a
vendor module is imported when one of its types is needed, and its imports for annotations alone stay under TYPE_CHECKING.
"""
from __future__ import annotations

import importlib
import re
import sys
from functools import lru_cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Callable, ClassVar, Dict, Mapping, Optional, Protocol, Tuple, TypeVar, cast

if TYPE_CHECKING:
    from typing_extensions import Self

F = TypeVar("F", bound=Callable[..., Any])

MODULES = frozenset("""
    assetmgrmodel auth bulkcfg bulkrpc cascading cert cfg datetime devsettings diag display dsam event firmware fitness
    hmi idl jsonrpc logging luaservice modbus net pdumodel peripheral portsmodel production radius rawcfg res_mon security
    sensors serial servermon session smartcard smartlock sx sys tacplus test tfw um usb usermgmt webcam zigbee
""".split())
LONGEST_NAME = 200                          # bounds the cache of `find`: devices choose the names of types
_RPC = __name__.rpartition("._runtime.")[0]
_VERSION_IN_NAME = re.compile(r"_\d+_\d+_\d+(?=\.|$)")      # `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0`


def once(function: F) -> F:
    """Keeps every result, for facts of our own declarations. Unlike `lru_cache` it keeps the type of the function."""
    return cast(F, lru_cache(maxsize=None)(function))


# ---- names of types ------------------------------------------------------------------------------------------

def idl_name(cls: type) -> str:
    """`pdumodel.Outlet.State` for the class of that name, in whichever file of the vendor's module it is declared."""
    module = _vendor_module(cls.__module__)
    return f"{module}.{cls.__qualname__}" if module else cls.__qualname__


def _vendor_module(file: str) -> str:
    """The module of the vendor that a Python module belongs to; "" for our own machinery."""
    module = file[len(_RPC) + 1:].partition(".")[0] if file.startswith(_RPC + ".") else file.rpartition(".")[2]
    return "" if module == "_runtime" else module


def base_name(idl_type: str) -> str:
    """The type name without its versions."""
    return _VERSION_IN_NAME.sub("", idl_type.partition(":")[0])


@lru_cache(maxsize=1024)
def find(idl_type: str) -> Optional[type]:
    """The class for `pdumodel.Outlet:3.0.4`, whatever the version; None where this binding (or archive) has none.

    The name may come from a device. It only selects: from MODULES, and from the names that those declare.
    """
    module, *names = base_name(idl_type).split(".")
    if module not in MODULES:
        return None
    try:
        found: Any = importlib.import_module(f".{module}", _RPC)
    except ImportError:
        return None
    for name in names:
        public = name in found.__all__ if isinstance(found, ModuleType) else name in vars(found) and not name.startswith("_")
        found = getattr(found, name) if public else None
        if not isinstance(found, type):
            return None
    return found if isinstance(found, type) else None


# ---- references ----------------------------------------------------------------------------------------------

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
def field_names(cls: type) -> Tuple[str, ...]:
    """A structure's fields in the order of its constructor: those of the newest firmware, then those that only older ones have.

    Derived value objects put their own fields before those of their base, as the vendor's constructors do.
    """
    bodies = [tuple(body) for _, body in _declared_bodies(cls)]
    own_first: bool = getattr(cls, "_own_first")
    names = dict.fromkeys(name for body in (bodies if own_first else bodies[::-1]) for name in body)
    return tuple(sorted(names, key=getattr(cls, "_legacy").__contains__))


@once
def field_types(cls: type) -> Mapping[str, Any]:
    """Field name → type, in the order of `field_names`."""
    found = {name: _type(text, file) for file, body in reversed(_declared_bodies(cls)) for name, text in body.items()}
    return {name: found[name] for name in field_names(cls)}


def _declared_bodies(cls: type) -> Tuple[Tuple[str, Mapping[str, str]], ...]:
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
            return importlib.import_module(f"{_RPC}.{name}")
        vendor: Any = sys.modules[f"{_RPC}.{_vendor_module(self._file)}"]
        if name in vendor.__all__:
            return getattr(vendor, name)
        raise KeyError(name)                # a builtin: `int`
