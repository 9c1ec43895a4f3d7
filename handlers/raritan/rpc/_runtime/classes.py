"""The classes of the binding, from the vendor's IDL text. A Definition is one block of that text.

enumeration PowerState { PS_OFF, PS_ON }           class PowerState(Enumeration)
structure State { PowerState powerState; }         class State(Structure)
interface Outlet 3.0.4 { State getState(); }       class Outlet(Interface)
"""

from __future__ import annotations

from collections.abc import Mapping
from types import new_class
from typing import Any

from .calls import Interface, Method
from .declarations import named_type
from .enumerations import Enumeration
from .idl_text import Definition, declaration_error, parsed
from .registry import RPC, inner_name
from .structures import Structure, ValueObject

_BASES: Mapping[str, type] = {
    "interface": Interface,
    "structure": Structure,
    "valueobject": ValueObject,
}


def declare(namespace: dict[str, Any], text: str) -> list[str]:
    """Puts the classes that `text`, the IDL of a vendor's module, declares into `namespace`, the
    `globals()` of the Python module of that name. Returns their names, for `__all__`.

    >>> namespace = {"__name__": "handlers.raritan.rpc._idl.test"}
    >>> declare(namespace, "enumeration PowerState { PS_OFF, PS_ON }")
    ['PowerState']
    >>> namespace["PowerState"].PS_ON.val
    1
    """
    _, _, name = namespace["__name__"].rpartition(".")
    builder = _Builder(parsed(name, text))
    classes = builder.classes()
    namespace.update(classes)
    return list(classes)


def public_names(namespace: Mapping[str, Any]) -> list[str]:
    """The `__all__` of a vendor's module: its classes and functions, without what it imports. The
    namespace is its `globals()`.

    firmware.py imports Optional and scripts, declares Firmware, and defines upload and _low_memory
    returned    ["Firmware", ..., "upload"]
    """
    module = namespace["__name__"]
    names: list[str] = []
    for name, value in namespace.items():
        if getattr(value, "__module__", "") == module and not name.startswith("_"):
            names.append(name)
    return names


class _Builder:
    """Makes the classes of one module. `_class_by_name` has those that are made, `_unfinished` the
    names of those that are being made: a base is made while the class that extends it is.

    >>> module = parsed("test", "structure Rating { int current; }")
    >>> _Builder(module).classes()["Rating"](current=16).encode()
    {'current': 16}
    """

    def __init__(self, module: Definition) -> None:
        self._module = module
        self._class_by_name: dict[str, type] = {}
        self._unfinished: set[str] = set()

    def classes(self) -> dict[str, type]:
        """The classes by name, without those inside others."""
        return {name: self._class_of(inner) for name, inner in self._module.inner.items()}

    def _class_of(self, definition: Definition) -> type:
        """The class of a definition: made at the first call, and kept.

        enumeration PowerState { ... }    class PowerState(Enumeration)
        structure A extends A { }         SyntaxError: it extends itself
        """
        if definition.name in self._unfinished:
            raise declaration_error(definition, "it extends itself")
        if definition.name not in self._class_by_name:
            self._unfinished.add(definition.name)
            make = _enumeration if definition.kind == "enumeration" else self._new_class
            self._class_by_name[definition.name] = make(definition)
            self._unfinished.remove(definition.name)
        return self._class_by_name[definition.name]

    def _new_class(self, definition: Definition) -> type:
        """A new class for a structure, a value object or an interface: its constants, inner classes
        and methods are attributes, its fields are in `_definition`.

        interface Outlet 3.0.4 { constant ERR_INVALID_PARAM = 1; State getState(); }
        Outlet.ERR_INVALID_PARAM is 1, Outlet.getState a Method, Outlet.idlType
        "pdumodel.Outlet:3.0.4"
        """
        body: dict[str, Any] = {
            "__module__": _python_module(definition),
            "__qualname__": _qualified_name(definition),
            "__doc__": definition.doc or None,
            "idlType": _type_name(definition),
            "_definition": definition,
            **definition.constants,
        }
        for name, inner in definition.inner.items():
            body[name] = self._class_of(inner)
        if definition.kind == "interface":
            body.update(_methods(definition))
        else:
            body.update(_differences(definition))
        base = self._base(definition) if definition.base else _BASES[definition.kind]
        return new_class(definition.own_name, (base,), {}, lambda names: names.update(body))

    def _base(self, definition: Definition) -> type:
        """The class that a definition extends, which is made first if it is of this module and not
        made yet.

        interface Panel extends PowerMeter               PowerMeter of this module
        valueobject EntryAddedEvent extends event.UserEvent    UserEvent of the module event
        interface Panel extends Nothing                  SyntaxError: nothing declares it
        interface Panel extends State                    SyntaxError: State is no interface
        """
        assert definition.outer is not None  # only the module's own is None
        name = definition.outer.full_name(definition.base)
        module, *path = name.split(".")
        if module == self._module.name:
            base = self._module
            for part in path:
                if part not in base.inner:
                    raise declaration_error(definition, f"nothing declares {name}")
                base = base.inner[part]
            base_class = self._class_of(base)
        else:
            base_class = named_type(definition.base, definition)
        if not issubclass(base_class, _BASES[definition.kind]):
            raise declaration_error(definition, f"{name} is no {definition.kind}")
        return base_class


def _enumeration(definition: Definition) -> type:
    """The class of an enumeration, by the functional form of `enum`: `Enumeration("PowerState",
    {"PS_OFF": 0, "PS_ON": 1})`.
    """
    functional: Any = Enumeration
    cls: type = functional(
        definition.own_name,
        definition.constants,
        module=_python_module(definition),
        qualname=_qualified_name(definition),
    )
    attributes: Any = cls
    attributes.__doc__ = definition.doc or None
    attributes.idlType = definition.name
    attributes._unlisted = definition.unlisted
    return cls


def _methods(definition: Definition) -> dict[str, Method]:
    """The methods of an interface, under each of their names.

    void cycle(); alias cycleAll = cycle;    {"cycle": Method, "cycleAll": the same}
    """
    methods = {method.name: Method(method, definition) for method in definition.methods}
    for second_name, name in definition.aliases.items():
        methods[second_name] = methods[name]
    return methods


def _differences(definition: Definition) -> dict[str, Any]:
    """What differs between releases in the fields of a structure, as attributes of its class.

    int mainCnt=masterCnt;            "_aliases": {"mainCnt": ("masterCnt",)}
    legacy int samplePeriod;          "_legacy": ("samplePeriod",)
    moved keyType = keyInfo.type;     "_moved": {"keyType": InnerField("keyInfo", "type")}
    """
    differences: dict[str, Any] = {}
    aliases = {field.name: field.older_names for field in definition.fields if field.older_names}
    if aliases:
        differences["_aliases"] = aliases
    if definition.legacy:
        differences["_legacy"] = tuple(definition.legacy)
    if definition.moved:
        differences["_moved"] = definition.moved
    return differences


def _python_module(definition: Definition) -> str:
    module, _, _ = definition.name.partition(".")
    return f"{RPC}.{module}"


def _qualified_name(definition: Definition) -> str:
    return definition.name.partition(".")[2]


def _type_name(definition: Definition) -> str:
    """The name of the type, with the version that the definition has. A value object inside an
    interface has the version 1.0.0, and that of its interface.

    >>> module = parsed("test", "interface Outlet 3.0.4 { structure A {} valueobject B {} }")
    >>> outlet = module.inner["Outlet"]
    >>> _type_name(outlet), _type_name(outlet.inner["A"]), _type_name(outlet.inner["B"])
    ('test.Outlet:3.0.4', 'test.Outlet.A', 'test.Outlet_3_0_4.B:1.0.0')
    """
    if definition.version:
        return f"{definition.name}:{definition.version}"
    outer = definition.outer
    if definition.kind != "valueobject" or outer is None or not outer.version:
        return definition.name
    name = inner_name(outer.name, outer.version, definition.own_name)
    return f"{name}:1.0.0"
