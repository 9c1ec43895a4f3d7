"""The binding's machinery: how declared interfaces, structures and enumerations become calls and JSON. Nothing here is the vendor's.

    registry     modules, classes by IDL name, fields, types behind annotations
    values       base classes of enumerations, structures, value objects, references; printing
    decoding     JSON → values; `differing` for firmware older or newer than the declarations
    encoding     values → JSON
    calls        interfaces, their methods, bulks
    uploads      files to and from the device's scripts

The vendor's modules declare with the names below.
"""
from __future__ import annotations

from .calls import Interface, declared, method
from .times import Time
from .values import ZERO, Enumeration, Structure, TypeName, ValueObject

__all__ = ["ZERO", "Enumeration", "Interface", "Structure", "Time", "TypeName", "ValueObject", "declared", "method"]
