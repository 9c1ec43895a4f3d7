"""Reads MIB files with pysmi's parser and, independently, with smidump. At least one must be installed.

If the two programs, or two modules, disagree on an object's enumeration or units, the object loses both and gets a doubt, unless
it already has one.
The files should include imported modules that define types or parents of OIDs; the standard roots are built in. smidump looks
for imported modules among these files first.
"""
from __future__ import annotations

import functools
import importlib
import os
import re
import shutil
import subprocess
import tempfile
import xml.etree.ElementTree as xml
from collections import defaultdict
from contextlib import suppress
from pathlib import Path
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from ....errors import SettingsError
from ...files import read_file
from ...output import counted
from ..snmp.rows import Arcs, arcs
from .columns import worth
from .mib import STANDARD, Mib, Object

_SMIDUMP_S = 60.0
# Roots that files import, so that SNMPv2-SMI and RFC1155-SMI need not be given.
_ROOTS: Mapping[str, Arcs] = {name: arcs(oid) for name, oid in (
    ("iso", "1"), ("org", "1.3"), ("dod", "1.3.6"), ("internet", "1.3.6.1"), ("directory", "1.3.6.1.1"), ("mgmt", "1.3.6.1.2"),
    ("mib-2", "1.3.6.1.2.1"), ("experimental", "1.3.6.1.3"), ("private", "1.3.6.1.4"), ("enterprises", "1.3.6.1.4.1"),
    ("security", "1.3.6.1.5"), ("snmpV2", "1.3.6.1.6"), ("snmpModules", "1.3.6.1.6.3"), ("zeroDotZero", "0.0"))}
# Not every system has these modules, so smidump gets substitutes for them.
_ROOT_MODULES = ("SNMPv2-SMI", "RFC1155-SMI", "RFC1065-SMI")
_ROOT_TYPES = {"Counter32": "Unsigned32", "Gauge32": "Unsigned32", "TimeTicks": "Unsigned32", "Counter64": "Unsigned32",
               "Counter": "Unsigned32", "Gauge": "Unsigned32", "IpAddress": "OCTET STRING", "NetworkAddress": "OCTET STRING",
               "Opaque": "OCTET STRING"}
_MODULE = re.compile(rb"^(?:\xef\xbb\xbf)?[ \t]*([A-Za-z][A-Za-z0-9-]{0,63})\s+DEFINITIONS\s*::=\s*BEGIN", re.MULTILINE)
_Enumeration = Dict[int, str]
_Label = Tuple[str, str]                    # the name of an object's module, and its own
_Types = Mapping[_Label, xml.Element]        # smidump's type definitions
_Names = Dict[str, Dict[str, Any]]           # name -> module -> its definition
_POINT_HINT = re.compile("d-[1-9][0-9]*")           # RFC 2579, 3.1
# Types whose definition need not be given: those of SMI and of SNMPv2-TC, which have no DISPLAY-HINT like d-2.
_PLAIN = frozenset((
    "INTEGER", "Integer32", "Unsigned32", "BITS", "OCTET STRING", "OBJECT IDENTIFIER", *_ROOT_TYPES, "DisplayString",
    "PhysAddress", "MacAddress", "TruthValue", "TestAndIncr", "AutonomousType", "InstancePointer", "VariablePointer",
    "RowPointer", "RowStatus", "TimeStamp", "TimeInterval", "DateAndTime", "StorageType", "TDomain", "TAddress"))
_POINT = "its DISPLAY-HINT inserts a decimal point, so its units may be those of the number as shown"
_NO_READER = ("reading a MIB file needs the Python package pysmi (python -m pip install pysmi), or smidump (Debian: apt-get "
              "install smitools)")


def read(files: Sequence[str]) -> Mib:
    """STANDARD and the objects of these files. Raises SettingsError without a reader, and for a file that no reader can read."""
    parser, smidump = _pysmi(), shutil.which("smidump")
    if parser is None and smidump is None:
        raise SettingsError(_NO_READER)
    contents = {file: read_file(file) for file in files}
    dumps = _dumped(smidump, contents) if smidump is not None else {}
    parsed: List[Any] = []
    modules_of: Dict[str, Set[str]] = {}
    notes: List[str] = []
    for file, content in contents.items():
        modules, trouble = (_parsed(parser, content.decode("utf-8", "replace")) if parser is not None
                            else ([], "pysmi is not installed"))
        parsed += modules
        modules_of[file] = {str(module[0]) for module in modules}
        if file in dumps:
            modules_of[file].update(map(_module, dumps[file]))
        elif not modules:
            raise SettingsError(f"{file} is not a MIB file that can be read ({trouble})")
        if not modules:
            notes.append(f"{file}: read only by smidump ({trouble})")
    first, lost = _objects(parsed)
    second, also_lost = _dumped_objects([tree for trees in dumps.values() for tree in trees])
    both = _agreed(first, second)
    lost = (lost | also_lost) - {(one.module, one.name) for one in (*first.values(), *second.values())}
    for file, names in modules_of.items():
        missing = sum(module in names for module, _ in lost)
        if missing:
            verb = "have" if missing > 1 else "has"
            notes.append(f"{file}: {counted(missing, 'object')} {verb} no OID: also give the files that it imports from")
    return Mib({**STANDARD, **both}, sorted({one.module for one in both.values()}), notes)


def _agreed(first: Mapping[Arcs, Object], second: Mapping[Arcs, Object],
            by: str = "pysmi and smidump read") -> Dict[Arcs, Object]:
    """The objects of both readers, or of two modules; an object that both have is the one of `first`.

    It loses its enumeration and units, and gets a doubt, if both define one of them differently, or if the second has a doubt.
    If the object of `first` has a doubt, it is not compared and stays unchanged.
    Units whose meaning is not clear differ from clear units, but not from each other.
    """
    both = {**second, **first}
    for oid, object_ in first.items():
        other = second.get(oid)
        if other is None or object_.doubt:
            continue
        differ = ""
        if object_.enumeration and other.enumeration and object_.enumeration != other.enumeration:
            differ = "enumerations"
        elif object_.units and other.units and worth(object_.units) != worth(other.units):
            differ = "units"
        if other.doubt or differ:
            object_.enumeration, object_.units = {}, ""
            object_.doubt = other.doubt or f"{by} different {differ} of {object_.name}"
        else:
            object_.enumeration, object_.units = object_.enumeration or other.enumeration, object_.units or other.units
    return both


# ---- pysmi ---------------------------------------------------------------------------------------------------

@functools.lru_cache(maxsize=1)
def _pysmi() -> Any:
    """pysmi's parser, built once because that takes 0.1 s; None if the package is missing."""
    try:
        dialect: Any = importlib.import_module("pysmi.parser.dialect")
        factory: Any = importlib.import_module("pysmi.parser.smi").parserFactory
    except ImportError:
        return None
    return factory(**dialect.smi_v1_relaxed)()


def _parsed(parser: Any, text: str) -> Tuple[List[Any], str]:
    """The syntax trees of the modules in a text, and why there are none ("" if there are some)."""
    errors: Any = importlib.import_module("pysmi.error")
    try:
        modules = list(parser.parse(text))
        return modules, "" if modules else "it has no complete module"
    except (errors.PySmiError, RecursionError, ValueError, KeyError, IndexError, TypeError) as error:
        return [], " ".join(str(error).split())[:120]
    finally:
        parser.reset()


def _objects(modules: Iterable[Any]) -> Tuple[Dict[Arcs, Object], Set[_Label]]:
    """The objects of the syntax trees by OID, and the labels of those whose OID cannot be resolved."""
    made: Dict[_Label, Tuple[Object, Sequence[Any], Any]] = {}
    types: _Names = defaultdict(dict)
    nodes: _Names = defaultdict(dict)
    for name, _, _, declarations in (module[:4] for module in modules):
        for declared in declarations or ():
            if not isinstance(declared, tuple) or len(declared) < 3:
                continue
            kind, label = declared[0], str(declared[1])
            path = next((part[1] for part in declared if isinstance(part, tuple) and part[:1] == ("objectIdentifier",)), None)
            if kind == "typeDeclaration":
                types[label][str(name)] = declared[2]
            elif path is not None:
                nodes[label][str(name)] = path
                if kind == "objectTypeClause":
                    made[str(name), label] = (_described(label, str(name), declared), path, declared[2])
    of_module: Dict[str, Dict[Arcs, Object]] = defaultdict(dict)
    seen: Dict[_Label, Optional[Arcs]] = {}
    for object_, path, syntax in made.values():
        oid = _resolved(path, object_.module, nodes, seen)
        if oid is not None:
            object_.oid, object_.enumeration = oid, _enumeration(syntax, object_.module, types)
            if object_.units and any(map(_POINT_HINT.fullmatch, _hints(syntax, object_.module, types))):
                object_.doubt = _POINT
            kind = str(syntax[1]) if isinstance(syntax, tuple) and len(syntax) > 1 else ""
            if object_.units and kind not in _PLAIN and kind not in types:
                object_.doubt = _undefined(kind)
            of_module[object_.module][oid] = object_
    found: Dict[Arcs, Object] = {}
    for one in of_module.values():
        found = _agreed(found, one, "two modules define")
    return found, {label for label, (object_, *_) in made.items() if not object_.oid}


def _described(label: str, module: str, declared: Sequence[Any]) -> Object:
    clauses = {part[0]: part[1] for part in declared[2:]
               if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str)}
    return Object(label, module, units=str(clauses.get("UNITS") or ""), access=str(clauses.get("MaxAccessPart") or ""))


def _meant(name: str, module: str, known: _Names) -> Mapping[str, Any]:
    """Module -> its definition of `name`: only `module` if it has one, else every module that has one."""
    defined = known.get(name, {})
    return {module: defined[module]} if module in defined else defined


def _resolved(path: Sequence[Any], module: str, nodes: _Names, seen: Dict[_Label, Optional[Arcs]],
              depth: int = 0) -> Optional[Arcs]:
    """The OID of a path in a module; None if it cannot be resolved.

    `seen` keeps the OIDs of the names, so that each is resolved once.
    """
    found: List[int] = []
    for part in path:
        number = part[1] if isinstance(part, tuple) else part           # a tuple is a name with its number: iso(1)
        if str(number).isdigit():
            found.append(int(number))
        elif str(part) in _ROOTS and module not in nodes.get(str(part), {}):
            found += _ROOTS[str(part)]
        elif depth < 64 and not found:
            above: Set[Optional[Arcs]] = set()
            for where, parent in _meant(str(part), module, nodes).items():
                if (where, str(part)) not in seen:
                    seen[where, str(part)] = None               # ends a cycle
                    seen[where, str(part)] = _resolved(parent, where, nodes, seen, depth + 1)
                above.add(seen[where, str(part)])
            oid = above.pop() if len(above) == 1 else None
            if oid is None:
                return None                     # for instance, it is defined in a module that was not given
            found += oid
        else:
            return None
    return tuple(found)


def _enumeration(syntax: Any, module: str, types: _Names, depth: int = 0) -> _Enumeration:
    """The names of values, defined by the object itself or by its type; none if several other modules define this type
    differently."""
    own = _enum_spec(syntax)
    name = syntax[1] if isinstance(syntax, tuple) and len(syntax) > 1 else None
    if own or depth > 8 or not isinstance(name, str):
        return own
    # The last part of a declaration is its SYNTAX.
    found = [(where, declared[-1] if isinstance(declared, tuple) else declared)
             for where, declared in _meant(name, module, types).items()]
    if not found or any(one[1] != found[0][1] for one in found):
        return {}
    return _enumeration(found[0][1], found[0][0], types, depth + 1)


def _hints(syntax: Any, module: str, types: _Names) -> List[str]:
    """The DISPLAY-HINTs of the textual conventions that may be the type."""
    name = str(syntax[1]) if isinstance(syntax, tuple) and len(syntax) > 1 else ""
    return [str(part[1]) for declared in _meant(name, module, types).values() if isinstance(declared, tuple)
            for part in declared if isinstance(part, tuple) and len(part) == 2 and part[0] == "DISPLAY-HINT"]


def _enum_spec(tree: Any) -> _Enumeration:
    if not isinstance(tree, tuple):
        return {}
    if tree and tree[0] == "enumSpec":
        return {int(value): str(name) for name, value in tree[1]}
    return next((found for found in map(_enum_spec, tree) if found), {})


# ---- smidump -------------------------------------------------------------------------------------------------

def _dumped(smidump: str, contents: Mapping[str, bytes]) -> Dict[str, List[xml.Element]]:
    """What smidump writes in XML about the modules of each file, without those that it cannot read.

    Each module is written to a file with its name, in a folder that smidump searches first for imported modules.
    """
    modules = {file: _modules(content) for file, content in contents.items()}
    found: Dict[str, List[xml.Element]] = defaultdict(list)
    with tempfile.TemporaryDirectory() as folder:
        for name in _ROOT_MODULES:
            Path(folder, name).write_text(_root_module(name), "ascii")
        # smi_config(3): a SMIPATH that ends with a separator precedes the system's folders
        variables = {**os.environ, "SMIPATH": folder + os.pathsep + os.environ.get("SMIPATH", "")}
        for name, text in (one for held in modules.values() for one in held.items()):
            Path(folder, name).write_bytes(text)
        for file, held in modules.items():
            for name, text in held.items():
                path = Path(folder, name)
                path.write_bytes(text)                  # another file may have a module of this name
                with suppress(OSError, subprocess.TimeoutExpired, xml.ParseError):
                    done = subprocess.run([smidump, "-k", "-q", "-f", "xml", str(path)], stdin=subprocess.DEVNULL,
                                          capture_output=True, timeout=_SMIDUMP_S, env=variables)
                    tree = _tree(done.stdout)
                    if any(part.tag not in ("module", "imports") for part in tree):
                        found[file].append(tree)
    return found


def _modules(content: bytes) -> Dict[str, bytes]:
    """The modules of a file by name: smidump prints only the last one of a file."""
    begun = list(_MODULE.finditer(content))
    ends = [*(one.start() for one in begun[1:]), len(content)]
    return {one[1].decode(): content[one.start(1):end] for one, end in zip(begun, ends)} or {"unnamed": content}


def _root_module(name: str) -> str:
    lines = [f"{name} DEFINITIONS ::= BEGIN"]
    lines += [f"{root} OBJECT IDENTIFIER ::= {{ iso {' '.join(map(str, oid[1:]))} }}" for root, oid in _ROOTS.items()
              if oid[0] == 1 and len(oid) > 1]
    return "\n".join([*lines, *(f"{one} ::= {base}" for one, base in _ROOT_TYPES.items()), "END", ""])


def _tree(dump: bytes) -> xml.Element:
    return xml.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", dump))        # noqa: S314 - printed by a local program


def _module(tree: xml.Element) -> str:
    module = tree.find("module")
    return module.get("name", "") if module is not None else ""


def _dumped_objects(trees: Sequence[xml.Element]) -> Tuple[Dict[Arcs, Object], Set[_Label]]:
    """The scalars and columns by OID, and the labels of the objects that smidump prints with an unresolved OID.

    Such an OID begins with 0. smidump may omit the object instead; then its label is missing.
    """
    types: _Types = {(_module(tree), one.get("name", "")): one for tree in trees for one in tree.iter("typedef")}
    found: Dict[Arcs, Object] = {}
    lost: Set[_Label] = set()
    for tree in trees:
        name = _module(tree)
        objects: Dict[Arcs, Object] = {}
        lost |= {(name, node.get("name", "")) for node in tree.iter() if node.get("oid", "").startswith("0.")
                 and node.tag in ("scalar", "table", "row", "column")}
        for node in (*tree.iter("scalar"), *tree.iter("column")):
            oid = arcs(node.get("oid", "0"))
            if oid[0] == 0:
                continue
            own = node.find("syntax/typedef")
            typedef = own if own is not None else _type(node.find("syntax/type"), types)
            units = (node.findtext("units") or "").strip()
            hint = (typedef.findtext("format") or "").strip() if typedef is not None else ""
            objects[oid] = Object(node.get("name", ""), name, oid, units, (node.findtext("access") or "").strip(),
                                  _named_numbers(typedef, types), _doubt(units, hint, typedef, node.find("syntax/type")))
        found = _agreed(found, objects, "two modules define")
    return found, lost


def _doubt(units: str, hint: str, typedef: Optional[xml.Element], used: Optional[xml.Element]) -> str:
    if units and _POINT_HINT.fullmatch(hint):
        return _POINT
    name = used.get("name", "") if used is not None else ""         # smidump prints no type that it does not find
    return _undefined(name) if units and typedef is None and name not in _PLAIN else ""


def _undefined(name: str) -> str:
    return (f"its type{f' {name}' if name else ''} is not defined in the files given, so its units may be those of the number as "
            "shown: also give the file that defines it")


def _type(used: Optional[xml.Element], types: _Types) -> Optional[xml.Element]:
    return types.get((used.get("module", ""), used.get("name", ""))) if used is not None else None


def _named_numbers(typedef: Optional[xml.Element], types: _Types, depth: int = 0) -> _Enumeration:
    """The names of values, defined by the type itself or by the type from which it is derived."""
    if typedef is None or depth > 8:
        return {}
    own = {int(one.get("number", "0")): one.get("name", "") for one in typedef.findall("namednumber")}
    return own or _named_numbers(_type(typedef.find("parent"), types), types, depth + 1)
