"""The MIB of a family in a folder of MIB files, and its objects that measure A, W or kWh."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache, cached_property
from pathlib import Path

from handlers.shared.errors import SettingsError
from handlers.snmp.profile import Profile, is_below, oids
from handlers.snmp.reader import ROOT as FAMILY_ROOT
from pdu.workshop.draft import mib_parser
from pdu.workshop.draft.mib import Object

_FROM = re.compile(r"\bFROM\s+([A-Za-z][\w.-]*)")
_MODULE = re.compile(r"^\s*([A-Za-z][\w.-]*)\s+DEFINITIONS\b", re.MULTILINE)
# `mib_parser` has the roots of these, and types without a DISPLAY-HINT
_BUILT_IN = re.compile(r"SNMPv2-|RFC-?1[0-9]+|SNMP-FRAMEWORK-MIB|INET-ADDRESS-MIB")
_UNITS = re.compile(
    r"(?:milli|deci|centi|deca|hecto|kilo)?(?:a|amps?|amperes?|w|watts?|watt-?seconds?|joules?)"
    r"|[dcmk](?:a|w|wh|amps?|watts?)|(?:kilo)?w(?:att)?s?[ -]?h(?:ou)?rs?|k?wh?",
    re.IGNORECASE,
)
_MEASURED = frozenset(
    "current currents amp amps ampere amperes power powers watt watts wattage energy kwh wh kw"
    " consumption load loads".split()
)
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_APPARENT = re.compile(r"volt-?amp|\bk?va(?:r?h)?s?\b", re.IGNORECASE)


class Folder:
    """MIB files below a folder, found by the name of their module, which is the file's name up to a
    dot."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @cached_property
    def _files(self) -> Mapping[str, Sequence[Path]]:
        found: dict[str, list[Path]] = defaultdict(list)
        for path in sorted(self.root.rglob("*")):
            if path.is_file():
                found[path.name.partition(".")[0]].append(path)
        return found

    def files(self, source: str) -> Sequence[Path]:
        """The files of a profile's `source`: those in a folder of the same name, then others."""
        *_, vendor, name = source.rsplit("/", 2)
        files = self._files.get(name.partition(".")[0], ())
        return sorted(files, key=lambda path: path.parent.name != vendor)

    def with_imports(self, file: Path) -> Iterator[Path]:
        """The file, and those of the modules that it imports from, as far as they are there."""
        waiting, seen = [file], {file}
        while waiting:
            path = waiting.pop()
            yield path
            text = path.read_text("utf-8", "replace")
            for name in dict.fromkeys(_FROM.findall(text)):
                found = self.files(f"{path.parent.name}/{name}")[:1]
                if not seen.issuperset(found) and not _BUILT_IN.match(name):
                    seen.update(found)
                    waiting += found

    def objects(self, source: str) -> tuple[Path | None, Mapping[str, Object]]:
        """The first file of a `source` that can be read, and OID -> object of its modules."""
        for file in self.files(source):
            if not _is_readable(file):
                continue
            files = [file, *(one for one in self.with_imports(file) if _is_readable(one))]
            own = set(_MODULE.findall(file.read_text("utf-8", "replace")))
            found = mib_parser.parse_mib_files([str(one) for one in files]).objects.values()
            return file, {".".join(map(str, one.oid)): one for one in found if one.module in own}
        return None, {}


@cache
def _is_readable(file: Path) -> bool:
    try:
        mib_parser.parse_mib_files([str(file)])
    except SettingsError:
        return False
    return True


def is_measurement(object_: Object) -> bool:
    """Whether an object may be a measurement in A, W or kWh, by its UNITS, else by its name. What
    has UNITS in VA, or a description only in VA, is none.
    """
    if object_.enumeration or not object_.access.startswith(("read", "accessible")):
        return False
    if object_.units:
        words = re.split(r"[^A-Za-z-]+", object_.units)
        return any(map(_UNITS.fullmatch, words)) and not _APPARENT.search(object_.units)
    return any(word.lower() in _MEASURED for word in _WORDS.findall(object_.name))


def quantity(object_: Object) -> str:
    """A, W or kWh, by the units, else the name, of a measurement."""
    text = f"{object_.units or object_.name}"
    if re.search(r"(?i)energy|hours?\b|kwh|[^a-z]wh|wh$|watt-?h|w-?h\b|watt-?seconds?|joule", text):
        return "kWh"
    return "W" if re.search(r"(?i)watt|power|(?:^|[^a-z])[km]?w\b|consumption", text) else "A"


def read_by(profile: Profile) -> frozenset[str]:
    """The OIDs that a profile names, below each of its roots."""
    found: set[str] = set()
    for oid in oids(profile):
        if oid.startswith(FAMILY_ROOT):
            found.update(root.oid + oid[len(FAMILY_ROOT) :] for root in profile.roots)
        else:
            found.add(oid)
    return frozenset(found)


def is_read(oid: str, read: frozenset[str]) -> bool:
    """Whether an object is one of these, or their instance or column."""
    return any(is_below(one, oid) or is_below(oid, one) for one in read)
