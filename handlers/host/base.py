"""BasePdu, the base class of handlers without SNMP. Its module is not documented."""
from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, cast

_BASE_MODULES = ("pdu_common.base_pdu", "pdu_common.base", "pdu_common.pdu", "pdu_common.base_snmp_pdu")


def _find_base() -> type:
    for module in _BASE_MODULES:
        try:
            found = getattr(importlib.import_module(module), "BasePdu", None)
        except ImportError:
            continue
        if isinstance(found, type):
            return found
    try:
        snmp = importlib.import_module("pdu_common.base_snmp_pdu").BaseSnmpPdu
    except (ImportError, AttributeError):
        snmp = object
    for base in snmp.__mro__:
        if base.__name__ == "BasePdu":
            return cast(type, base)
    raise ImportError(f"this platform has no class BasePdu in {', '.join(_BASE_MODULES)}, nor among the bases of BaseSnmpPdu")


if TYPE_CHECKING:
    from pdu_common.base_pdu import BasePdu as BasePdu
else:
    BasePdu = _find_base()
