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
from itertools import chain
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
    "iso": arcs("1"),
    "org": arcs("1.3"),
    "dod": arcs("1.3.6"),
    "internet": arcs("1.3.6.1"),
    "directory": arcs("1.3.6.1.1"),
    "mgmt": arcs("1.3.6.1.2"),
    "mib-2": arcs("1.3.6.1.2.1"),
    "experimental": arcs("1.3.6.1.3"),
    "private": arcs("1.3.6.1.4"),
    "enterprises": arcs("1.3.6.1.4.1"),
    "security": arcs("1.3.6.1.5"),
    "snmpV2": arcs("1.3.6.1.6"),
    "snmpModules": arcs("1.3.6.1.6.3"),
    "zeroDotZero": arcs("0.0"),
}
_NamedValues = Sequence[tuple[int, str]]
_Label = tuple[str, str]  # the name of an object's module, and its own
_Names = dict[str, dict[str, Any]]  # name -> module -> its definition
_POINT_HINT = re.compile("d-[1-9][0-9]*")  # RFC 2579, 3.1
# Types whose definition need not be given: those of SMI and of SNMPv2-TC, which have no
# DISPLAY-HINT like d-2.
_PLAIN = frozenset(
    """
    INTEGER Integer32 Unsigned32 BITS Counter32 Gauge32 TimeTicks Counter64 Counter Gauge IpAddress
    NetworkAddress Opaque DisplayString PhysAddress MacAddress TruthValue TestAndIncr
    AutonomousType InstancePointer VariablePointer RowPointer RowStatus TimeStamp TimeInterval
    DateAndTime StorageType TDomain TAddress
    """.split()
) | {"OCTET STRING", "OBJECT IDENTIFIER"}
_DEEPEST_TYPE = 8  # types that are defined by types
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
    trees_by_file = {file: _parse_file(parser, file) for file in dict.fromkeys(files)}
    trees = chain.from_iterable(trees_by_file.values())
    objects, unresolved_labels = collect_objects(trees)
    notes: list[str] = []
    for file, trees_of_file in trees_by_file.items():
        names = {str(tree[0]) for tree in trees_of_file}
        unresolved_names = [name for module, name in unresolved_labels if module in names]
        if unresolved_names:
            notes.append(_unresolved_note(file, len(unresolved_names)))
        ambiguous_objects = []
        for mib_object in objects.values():
            if mib_object.module in names and mib_object.doubt.startswith(_TWO_NAMES):
                ambiguous_objects.append(mib_object)
        if ambiguous_objects:
            notes.append(_ambiguity_note(file, ambiguous_objects))
    modules = {mib_object.module for mib_object in objects.values()}
    return Mib({**STANDARD, **objects}, sorted(modules), notes)


def _unresolved_note(file: str, count: int) -> str:
    verb = "have" if count > 1 else "has"
    return (
        f"{file}: {counted(count, 'object')} {verb} no OID: also give the files that it imports"
        " from"
    )


def _ambiguity_note(file: str, objects: Sequence[Object]) -> str:
    first, *others = objects
    more = f" and of {len(others)} more such" if others else ""
    return (
        f"{file}: no names of values and no units are taken of {first.name} ({first.doubt}){more}"
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
    except (errors.PySmiError, RecursionError, ValueError, LookupError, TypeError) as error:
        modules, trouble = [], " ".join(str(error).split())[:120]
    finally:
        parser.reset()
    if not modules:
        raise SettingsError(f"{file} is not a MIB file that can be read ({trouble})")
    return modules


class _Modules:
    """What modules declare, by its name and their own, from pysmi's syntax trees: (module, OID,
    imports, declarations), and a declaration is (kind, name, clauses ...), a clause a pair of its
    name and its content.
    """

    def __init__(self, trees: Iterable[Any]) -> None:
        self.types: _Names = defaultdict(dict)
        #: what stands in the braces of `::= { parent 1 }`: a parent's name and numbers
        self.paths: _Names = defaultdict(dict)
        #: objects, still without their OIDs, and their SYNTAX
        self.objects: dict[_Label, tuple[Object, Any]] = {}
        for tree in trees:
            module, declarations = str(tree[0]), tree[3]
            for declaration in declarations or ():
                if isinstance(declaration, tuple) and len(declaration) > 2:
                    self._add(module, *declaration)

    def _add(
        self, module: str, kind: object, label: object, syntax: Any, *clauses_after: Any
    ) -> None:
        """Add one declaration of a module."""
        name = str(label)
        clauses = _clauses((syntax, *clauses_after))
        if kind == "typeDeclaration":
            self.types[name][module] = syntax
        elif "objectIdentifier" in clauses:
            self.paths[name][module] = clauses["objectIdentifier"]
            if kind == "objectTypeClause":
                self.objects[module, name] = (_object_of(name, module, clauses), syntax)


def _object_of(name: str, module: str, clauses: Mapping[str, Any]) -> Object:
    """The object that an OBJECT-TYPE declares, still without its OID."""
    return Object(
        name,
        module,
        units=str(clauses.get("UNITS") or ""),
        access=str(clauses.get("MaxAccessPart") or ""),
        description=str(clauses.get("DESCRIPTION") or ""),
    )


def _clauses(tree: Any) -> Mapping[str, Any]:
    """The content of each clause in a syntax tree, by its name."""
    clauses: dict[str, Any] = {}
    if not isinstance(tree, tuple):
        return clauses
    for part in tree:
        if isinstance(part, tuple) and len(part) == 2:
            name, content = part
            if isinstance(name, str):
                clauses[name] = content
    return clauses


def collect_objects(trees: Iterable[Any]) -> tuple[dict[Arcs, Object], set[_Label]]:
    """The objects of the syntax trees by OID, and the labels of those whose OID cannot be
    resolved.
    """
    modules = _Modules(trees)
    oids = _resolve_oids(modules.paths)
    objects_by_module: dict[str, dict[Arcs, Object]] = defaultdict(dict)
    for label, (mib_object, syntax) in modules.objects.items():
        if label not in oids:
            continue
        _add_values_and_doubt(mib_object, syntax, modules.types)
        oid = oids[label]
        mib_object.oid = oid
        objects = objects_by_module[mib_object.module]
        if oid in objects:
            names = f"{objects[oid].name} and {mib_object.name}"
            mib_object.withdraw(f"{_TWO_NAMES}{dotted(oid)} is {names}")
        objects[oid] = mib_object
    merged: dict[Arcs, Object] = {}
    for objects in objects_by_module.values():
        merged = merge_objects(merged, objects)
    return merged, modules.objects.keys() - oids.keys()


def _add_values_and_doubt(mib_object: Object, syntax: Any, types: _Names) -> None:
    """Give an object the names of its values, and a doubt if these or its units are not clear."""
    named_values = _named_values(syntax, mib_object.module, types)
    mib_object.enumeration = dict(named_values)
    if mib_object.units:
        mib_object.doubt = _units_doubt(syntax, mib_object.module, types)
    two_names = _two_names(named_values)
    if two_names:
        mib_object.withdraw(f"{_TWO_NAMES}{two_names}")


def merge_objects(
    first: Mapping[Arcs, Object], second: Mapping[Arcs, Object]
) -> dict[Arcs, Object]:
    """The objects of two modules; an object that both define is the one of `first`.

    It loses its enumeration and units, and gets a doubt, if both define one of them differently, or
    if the second has a doubt. If the object of `first` has a doubt, it stays unchanged.
    """
    for oid in first.keys() & second.keys():
        mib_object, rival = first[oid], second[oid]
        if mib_object.doubt:
            continue
        doubt = rival.doubt
        difference = _difference(mib_object, rival)
        if difference and not doubt:
            doubt = f"two modules define different {difference} of {mib_object.name}"
        if doubt:
            mib_object.withdraw(doubt)
        else:
            mib_object.enumeration = mib_object.enumeration or rival.enumeration
            mib_object.units = mib_object.units or rival.units
    return {**second, **first}


def _difference(mib_object: Object, rival: Object) -> str:
    """What two modules define differently of an object, "" for nothing. Units whose meaning is not
    clear differ from clear units, but not from each other.
    """
    names, rival_names = mib_object.enumeration, rival.enumeration
    if names and rival_names and names != rival_names:
        return "enumerations"
    if mib_object.units and rival.units:
        if role_of_units(mib_object.units) != role_of_units(rival.units):
            return "units"
    return ""


# ---- OIDs ----------------------------------------------------------------------------------------


def _resolve_oids(paths: _Names) -> dict[_Label, Arcs]:
    """The OIDs of the names, without those that are below a name that no module defines, or several
    define differently. Each round finds the names below those of the round before.
    """
    oids: dict[_Label, Arcs] = {}
    labels = []
    for name, by_module in paths.items():
        labels += [(module, name) for module in by_module]
    has_found_more = True
    while has_found_more:
        count = len(oids)
        for module, name in labels:
            oid = _oid(paths[name][module], module, paths, oids)
            if oid is not None:
                oids[module, name] = oid
        has_found_more = len(oids) > count
    return oids


def _oid(
    path: Sequence[Any], module: str, paths: _Names, oids: Mapping[_Label, Arcs]
) -> Optional[Arcs]:
    """The OID of its parts; None as long as the name that it is below is not in `oids`."""
    numbers: list[int] = []
    for part in path:
        # a tuple is a name with its number: iso(1)
        word = str(part[1] if isinstance(part, tuple) else part)
        if word.isdigit():
            numbers.append(int(word))
            continue
        parent = _oid_of_parent(word, module, paths, oids)
        if parent is None or numbers:  # a name is only at the beginning
            return None
        numbers += parent
    return tuple(numbers)


def _oid_of_parent(
    name: str, module: str, paths: _Names, oids: Mapping[_Label, Arcs]
) -> Optional[Arcs]:
    """The OID of a name in a module; None if it is not in `oids`, or modules differ about it."""
    if name in _ROOTS and module not in paths.get(name, {}):
        return _ROOTS[name]
    defining_modules = _definitions(name, module, paths)
    parents = {oids.get((defining_module, name)) for defining_module in defining_modules}
    return parents.pop() if len(parents) == 1 else None


def _definitions(name: str, module: str, definitions_by_name: _Names) -> Mapping[str, Any]:
    """Module -> its definition of `name`: only `module` if it has one, else every module that has
    one.
    """
    by_module = definitions_by_name.get(name, {})
    return {module: by_module[module]} if module in by_module else by_module


# ---- types ---------------------------------------------------------------------------------------


def _type_name(syntax: Any) -> str:
    return str(syntax[1]) if isinstance(syntax, tuple) and len(syntax) > 1 else ""


def _named_values(syntax: Any, module: str, types: _Names, depth: int = 0) -> _NamedValues:
    """The values with their names, defined by the object itself or by its type; none if several
    other modules define this type differently."""
    own_values = _enum_spec(syntax)
    type_definitions = _definitions(_type_name(syntax), module, types)
    if own_values or depth > _DEEPEST_TYPE or not type_definitions:
        return own_values
    type_syntaxes = []
    for definition in type_definitions.values():
        # the last part of a declaration is its SYNTAX
        type_syntaxes.append(definition[-1] if isinstance(definition, tuple) else definition)
    first_syntax, *other_syntaxes = type_syntaxes
    if any(other_syntax != first_syntax for other_syntax in other_syntaxes):
        return ()
    first_module = next(iter(type_definitions))
    return _named_values(first_syntax, first_module, types, depth + 1)


def _enum_spec(tree: Any) -> _NamedValues:
    """Values and names of the first enumeration in a syntax tree."""
    if not isinstance(tree, tuple):
        return ()
    if tree and tree[0] == "enumSpec":
        return [(int(value), str(name)) for name, value in tree[1]]
    for part in tree:
        named_values = _enum_spec(part)
        if named_values:
            return named_values
    return ()


def _two_names(named_values: _NamedValues) -> str:
    """The first value that has two names, with them; "" if there is none."""
    name_by_value: dict[int, str] = {}
    for value, name in named_values:
        first = name_by_value.setdefault(value, name)
        if first != name:
            return f"{value} is {first} and {name}"
    return ""


def _units_doubt(syntax: Any, module: str, types: _Names) -> str:
    """Why the units of an object may be those of the number as it is shown; "" for nothing."""
    name = _type_name(syntax)
    if name not in _PLAIN and name not in types:
        type_text = f"its type {name}" if name else "its type"
        return (
            f"{type_text} is not defined in the files given, so its units may be those of the"
            " number as shown: also give the file that defines it"
        )
    for definition in _definitions(name, module, types).values():
        hint = str(_clauses(definition).get("DISPLAY-HINT"))
        if _POINT_HINT.fullmatch(hint):
            return _POINT
    return ""
