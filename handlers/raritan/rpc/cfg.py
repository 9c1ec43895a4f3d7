"""Raw configuration values."""
from __future__ import annotations

from dataclasses import dataclass
from typing import List, Tuple

from .idl import declared, Interface, method, Structure

__all__ = ["Cfg", "KeyValue"]


@dataclass(eq=False, repr=False)
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

    @method()
    def setValues(self, keyvaluepairs: List[KeyValue]) -> int: declared()
