"""The binding's machinery: how declared interfaces, structures and enumerations become calls and JSON. Nothing here is the vendor's.

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

from .calls import Interface, declared, method
from .times import Time
from .values import ZERO, Enumeration, Structure, TypeName, ValueObject

__all__ = ["ZERO", "Enumeration", "Interface", "Structure", "Time", "TypeName", "ValueObject", "declared", "method"]
