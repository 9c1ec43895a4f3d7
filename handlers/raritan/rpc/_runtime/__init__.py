"""The binding's machinery: how declared interfaces, structures and enumerations become calls and JSON.

    agent        one device: login, connection, JSON-RPC calls, files
    answer       JSON-RPC answers; errors: the exceptions
    calls        interfaces, their methods, bulks
    registry     modules, classes by IDL name, fields, types behind annotations, references
    values       base classes of enumerations, structures and value objects; printing
    decoding     JSON → values; `differing` for firmware older or newer than the declarations
    encoding     values → JSON
    times        seconds since 1970, and datetimes
    scripts      files to and from the device's scripts

The vendor's modules declare with the names below.
"""
from __future__ import annotations

import importlib
import sys
from typing import Any, Callable, List, Mapping, Tuple

from .calls import Interface, declared, method
from .times import Time
from .values import ZERO, Enumeration, Structure, TypeName, ValueObject

__all__ = ["ZERO", "Enumeration", "Interface", "Structure", "Time", "TypeName", "ValueObject", "declared", "lazily", "method"]


def lazily(package: str, files: Mapping[str, str]) -> Tuple[Callable[[str], Any], List[str]]:
    """`__getattr__` and `__all__` of a vendor's module in several files: a file is imported when one of its names is asked for.

    files: file → the names that it declares, with blanks between them.
    """
    places = {name: file for file, names in files.items() for name in names.split()}

    def attribute(name: str) -> Any:
        if name not in places:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(importlib.import_module(f"{package}.{places[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value
    return attribute, sorted(places)
