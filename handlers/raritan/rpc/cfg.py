"""Raw configuration values. Source: Cfg.idl."""

from __future__ import annotations

from ._runtime import Interface, Structure, method


class KeyValue(Structure):
    key: str = ""
    value: str = ""


class Cfg(Interface, version="1.0.1"):
    ERR_INVALID_KEY, ERR_INVALID_VALUE, ERR_NOT_ALLOWED_IN_FIPS_MODE = range(1, 4)

    @method("_ret_", "values")
    def getValues(self, keys: list[str]) -> tuple[int, list[str]]: ...
    def setValues(self, keyvaluepairs: list[KeyValue]) -> int: ...
