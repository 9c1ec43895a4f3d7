"""The vendor's modules, the IDL names of classes, and the class behind an IDL name."""
from __future__ import annotations

import importlib
import re
from functools import lru_cache
from types import ModuleType
from typing import Any, Optional

MODULES = frozenset("""
    assetmgrmodel auth bulkcfg bulkrpc cascading cert cfg datetime devsettings diag display dsam event firmware fitness
    hmi idl jsonrpc logging luaservice modbus net pdumodel peripheral portsmodel production radius rawcfg res_mon security
    sensors serial servermon session smartcard smartlock sx sys tacplus test tfw um usb usermgmt webcam zigbee
""".split())
LONGEST_NAME = 200                          # bounds the cache of `find`: devices choose the names of types
RPC = __name__.rpartition("._runtime.")[0]
_VERSION_IN_NAME = re.compile(r"_\d+_\d+_\d+(?=\.|$)")      # `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0`


def idl_name(cls: type) -> str:
    """`pdumodel.Outlet.State` for the class of that name, in whichever file of the vendor's module it is declared."""
    module = vendor_module(cls.__module__)
    return f"{module}.{cls.__qualname__}" if module else cls.__qualname__


def vendor_module(file: str) -> str:
    """The module of the vendor that a Python module belongs to; "" for our own machinery."""
    module = file[len(RPC) + 1:].partition(".")[0] if file.startswith(RPC + ".") else file.rpartition(".")[2]
    return "" if module == "_runtime" else module


def inner_name(interface: str, version: str, name: str) -> str:
    """The name of a type that an interface declares: it holds the interface's version, unless that is 1.0.0."""
    return f"{interface}{'' if version == '1.0.0' else '_' + version.replace('.', '_')}.{name}"


def base_name(idl_type: str) -> str:
    """The type name without its versions."""
    return _VERSION_IN_NAME.sub("", idl_type.partition(":")[0])


@lru_cache(maxsize=1024)
def find(idl_type: str) -> Optional[type]:
    """The class for `pdumodel.Outlet:3.0.4`, whatever the version; None where this binding (or archive) has none.

    The name may come from a device. It only selects: from MODULES, and from the names that those declare.
    """
    module, *names = base_name(idl_type).split(".")
    if module not in MODULES:
        return None
    try:
        found: Any = importlib.import_module(f".{module}", RPC)
    except ImportError:
        return None
    for name in names:
        public = name in found.__all__ if isinstance(found, ModuleType) else name in vars(found) and not name.startswith("_")
        found = getattr(found, name) if public else None
        if not isinstance(found, type):
            return None
    return found if isinstance(found, type) else None
