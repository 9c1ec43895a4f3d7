"""Reads MIB files with pysmi's parser.

If two modules disagree on an object's enumeration or units, the object loses both and gets a doubt,
unless it already has one. So does an object whose number, or one of whose values, has two names in
one module. The files should include imported modules that define types or parents of OIDs; the
standard roots are built in.
"""

from __future__ import annotations

import functools
import importlib
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from handlers.shared.errors import SettingsError

from ...cli import optional_packages
from ...cli.output import counted
from ...files.whole_files import read_file
from ...recordings.snmp.recorded_rows import Arcs, arcs, dotted
from .columns import role_of_units
from .mib import STANDARD, Mib, Object

# Roots that files import, so that SNMPv2-SMI and RFC1155-SMI need not be given.
_ROOTS: Mapping[str, Arcs] = {
    name: arcs(oid)
    for name, oid in (
        ("iso", "1"),
        ("org", "1.3"),
        ("dod", "1.3.6"),
        ("internet", "1.3.6.1"),
        ("directory", "1.3.6.1.1"),
        ("mgmt", "1.3.6.1.2"),
        ("mib-2", "1.3.6.1.2.1"),
        ("experimental", "1.3.6.1.3"),
        ("private", "1.3.6.1.4"),
        ("enterprises", "1.3.6.1.4.1"),
        ("security", "1.3.6.1.5"),
        ("snmpV2", "1.3.6.1.6"),
        ("snmpModules", "1.3.6.1.6.3"),
        ("zeroDotZero", "0.0"),
    )
}
_NamedValues = Sequence[tuple[int, str]]
_Label = tuple[str, str]  # the name of an object's module, and its own
_Names = dict[str, dict[str, Any]]  # name -> module -> its definition
_POINT_HINT = re.compile("d-[1-9][0-9]*")  # RFC 2579, 3.1
# Types whose definition need not be given: those of SMI and of SNMPv2-TC, which have no
# DISPLAY-HINT like d-2.
_PLAIN = frozenset(
    (
        "INTEGER",
        "Integer32",
        "Unsigned32",
        "BITS",
        "OCTET STRING",
        "OBJECT IDENTIFIER",
        "Counter32",
        "Gauge32",
        "TimeTicks",
        "Counter64",
        "Counter",
        "Gauge",
        "IpAddress",
        "NetworkAddress",
        "Opaque",
        "DisplayString",
        "PhysAddress",
        "MacAddress",
        "TruthValue",
        "TestAndIncr",
        "AutonomousType",
        "InstancePointer",
        "VariablePointer",
        "RowPointer",
        "RowStatus",
        "TimeStamp",
        "TimeInterval",
        "DateAndTime",
        "StorageType",
        "TDomain",
        "TAddress",
    )
)
_TWO_NAMES = "two names for one number: "
_POINT = (
    "its DISPLAY-HINT inserts a decimal point, so its units may be those of the number as shown"
)


def parse_mib_files(files: Sequence[str]) -> Mib:
    """STANDARD and the objects of these files.

    Raises SettingsError without pysmi, and for a file that it cannot read.
    """
    parser = _pysmi()
    if parser is None:
        raise SettingsError(optional_packages.missing("reading a MIB file", "pysmi"))
    all_modules: list[Any] = []
    modules_of: dict[str, set[str]] = {}
    for file in dict.fromkeys(files):
        modules = _parse_file(parser, file)
        all_modules += modules
        modules_of[file] = {str(module[0]) for module in modules}
    object_by_oid, unresolved_objects = collect_objects(all_modules)
    notes: list[str] = []
    for file, names in modules_of.items():
        missing = sum(module in names for module, _ in unresolved_objects)
        if missing:
            verb = "have" if missing > 1 else "has"
            notes.append(
                f"{file}: {counted(missing, 'object')} {verb} no OID: also give the files that it"
                " imports from"
            )
        ambiguous = [
            f"{mib_object.name} ({mib_object.doubt})"
            for mib_object in object_by_oid.values()
            if mib_object.module in names and mib_object.doubt.startswith(_TWO_NAMES)
        ]
        if ambiguous:
            more = len(ambiguous) - 1
            notes.append(
                f"{file}: no names of values and no units are taken of {ambiguous[0]}"
                f"{f' and of {more} more such' if more else ''}"
            )
    return Mib(
        {**STANDARD, **object_by_oid},
        sorted({mib_object.module for mib_object in object_by_oid.values()}),
        notes,
    )


@functools.lru_cache(maxsize=1)
def _pysmi() -> Any:
    """pysmi's parser, built once because that takes 0.1 s; None if the package is missing."""
    try:
        dialect: Any = importlib.import_module("pysmi.parser.dialect")
        factory: Any = importlib.import_module("pysmi.parser.smi").parserFactory
    except ImportError:
        return None
    # the second name is that of releases before 1.0, such as Debian 12's
    relaxations = getattr(dialect, "smi_v1_relaxed", None) or dialect.smiV1Relaxed
    return factory(**relaxations)()


def _parse_file(parser: Any, file: str) -> list[Any]:
    """The syntax trees of the modules in a file. Raises SettingsError if there is none."""
    errors: Any = importlib.import_module("pysmi.error")
    text = read_file(file).decode("utf-8", "replace")
    trouble = "it has no complete module"
    try:
        modules = list(parser.parse(text))
    except (
        errors.PySmiError,
        RecursionError,
        ValueError,
        KeyError,
        IndexError,
        TypeError,
    ) as error:
        modules, trouble = [], " ".join(str(error).split())[:120]
    finally:
        parser.reset()
    if not modules:
        raise SettingsError(f"{file} is not a MIB file that can be read ({trouble})")
    return modules


def collect_objects(modules: Iterable[Any]) -> tuple[dict[Arcs, Object], set[_Label]]:
    """The objects of the syntax trees by OID, and the labels of those whose OID
    cannot be resolved.
    """
    definitions: dict[_Label, tuple[Object, Sequence[Any], Any]] = {}
    types: _Names = defaultdict(dict)
    nodes: _Names = defaultdict(dict)
    for name, _, _, declarations in (module[:4] for module in modules):
        for declaration in declarations or ():
            if not isinstance(declaration, tuple) or len(declaration) < 3:
                continue
            kind, label = declaration[0], str(declaration[1])
            path = next(
                (
                    part[1]
                    for part in declaration
                    if isinstance(part, tuple) and part[:1] == ("objectIdentifier",)
                ),
                None,
            )
            if kind == "typeDeclaration":
                types[label][str(name)] = declaration[2]
            elif path is not None:
                nodes[label][str(name)] = path
                if kind == "objectTypeClause":
                    definitions[str(name), label] = (
                        _object_of_declaration(label, str(name), declaration),
                        path,
                        declaration[2],
                    )
    of_module: dict[str, dict[Arcs, Object]] = defaultdict(dict)
    oid_by_label: dict[_Label, Optional[Arcs]] = {}
    for mib_object, path, syntax in definitions.values():
        oid = _resolve_oid(path, mib_object.module, nodes, oid_by_label)
        if oid is not None:
            named_values = _named_values(syntax, mib_object.module, types)
            mib_object.oid, mib_object.enumeration = oid, dict(named_values)
            if mib_object.units and any(
                map(_POINT_HINT.fullmatch, _hints(syntax, mib_object.module, types))
            ):
                mib_object.doubt = _POINT
            kind = str(syntax[1]) if isinstance(syntax, tuple) and len(syntax) > 1 else ""
            if mib_object.units and kind not in _PLAIN and kind not in types:
                mib_object.doubt = _undefined_type_note(kind)
            same_oid = of_module[mib_object.module].get(oid)
            two_names = _two_names(named_values)
            if same_oid is not None:
                two_names = f"{dotted(oid)} is {same_oid.name} and {mib_object.name}"
            if two_names:
                mib_object.enumeration, mib_object.units = {}, ""
                mib_object.doubt = f"{_TWO_NAMES}{two_names}"
            of_module[mib_object.module][oid] = mib_object
    object_by_oid: dict[Arcs, Object] = {}
    for objects in of_module.values():
        object_by_oid = merge_objects(object_by_oid, objects)
    return object_by_oid, {
        label for label, (mib_object, *_) in definitions.items() if not mib_object.oid
    }


def merge_objects(
    first: Mapping[Arcs, Object], second: Mapping[Arcs, Object]
) -> dict[Arcs, Object]:
    """The objects of two modules; an object that both define is the one of `first`.

    It loses its enumeration and units, and gets a doubt, if both define one of them differently, or
    if the second has a doubt. If the object of `first` has a doubt, it is not compared and stays
    unchanged. Units whose meaning is not clear differ from clear units, but not from each other.
    """
    both = {**second, **first}
    for oid, mib_object in first.items():
        second_object = second.get(oid)
        if second_object is None or mib_object.doubt:
            continue
        differ = ""
        if (
            mib_object.enumeration
            and second_object.enumeration
            and mib_object.enumeration != second_object.enumeration
        ):
            differ = "enumerations"
        elif (
            mib_object.units
            and second_object.units
            and role_of_units(mib_object.units) != role_of_units(second_object.units)
        ):
            differ = "units"
        if second_object.doubt or differ:
            mib_object.enumeration, mib_object.units = {}, ""
            mib_object.doubt = (
                second_object.doubt or f"two modules define different {differ} of {mib_object.name}"
            )
        else:
            mib_object.enumeration = mib_object.enumeration or second_object.enumeration
            mib_object.units = mib_object.units or second_object.units
    return both


def _object_of_declaration(label: str, module: str, declaration: Sequence[Any]) -> Object:
    """An OBJECT-TYPE from pysmi's syntax tree: tuples of a clause's name and its content."""
    clauses = {
        part[0]: part[1]
        for part in declaration[2:]
        if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str)
    }
    return Object(
        label,
        module,
        units=str(clauses.get("UNITS") or ""),
        access=str(clauses.get("MaxAccessPart") or ""),
        description=str(clauses.get("DESCRIPTION") or ""),
    )


def _definitions(name: str, module: str, definitions_by_name: _Names) -> Mapping[str, Any]:
    """Module -> its definition of `name`: only `module` if it has one, else every module that has
    one.
    """
    node_by_module = definitions_by_name.get(name, {})
    return {module: node_by_module[module]} if module in node_by_module else node_by_module


def _resolve_oid(
    oid_parts: Sequence[Any],
    module: str,
    nodes: _Names,
    arcs_by_label: dict[_Label, Optional[Arcs]],
    depth: int = 0,
) -> Optional[Arcs]:
    """The OID of its parts in a module; None if it cannot be resolved.

    `arcs_by_label` keeps the OIDs of the names, so that each is resolved once.
    """
    arcs: list[int] = []
    for part in oid_parts:
        # a tuple is a name with its number: iso(1)
        number = part[1] if isinstance(part, tuple) else part
        if str(number).isdigit():
            arcs.append(int(number))
        elif str(part) in _ROOTS and module not in nodes.get(str(part), {}):
            arcs += _ROOTS[str(part)]
        elif depth < 64 and not arcs:
            above: set[Optional[Arcs]] = set()
            for where, parent in _definitions(str(part), module, nodes).items():
                if (where, str(part)) not in arcs_by_label:
                    arcs_by_label[where, str(part)] = None  # ends a cycle
                    arcs_by_label[where, str(part)] = _resolve_oid(
                        parent, where, nodes, arcs_by_label, depth + 1
                    )
                above.add(arcs_by_label[where, str(part)])
            oid = above.pop() if len(above) == 1 else None
            if oid is None:
                # for instance, it is defined in a module that was not given
                return None
            arcs += oid
        else:
            return None
    return tuple(arcs)


def _named_values(syntax: Any, module: str, types: _Names, depth: int = 0) -> _NamedValues:
    """The values with their names, defined by the object itself or by its type; none if several
    other modules define this type differently."""
    direct = _enum_spec(syntax)
    name = syntax[1] if isinstance(syntax, tuple) and len(syntax) > 1 else None
    if direct or depth > 8 or not isinstance(name, str):
        return direct
    # The last part of a declaration is its SYNTAX.
    specs = [
        (where, declaration[-1] if isinstance(declaration, tuple) else declaration)
        for where, declaration in _definitions(name, module, types).items()
    ]
    if not specs:
        return ()
    first_module, first_type = specs[0]
    if any(other_type != first_type for _, other_type in specs):
        return ()
    return _named_values(first_type, first_module, types, depth + 1)


def _two_names(named_values: _NamedValues) -> str:
    """The first value that has two names, with them; "" if there is none."""
    name_by_value: dict[int, str] = {}
    for value, name in named_values:
        first = name_by_value.setdefault(value, name)
        if first != name:
            return f"{value} is {first} and {name}"
    return ""


def _hints(syntax: Any, module: str, types: _Names) -> list[str]:
    """The DISPLAY-HINTs of the textual conventions that may be the type."""
    name = str(syntax[1]) if isinstance(syntax, tuple) and len(syntax) > 1 else ""
    hints: list[str] = []
    for declaration in _definitions(name, module, types).values():
        parts = declaration if isinstance(declaration, tuple) else ()
        hints += [
            str(part[1])
            for part in parts
            if isinstance(part, tuple) and len(part) == 2 and part[0] == "DISPLAY-HINT"
        ]
    return hints


def _enum_spec(tree: Any) -> _NamedValues:
    """Values and names of the first enumeration in a syntax tree."""
    if not isinstance(tree, tuple):
        return ()
    if tree and tree[0] == "enumSpec":
        return [(int(value), str(name)) for name, value in tree[1]]
    return next((spec for spec in map(_enum_spec, tree) if spec), ())


def _undefined_type_note(name: str) -> str:
    return (
        f"its type{f' {name}' if name else ''} is not defined in the files given, so its units may"
        " be those of the number as shown: also give the file that defines it"
    )
