"""The vendor's modules, the IDL names of classes, and the class for an IDL name."""

from __future__ import annotations

import functools
import importlib
import re
import sys
from types import ModuleType
from typing import Any, ClassVar, Optional, Union

MODULES = frozenset(
    """
    bulkcfg bulkrpc cascading cert devsettings diag event firmware fitness idl net pdumodel
    peripheral rawcfg security sensors servermon session
""".split()
)
# modules of the vendor's binding, in any release, that this one does not have
OTHER_MODULES = frozenset(
    """
    assetmgrmodel auth cew cfg datetime display dsam emdmodel hmi jsonrpc lhx lhxmodel logging
    luaservice modbus opaque portsmodel powerlogic production radius res_mon serial smartcard
    smartlock sx sys tacplus test tfw um usb usermgmt webcam zigbee
""".split()
)
# characters; checked before `class_of_idl_type`, because devices choose the names in its cache
LONGEST_NAME = 200
RPC = __name__.rpartition("._runtime.")[0]
PACKAGE = sys.modules[RPC]
# `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0`
_VERSION_IN_NAME = re.compile(r"_\d+_\d+_\d+(?=\.|$)")


class IdlType:
    """Base of the IDL types. `idlType`: the name, of an interface or a value object with its
    version: "pdumodel.Outlet:3.0.4", "pdumodel.Outlet.State".
    """

    idlType: ClassVar[str] = ""


def idl_name(cls: type) -> str:
    """The name of a class in its vendor module, such as `pdumodel.Outlet.State`."""
    module = vendor_module(cls.__module__)
    return f"{module}.{cls.__qualname__}" if module else cls.__qualname__


def vendor_module(name: str) -> str:
    """The vendor's module to which the Python module `name` belongs; "" for a module of `_runtime`.

    For a module outside the binding: the last part of its name.

    >>> vendor_module(f"{RPC}.pdumodel"), vendor_module(f"{RPC}._runtime.codec")
    ('pdumodel', '')
    """
    if not name.startswith(f"{RPC}."):
        return name.rpartition(".")[2]
    module, _, _ = name.removeprefix(f"{RPC}.").partition(".")
    return "" if module == "_runtime" else module


def _declared_module(name: str) -> ModuleType:
    """The declarations of a vendor's module. Raises ImportError."""
    # A new upload of this archive may replace it in sys.modules while objects of the old one are in
    # use, so the own package is asked first: an imported module is an attribute of it.
    module = getattr(getattr(PACKAGE, "_idl", None), name, None)
    return module or importlib.import_module(f"{RPC}._idl.{name}")


def class_named(name: str) -> Any:
    """The class that the binding declares under a full name. Raises ImportError or AttributeError
    if it declares none.

    >>> class_named("pdumodel.Outlet.State").__qualname__
    'Outlet.State'
    """
    module, *path = name.split(".")
    item: Any = _declared_module(module)
    for part in path:
        item = getattr(item, part)
    return item


def inner_name(interface: str, version: str, name: str) -> str:
    """The IDL name of a type inside an interface.

    It contains the interface's version, unless that is 1.0.0.

    >>> inner_name("pdumodel.Outlet", "3.0.4", "State")
    'pdumodel.Outlet_3_0_4.State'
    """
    if version == "1.0.0":
        return f"{interface}.{name}"
    return f"{interface}_{version.replace('.', '_')}.{name}"


def base_name(idl_type: str) -> str:
    """The type name without its versions.

    >>> base_name("pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0")
    'pdumodel.Outlet.StateChangedEvent'
    """
    return _VERSION_IN_NAME.sub("", idl_type.partition(":")[0])


@functools.lru_cache(maxsize=1024)
def class_of_idl_type(idl_type: str) -> Optional[type]:
    """The class for `pdumodel.Outlet:3.0.4`, whatever the version; None if this binding (or
    archive) has none.

    The name may come from a device. It can only select an IDL type of a module in MODULES.

    >>> class_of_idl_type("pdumodel.Outlet:9.9.9").__name__
    'Outlet'
    >>> class_of_idl_type("os.system") is None
    True
    """
    module, *names = base_name(idl_type).split(".")
    if module not in MODULES or any(name.startswith("_") for name in names):
        return None
    try:
        item: Any = _declared_module(module)
    except ImportError:
        return None
    for name in names:
        item = _member(item, name)
        if not isinstance(item, type):
            return None
    # without a name the item is still the module
    if not isinstance(item, type) or not issubclass(item, IdlType):
        return None
    if not vendor_module(item.__module__):
        return None  # a base class of the binding itself
    return item


def _member(item: Union[ModuleType, type], name: str) -> Any:
    """What a module has by this name, or a class itself, without its bases; None if nothing:
    `Outlet.State` is a member of Outlet, the `getParents` of its base EDevice is none.
    """
    if isinstance(item, ModuleType):
        return getattr(item, name, None)
    return vars(item).get(name)


class TypeInfo:
    """The names of IDL types and the classes of this binding, as the vendor's binding has them.

    >>> TypeInfo.idlTypeIdToPyClass("pdumodel.Outlet:3.0.4").__name__
    'Outlet'
    >>> TypeInfo.pyClassToIdlName(TypeInfo.decode("pdumodel.Outlet:9.9.9"))
    'pdumodel.Outlet:3.0.4'

    Names of interfaces and value objects end with a version. That of an inner value object may also
    contain the version of its interface."""

    @staticmethod
    def typeBaseName(typeId: str) -> str:
        """The name without versions: `pdumodel.Outlet_3_0_4.StateChangedEvent:1.0.0` is
        `pdumodel.Outlet.StateChangedEvent`.
        """
        return base_name(typeId)

    @staticmethod
    def idlTypeIdToPyClass(typeId: str) -> type[Any]:
        """The class of that name, whatever the version: Outlet for `pdumodel.Outlet:9.9.9`.

        Raises ImportError if this binding has none.
        """
        idl_class = class_of_idl_type(typeId) if len(typeId) <= LONGEST_NAME else None
        if idl_class is None:
            raise ImportError(f"this binding has no {typeId}")
        return idl_class

    @staticmethod
    def pyClassToIdlName(pyClass: type[Any]) -> str:
        """The type name of a class."""
        name: str = pyClass.idlType
        return name

    decode = idlTypeIdToPyClass
    encode = pyClassToIdlName
