"""The fixed list of IDL modules in this binding: a class is found by name in it, never imported by a device's word."""
from __future__ import annotations

import importlib
import re
from functools import lru_cache
from typing import Any, Optional, Type, TypeVar

T = TypeVar("T")

MODULES = frozenset((
    "assetmgrmodel", "auth", "bulkcfg", "bulkrpc", "cascading", "cert", "cfg", "datetime", "devsettings", "diag", "display", "dsam",
    "event", "firmware", "fitness", "hmi", "idl", "jsonrpc", "logging", "luaservice", "modbus", "net", "pdumodel", "peripheral",
    "portsmodel", "production", "rawcfg", "res_mon", "security", "sensors", "serial", "servermon", "session", "smartcard",
    "smartlock", "sx", "sys", "test", "tfw", "um", "usb", "usermgmt", "webcam", "zigbee",
))
_LONGEST = 200                              # what a device calls its types is remembered, so a name has an end
_VERSION_IN_NAME = re.compile(r"_\d+_\d+_\d+(?=\.|$)")      # `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0`


def base_name(idl_type: str) -> str:
    """The type name without its versions."""
    return _VERSION_IN_NAME.sub("", idl_type.partition(":")[0])


def find(idl_type: str) -> Optional[type]:
    """`pdumodel.Outlet:3.0.4` -> that class, whatever the version; None where this binding (or archive) has none."""
    return _found(idl_type) if len(idl_type) <= _LONGEST else None


@lru_cache(maxsize=1024)
def _found(idl_type: str) -> Optional[type]:
    module, *names = base_name(idl_type).split(".")
    if module not in MODULES:
        return None
    try:
        found: Any = importlib.import_module(f".{module}", __package__)
    except ImportError:
        return None
    for name in names:
        found = None if name.startswith("_") else vars(found).get(name)
        if not isinstance(found, type):
            return None
    return found if isinstance(found, type) else None


def most_derived(base: Type[T], idl_type: str) -> Type[T]:
    """The class of that name where it is a `base`, else `base`: a type that is newer than this binding stays usable."""
    found = find(idl_type)
    return found if found is not None and issubclass(found, base) else base
