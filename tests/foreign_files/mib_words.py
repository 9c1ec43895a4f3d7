"""Objects of the families' MIBs whose words may say that a state or a figure is not to be trusted:
lost communication, an estimate, a part that is disabled, a number of outlets or units.

    python -m tests.foreign_files.mib_words CLONES    writes mib_words.csv

CLONES has clones of the repositories that the families name as their source, as OWNER/NAME; the
rows of a source that is not there stay as they are. A row is an object whose name, or one of whose
values, has a word of the list, or whose description has one if the family reads another object of
its table or group. Nothing but these words is taken of a MIB. Of a MIB that several families share,
an object belongs to the families that read what stands closest to it.
"""

from __future__ import annotations

import csv
import os
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.snmp.profile import ENTERPRISES, Profile, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.tables import ROOT

TABLE = Path(__file__).with_name("mib_words.csv")
COLUMNS = ["family", "object", "oid", "words"]
_SOURCE = re.compile(r"https://github\.com/([^/]+/[^/]+)/blob/HEAD/(\S+)")
_WORDS = re.compile(
    r"\b(comms?|communications?|link(ed)?|(on|off)line|lost|loss|(in)?valid(ity)?|stale|bypass(ed)?"
    r"|(dis)?connect(ed)?|duplicates?|absent|missing|mon(itor)? mode|(power|meter) type"
    r"|(un)?avail(able|ability)?|enable (state|status)|has (\w+ )?monitor)\b"
)
#: words of a description that a value is none of now
_TEXT_WORDS = re.compile(
    r"\b(unavailable|no longer be updated|communication|invalid|not valid|stale"
    r"|last known|estimated?|calculat\w+|not respond\w*|no response|unable to|disconnected"
    r"|not connected|absent|not present|duplicate)\b"
)
#: a number of outlets, which proves their list complete
_COUNT = re.compile(
    r"(?=.*\b(outlets?|sockets?|receptacles?|rcp|relays?)\b)"
    r".*\b(counts?|num|number of|table size)\b"
)
#: a number of units, which proves a chain complete
_UNITS = re.compile(
    r".*\b((?:num|number)(?: of)? (?:pdus?|pd us|mpdu|units?|devices?|towers?)"
    r"|(?:pdus?|units?|towers?|devices?) (?:count|present|(?:status )?table (?:size|count)))\b"
)
#: names of what touches neither a state nor a figure: alarms, the network, logins, other devices
_ELSEWHERE = re.compile(
    r"trap|notif|event|threshold|sensor|temp|humid|probe|smoke|leak|door|lock|access|card"
    r"|snmp|ntp|dns|dhcp|smtp|mail|radius|ldap|tacacs|kerb|dial|modem|gsm|wifi|cell|vpn|firewall"
    r"|user|login|log|serial|rs232|rs485|usb|camera|ups|batt|fan|cooling|kvm|timer|group|info"
    r"|config|properties|ident|dry|rcm|emd|ping"
)
_TOP = {"iso": "1", "enterprises": ENTERPRISES.rstrip("."), "mib-2": "1.3.6.1.2.1"}


class Object(NamedTuple):
    """One object of a MIB."""

    name: str
    oid: str
    #: the names of its values
    values: Sequence[str]
    description: str = ""

    def words(self, *, is_beside: bool) -> list[str]:
        """The words of the list in its name and in the names of its values. `is_beside`: and in its
        description, because a family reads what stands beside it."""
        texts = [" ".join(_PART.findall(text)).lower() for text in (self.name, *self.values)]
        name = texts[0]
        if _ELSEWHERE.search(name):
            return []
        words: set[str] = set()
        for text in texts:
            words.update(match[0] for match in _WORDS.finditer(text))
        outlet_count = _COUNT.match(name)
        if outlet_count:
            words.add(outlet_count[2])
        unit_count = _UNITS.match(name)
        if unit_count:
            words.add(unit_count[1])
        if is_beside:
            description = " ".join(self.description.lower().split())
            for match in _TEXT_WORDS.finditer(description):
                words.add(f"description: {match[0]}")
        return sorted(words)


_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_VALUE = re.compile(r"\bSYNTAX\s+(?!SEQUENCE|[A-Z]\w*Entry)")
_NO_READING = re.compile(r"ACCESS\s+(accessible-for-notify|not-accessible|write-only)")
_DEFINITION = re.compile(
    r"^\s*([A-Za-z][\w-]*)\s+(?:OBJECT(?:-TYPE| IDENTIFIER|-IDENTITY)|MODULE-IDENTITY)\b"
    r"(.*?)::=\s*\{([^}]*)\}",
    re.MULTILINE | re.DOTALL,
)
_COMPILED = re.compile(
    r"^_\w+_Object ?= ?Mib(?:Scalar|TableColumn)$\n(\w+) ?= ?_\w+_Object\(\s*\(([\d,\s]+)\)",
    re.MULTILINE,
)


class Definition(NamedTuple):
    """What a MIB says of an object."""

    syntax: str
    description: str


_STRING_OR_COMMENT = re.compile(r'"([^"]*)"|--[^\n]*')
_DESCRIPTION = re.compile(r'DESCRIPTION\s+"(\d+)"')


def definitions(path: Path, above: dict[str, str]) -> dict[str, Definition]:
    """The names that a MIB defines, with what it says. Adds to `above` the number of each, behind
    the name that it is below, and those of the MIBs that it imports and that stand beside it.
    """
    strings: list[str] = []

    def numbered(match: re.Match[str]) -> str:
        if match[1] is None:
            return " "  # a comment
        strings.append(match[1])
        return f'"{len(strings) - 1}"'

    text = _STRING_OR_COMMENT.sub(numbered, path.read_text("latin-1"))
    definition_by_name: dict[str, Definition] = {}
    for name, syntax, number in _DEFINITION.findall(re.sub(r"\bIMPORTS\b[^;]*;", "", text)):
        if name not in above:
            above[name] = re.sub(r"[\w-]+\s*\((\d+)\)", r"\1", number)
        string_number = _DESCRIPTION.search(syntax)
        description = strings[int(string_number[1])] if string_number else ""
        definition_by_name[name] = Definition(syntax, description)
    for module in set(re.findall(r"\bFROM\s+([\w-]+)", text)):
        module_file = _module_file(module, path)
        if module_file and f"module {module}" not in above:
            above[f"module {module}"] = ""
            definitions(module_file, above)
    return definition_by_name


def _module_file(module: str, path: Path) -> Optional[Path]:
    """The file of a MIB beside the one at `path`, or a folder above; None if there is none."""
    for folder in path.parents[:2]:
        for file in (folder / module, folder / f"{module}.mib"):
            if file.is_file():
                return file
    return None


def _oid(name: str, above: dict[str, str]) -> Optional[str]:
    """The OID of a name, by the names and numbers above it; None if one of them is not known."""
    if name in _TOP:
        return _TOP[name]
    parts = above.get(name, "").split()
    if not parts:
        return None
    first, *rest = parts
    start = first if first.isdigit() else _oid(first, above)
    return None if start is None else ".".join([start, *rest])


def objects(path: Path) -> Iterator[Object]:
    """The objects of a MIB, or of one that was compiled for pysnmp."""
    if path.suffix == ".py":
        text, end = path.read_text("utf-8"), 0
        for match in _COMPILED.finditer(text):
            values = re.findall(r"""\(\s*["']([\w-]+)["'],\s*-?\d+\)""", text[end : match.start()])
            oid = ".".join(re.findall(r"\d+", match[2]))
            yield Object(match[1], oid, values)
            end = match.end()
        return
    above: dict[str, str] = {}
    for name, definition in definitions(path, above).items():
        number, syntax = _oid(name, above), definition.syntax
        if number and _VALUE.search(syntax) and not _NO_READING.search(syntax):
            values = re.findall(r"([A-Za-z][\w-]*)\s*\(\s*-?\d", syntax)
            yield Object(name, number, values, definition.description)


def _common_arcs(oid: str, others: Iterable[str]) -> int:
    """The most first arcs that an OID has in common with one of the others."""

    own_arcs = oid.split(".")
    return max(len(os.path.commonprefix([own_arcs, other.split(".")])) for other in others)


def read_oids(profile: Profile) -> list[str]:
    """The OIDs that a family names, whole."""
    whole_oids: list[str] = []
    for oid in oids(profile):
        if oid.startswith(ROOT):
            whole_oids += [root.oid + oid[1:] for root in profile.roots]
        else:
            whole_oids.append(oid)
    return whole_oids


def sources() -> dict[str, list[Profile]]:
    """The families by the repository and path of their source, if that is a file on GitHub."""
    families: dict[str, list[Profile]] = {}
    for profile in PROFILES:
        source = _SOURCE.fullmatch(profile.source)
        if source:
            families.setdefault(f"{source[1]}/{source[2]}", []).append(profile)
    return families


def kept_rows(clones: Path) -> Iterator[list[str]]:
    """The rows of the table whose source is not in `clones`."""
    keys: set[str] = set()
    for source, profiles in sources().items():
        if not (clones / source).is_file():
            keys.update(profile.key for profile in profiles)
    with TABLE.open(encoding="utf-8", newline="") as file:
        yield from (row for row in csv.reader(file) if row[0] in keys)


def rows(clones: Path) -> Iterator[list[str]]:
    """A row, as in COLUMNS, for each object of a source in `clones` that has a word of the list."""
    for source, profiles in sources().items():
        path = clones / source
        if not path.is_file():
            print("not read:", source, file=sys.stderr)  # no MIB, or not there
            continue
        for item in objects(path):
            family_keys, common_arcs = _families_of(item, profiles)
            table_arcs = item.oid.count(".")  # all arcs but the last
            words = item.words(is_beside=common_arcs == table_arcs)
            if not words:
                continue
            for key in family_keys:
                yield [key, item.name, item.oid, ", ".join(words)]


def _families_of(item: Object, profiles: Sequence[Profile]) -> tuple[list[str], int]:
    """The families that read the objects closest to this one, and how many first arcs they have in
    common with it. None if several are equally close: then it is an object of other devices."""
    arcs_by_family = {p.key: _common_arcs(item.oid, read_oids(p)) for p in profiles}
    most_arcs = max(arcs_by_family.values())
    closest = [key for key, arcs in arcs_by_family.items() if arcs == most_arcs]
    if len(profiles) > 1 and len(closest) == len(profiles):
        return [], most_arcs
    return closest, most_arcs


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    table = sorted([*kept_rows(folder), *rows(folder)], key=lambda row: row[0])
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        file.write("read by tests/handlers/snmp/test_mib_words.py; words: mib_words.py\n")
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *table])
