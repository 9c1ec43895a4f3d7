"""Objects of the families' MIBs whose words may say that a state or a figure is not to be trusted:
lost communication, an estimate, a count of outlets.

    python -m tests.foreign_files.mib_words CLONES    writes mib_words.csv

CLONES has clones of the repositories that the families name as their source, as OWNER/NAME. A row
is an object whose name, or one of whose values, has a word of the list. No text of a MIB is taken.
Of a MIB that several families share, an object belongs to the families that read what stands
closest to it.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.snmp.profile import ENTERPRISES, Profile, oids
from handlers.snmp.profiles import PROFILES
from handlers.snmp.reader import ROOT

TABLE = Path(__file__).with_name("mib_words.csv")
COLUMNS = ["family", "object", "oid", "words"]
_SOURCE = re.compile(r"https://github\.com/([^/]+/[^/]+)/blob/HEAD/(\S+)")
_WORDS = re.compile(
    r"\b(comms?|communications?|link(ed)?|(on|off)line|lost|loss|(in)?valid(ity)?|stale|bypass(ed)?"
    r"|(dis)?connect(ed)?|duplicates?|absent|missing|mon(itor)? mode|(power|meter) type)\b"
)
#: a number of outlets, which proves their list complete
_COUNT = re.compile(
    r"(?=.*\b(outlets?|sockets?|receptacles?|rcp|relays?)\b)"
    r".*\b(counts?|num|number of|table size)\b"
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

    def words(self) -> list[str]:
        """The words of the list in its name and in the names of its values."""
        name, *values = (
            " ".join(_PART.findall(text)).lower() for text in (self.name, *self.values)
        )
        if _ELSEWHERE.search(name):
            return []
        hits = {match[0] for text in (name, *values) for match in _WORDS.finditer(text)}
        count = _COUNT.match(name)
        return sorted(hits | ({count[2]} if count else set()))


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


def definitions(path: Path, above: dict[str, str]) -> dict[str, str]:
    """The names that a MIB defines, with their syntax. Adds to `above` the number of each, behind
    the name that it is below, and those of the MIBs that it imports and that stand beside it.
    """
    text = re.sub(r'"[^"]*"|--[^\n]*', " ", path.read_text("latin-1"))
    syntaxes = {}
    for name, syntax, number in _DEFINITION.findall(re.sub(r"\bIMPORTS\b[^;]*;", "", text)):
        if name not in above:
            above[name] = re.sub(r"[\w-]+\s*\((\d+)\)", r"\1", number)
        syntaxes[name] = syntax
    for module in set(re.findall(r"\bFROM\s+([\w-]+)", text)):
        beside = [folder / f"{module}{end}" for folder in path.parents[:2] for end in ("", ".mib")]
        module_file = next((file for file in beside if file.is_file()), None)
        if module_file and f"module {module}" not in above:
            above[f"module {module}"] = ""
            definitions(module_file, above)
    return syntaxes


def _oid(name: str, above: dict[str, str]) -> Optional[str]:
    if name in _TOP:
        return _TOP[name]
    first, *rest = above.get(name, "").split() or [""]
    start = first if first.isdigit() else _oid(first, above) if first else None
    return start and ".".join([start, *rest])


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
    for name, syntax in definitions(path, above).items():
        number = _oid(name, above)
        if number and _VALUE.search(syntax) and not _NO_READING.search(syntax):
            values = re.findall(r"([A-Za-z][\w-]*)\s*\(\s*-?\d", syntax)
            yield Object(name, number, values)


def _common_arcs(oid: str, others: Iterable[str]) -> int:
    """The most first arcs that an OID has in common with one of the others."""

    def common(other: str) -> int:
        pairs = list(zip(oid.split("."), other.split(".")))
        return next((n for n, (a, b) in enumerate(pairs) if a != b), len(pairs))

    return max(map(common, others))


def read_oids(profile: Profile) -> list[str]:
    """The OIDs that a family names, whole."""
    roots = [root.oid for root in profile.roots]
    return [root + oid[1:] for oid in oids(profile) if oid.startswith(ROOT) for root in roots] + [
        oid for oid in oids(profile) if not oid.startswith(ROOT)
    ]


def sources() -> dict[str, list[Profile]]:
    """The families by the repository and path of their source, if that is a file on GitHub."""
    families: dict[str, list[Profile]] = {}
    for profile in PROFILES:
        source = _SOURCE.fullmatch(profile.source)
        if source:
            families.setdefault(f"{source[1]}/{source[2]}", []).append(profile)
    return families


def rows(clones: Path) -> Iterator[list[str]]:
    """The rows of the table."""
    for source, profiles in sources().items():
        path = clones / source
        if not path.is_file():
            print("not read:", source, file=sys.stderr)  # no MIB, or not there
            continue
        for item in objects(path):
            words = item.words()
            near = {p.key: _common_arcs(item.oid, read_oids(p)) for p in profiles} if words else {}
            if len(set(near.values())) == 1 and len(profiles) > 1:
                continue  # of other devices
            for key, arcs in near.items():
                if arcs == max(near.values()):
                    yield [key, item.name, item.oid, ", ".join(words)]


if __name__ == "__main__":
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([COLUMNS, *rows(Path(sys.argv[1]))])
