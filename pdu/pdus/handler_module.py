"""How a handler's module is imported, and what it says of itself: the one way for this program, for
an interpreter that has nothing else (pdu/workshop/handler/import_alone.py) and for a local
DCImanager (tests/dcimanager/child.py). Those two run this file by its path, so it imports the
standard library alone.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, Callable, NamedTuple, Optional

_SETTING_FIELDS = ("key", "allowed", "read", "default", "help", "secret", "longest")


class Entry(NamedTuple):
    """What a handler's module says of itself."""

    make: Callable[[object], Any]
    #: whether make_handler takes a PduSnmpData
    snmp: bool
    #: the settings that it declares
    settings: Sequence[Any]
    #: the module that defines make_handler
    home: ModuleType


def import_handler(name: str) -> ModuleType:
    """A handler's module, by its import path, or by the path of a file, which need not be in a
    package. What its code raises is not caught.

    A module from a file is not entered in sys.modules: a platform may not enter it either.
    """
    if not name.endswith(".py"):
        return importlib.import_module(name)
    spec = importlib.util.spec_from_file_location("uploaded", name)
    if spec is None or spec.loader is None:
        raise ImportError(f"{name} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def entry_of(module: ModuleType) -> Optional[Entry]:
    """What the module says; None if it has no make_handler."""
    make = getattr(module, "make_handler", None)
    if not callable(make):
        return None
    home = sys.modules.get(getattr(make, "__module__", ""), module)
    snmp = any(map(_speaks_snmp, vars(home).values())) or _takes_snmp_data(make)
    return Entry(make, snmp, _settings(getattr(home, "SETTINGS", ())), home)


def _speaks_snmp(kind: object) -> bool:
    """Whether this is a class below BaseSnmpPdu. By such a class a handler says that it takes a
    PduSnmpData; an archive has no `ABOUT` that could say it.

    BaseSnmpPdu is known by its name: only an SNMP handler should import its module.
    """
    return isinstance(kind, type) and any(
        base.__name__ == "BaseSnmpPdu" for base in kind.__mro__[1:]
    )


def _takes_snmp_data(make: Callable[..., Any]) -> bool:
    """Whether make_handler is annotated with a class of SNMP: the handler's class may be in another
    module.
    """
    annotations = getattr(make, "__annotations__", {}).values()
    names = {getattr(kind, "__name__", kind) for kind in annotations}
    return bool(names & {"PduSnmpData", "BaseSnmpPdu"})


def _settings(value: Any) -> Sequence[Any]:
    """`value` if it is a list or tuple of settings, else (): another pack may use the name
    SETTINGS for other data. An archive has its own class of a setting.
    """
    settings = value if isinstance(value, (tuple, list)) else ()
    is_table = all(hasattr(row, field) for row in settings for field in _SETTING_FIELDS)
    return tuple(settings) if is_table else ()
