"""Raw configuration values. Source: Cfg.idl."""
from __future__ import annotations

from typing import List, Tuple

from ._runtime import Interface, Structure, declared, method


class KeyValue(Structure):
    key: str = ""
    value: str = ""


class Cfg(Interface, version="1.0.1"):
    ERR_INVALID_KEY, ERR_INVALID_VALUE, ERR_NOT_ALLOWED_IN_FIPS_MODE = range(1, 4)

    @method("_ret_", "values")
    def getValues(self, keys: List[str]) -> Tuple[int, List[str]]: declared()
    def setValues(self, keyvaluepairs: List[KeyValue]) -> int: declared()
