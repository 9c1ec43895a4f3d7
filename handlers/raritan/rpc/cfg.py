"""Raw configuration values. Source: Cfg.idl."""
from __future__ import annotations

from typing import List, Tuple

from ._runtime import Interface, Structure, declared, method

__all__ = ["Cfg", "KeyValue"]


class KeyValue(Structure):
    key: str = ""
    value: str = ""


class Cfg(Interface):
    """Raw configuration values by key."""

    idlType = "cfg.Cfg:1.0.1"

    ERR_INVALID_KEY = 1
    ERR_INVALID_VALUE = 2
    ERR_NOT_ALLOWED_IN_FIPS_MODE = 3

    @method("_ret_", "values")
    def getValues(self, keys: List[str]) -> Tuple[int, List[str]]: declared()
    def setValues(self, keyvaluepairs: List[KeyValue]) -> int: declared()
