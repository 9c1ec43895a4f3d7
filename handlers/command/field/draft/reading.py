"""Reads MIB files with pysmi's parser and, independently, with smidump. At least one must be installed.

If the two programs, or two modules, differ in an object's enumeration or units, both are dropped and the object gets a doubt.
For pysmi, an imported module must be given only if it defines a textual convention or the parent of an OID. The standard roots
are built in. smidump ignores the other given files: it finds imported modules only among the system's MIBs.
"""
from __future__ import annotations

import functools
import importlib
import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as xml
from collections import defaultdict
from typing import Any, Dict, Iterable, List, Mapping, Optional, Sequence, Set, Tuple

from ....errors import SettingsError
from ...files import read_file
from ..snmp.rows import Arcs, arcs
from .columns import worth
from .mib import STANDARD, Mib, Object

_SMIDUMP_S = 60.0
# Roots that files import, so that SNMPv2-SMI and RFC1155-SMI need not be given.
_ROOTS: Mapping[str, Arcs] = {name: arcs(oid) for name, oid in (
    ("iso", "1"), ("org", "1.3"), ("dod", "1.3.6"), ("internet", "1.3.6.1"), ("directory", "1.3.6.1.1"), ("mgmt", "1.3.6.1.2"),
    ("mib-2", "1.3.6.1.2.1"), ("experimental", "1.3.6.1.3"), ("private", "1.3.6.1.4"), ("enterprises", "1.3.6.1.4.1"),
    ("security", "1.3.6.1.5"), ("snmpV2", "1.3.6.1.6"), ("snmpModules", "1.3.6.1.6.3"), ("zeroDotZero", "0.0"))}
_Enumeration = Dict[int, str]
_Names = Dict[str, Dict[str, Any]]           # name -> module -> its definition
_POINT_HINT = re.compile("d-[1-9][0-9]*")           # RFC 2579, 3.1
_POINT = "its DISPLAY-HINT inserts a decimal point, so its units may be those of the number as shown"
_NO_READER = ("reading a MIB file needs the Python package pysmi (python -m pip install pysmi), or smidump (Debian: apt-get "
              "install smitools)")


def read(files: Sequence[str]) -> Mib:
    """STANDARD and the objects of these files. Raises SettingsError without a reader, and for a file that no reader can read."""
    parser, smidump = _pysmi(), shutil.which("smidump")
    if parser is None and smidump is None:
        raise SettingsError(_NO_READER)
    parsed: List[Any] = []
    second: Dict[Arcs, Object] = {}
    notes: List[str] = []
    for file in files:
        text = read_file(file).decode("utf-8", "replace")
        modules, trouble = _parsed(parser, text) if parser is not None else ([], "pysmi is not installed")
        parsed += modules
        seen = _dumped(smidump, file) if smidump is not None else {}
        second = _agreed(second, seen, "two modules define")
        if not modules and not seen:
            raise SettingsError(f"{file} is not a MIB file that can be read ({trouble})")
        if not modules:
            notes.append(f"{file}: read only by smidump ({trouble})")
    both = _agreed(_objects(parsed), second)
    return Mib({**STANDARD, **both}, sorted({one.module for one in both.values()}), notes)


def _agreed(first: Mapping[Arcs, Object], second: Mapping[Arcs, Object],
            by: str = "pysmi and smidump read") -> Dict[Arcs, Object]:
    """The objects of both readers, or of two modules. Where enumerations or units differ, a doubt replaces both."""
    both = {**second, **first}
    for oid, object_ in first.items():
        other = second.get(oid)
        if other is None or object_.doubt:
            continue
        differ = [what for what, mine, theirs in (("enumerations", object_.enumeration, other.enumeration),
                                                  ("units", worth(object_.units), worth(other.units)))
                  if mine and theirs and mine != theirs]
        if other.doubt or differ:
            object_.enumeration, object_.units = {}, ""
            object_.doubt = other.doubt or f"{by} different {differ[0]} of {object_.name}"
        elif not object_.enumeration:
            object_.enumeration = other.enumeration
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
    """The syntax trees of the modules in a text and "", or none and the reason."""
    errors: Any = importlib.import_module("pysmi.error")
    try:
        modules = list(parser.parse(text))
        return modules, "" if modules else "it has no complete module"
    except (errors.PySmiError, RecursionError, ValueError, KeyError, IndexError, TypeError) as error:
        return [], " ".join(str(error).split())[:120]
    finally:
        parser.reset()


def _objects(modules: Iterable[Any]) -> Dict[Arcs, Object]:
    """The objects of the syntax trees by OID, without those whose OID cannot be resolved.

    A name from other modules is used only if all that define it agree.
    """
    made: Dict[Tuple[str, str], Tuple[Object, Sequence[Any], Any]] = {}
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
    seen: Dict[Tuple[str, str], Optional[Arcs]] = {}
    for object_, path, syntax in made.values():
        oid = _resolved(path, object_.module, nodes, seen)
        if oid is not None:
            object_.oid, object_.enumeration = oid, _enumeration(syntax, object_.module, types)
            if object_.units and any(map(_POINT_HINT.fullmatch, _hints(syntax, object_.module, types))):
                object_.doubt = _POINT
            of_module[object_.module][oid] = object_
    found: Dict[Arcs, Object] = {}
    for one in of_module.values():
        found = _agreed(found, one, "two modules define")
    return found


def _described(label: str, module: str, declared: Sequence[Any]) -> Object:
    clauses = {part[0]: part[1] for part in declared[2:]
               if isinstance(part, tuple) and len(part) == 2 and isinstance(part[0], str)}
    return Object(label, module, units=str(clauses.get("UNITS") or ""), access=str(clauses.get("MaxAccessPart") or ""))


def _meant(name: str, module: str, known: _Names) -> Mapping[str, Any]:
    """Module -> its definition of `name`: only `module` if it has one, else every module that has one."""
    defined = known.get(name, {})
    return {module: defined[module]} if module in defined else defined


def _resolved(path: Sequence[Any], module: str, nodes: _Names, seen: Dict[Tuple[str, str], Optional[Arcs]],
              depth: int = 0) -> Optional[Arcs]:
    """The OID of a path in a module; None if a name in it is not defined, or if several other modules define it differently.

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
    """The names of values, defined by the object itself or by the textual convention that is its type; none if several other
    modules define this type differently."""
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

def _dumped(smidump: str, file: str) -> Dict[Arcs, Object]:
    """The objects as smidump writes them in XML; {} if it cannot read the file."""
    path = os.path.abspath(file)            # a name without dot and slash would be searched as a module in the system's MIBs
    try:
        done = subprocess.run([smidump, "-k", "-q", "-f", "xml", path], stdin=subprocess.DEVNULL, capture_output=True,
                              timeout=_SMIDUMP_S)
        tree = xml.fromstring(re.sub(rb"<!DOCTYPE[^>]*>", b"", done.stdout))        # noqa: S314 - printed by a local program
    except (OSError, subprocess.TimeoutExpired, xml.ParseError):
        return {}
    module = tree.find("module")
    name = module.get("name", "") if module is not None else ""
    types = {one.get("name", ""): one for one in tree.iter("typedef") if one.get("name")}
    rooted = any(one.get("name") == "enterprises" for one in tree.iter("import"))
    found: Dict[Arcs, Object] = {}
    for node in (*tree.iter("scalar"), *tree.iter("column")):
        oid = arcs(node.get("oid", "0"))
        if rooted and oid[0] == 0:              # smidump puts enterprises at 0 if it does not find SNMPv2-SMI
            oid = (*_ROOTS["enterprises"], *oid[1:])
        used, own = node.find("syntax/type"), node.find("syntax/typedef")
        typedef = own if own is not None else types.get(used.get("name", "")) if used is not None else None
        units = (node.findtext("units") or "").strip()
        hint = (typedef.findtext("format") or "").strip() if typedef is not None else ""
        found[oid] = Object(node.get("name", ""), name, oid, units, (node.findtext("access") or "").strip(),
                            _named_numbers(typedef) if typedef is not None else {},
                            _POINT if units and _POINT_HINT.fullmatch(hint) else "")
    return found


def _named_numbers(typedef: xml.Element) -> _Enumeration:
    return {int(one.get("number", "0")): one.get("name", "") for one in typedef.findall("namednumber")}
