"""`python -m tests.unread FOLDER` lists the objects in A, W and kWh of each family's MIB that no
figure reads, with the reason.

FOLDER has MIB files, such as a clone of a public collection; a family's file has the name of its
profile's `source`. The reasons are in reviewed.toml, beside this file. The exit code is 1 if an
object has no reason, or a reason has no object left.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.snmp.families import ENTERPRISES
from handlers.snmp.profile import Profile, is_below
from handlers.snmp.profiles import PROFILES
from pdu.workshop.draft.mib import Object
from tests.needs import pysmi

from .mibs import Folder, is_measurement, is_read, quantity, read_by

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_REVIEWED = Path(__file__).with_name("reviewed.toml")
_HEADS = ("family", "module", "in A, W, kWh", "read", "with a reason", "without")


class Reason(NamedTuple):
    """Objects whose names match, and why no figure reads them. `if_total`: only if the family has a
    total of the same quantity."""

    objects: re.Pattern[str]
    why: str
    if_total: bool = False


class Reviewed(NamedTuple):
    """What is known of a family's MIB. `own`: the family's own reasons, which come first."""

    roots: tuple[str, ...]
    own: tuple[Reason, ...]
    every: tuple[Reason, ...]

    def reason(self, object_: Object, profile: Profile) -> Optional[Reason]:
        totals = {"A": profile.load, "W": profile.power, "kWh": profile.energy}
        has_total = totals[quantity(object_)] is not None
        return next(
            (
                one
                for one in (*self.own, *self.every)
                if one.objects.search(object_.name) and (has_total or not one.if_total)
            ),
            None,
        )


class Outcome(NamedTuple):
    """The measurements of one family's MIB."""

    family: str
    module: str  #: "" if no file was found or could be read
    read: Sequence[Object]
    explained: Sequence[tuple[Object, str]]
    unexplained: Sequence[Object]
    #: own reasons without an object
    stale: Sequence[str]


def reviewed() -> Mapping[str, Reviewed]:
    """Family -> what is known of its MIB; `every` for those without an entry."""
    table = tomllib.loads(_REVIEWED.read_text("utf-8"))
    every = tuple(_reasons(table.pop("every")))
    found = {"every": Reviewed((), (), every)}
    for key, entry in table.items():
        roots = tuple(ENTERPRISES + root for root in entry.get("roots", ()))
        found[key] = Reviewed(roots, tuple(_reasons(entry)), every)
    return found


def _reasons(entry: Mapping[str, Sequence[Mapping[str, object]]]) -> Iterator[Reason]:
    for one in entry.get("reasons", ()):
        if_total = one.get("if_total", False) is True
        yield Reason(re.compile(str(one["objects"])), str(one["why"]), if_total)


def look(profile: Profile, folder: Folder, known: Reviewed) -> Outcome:
    """The measurements of the family's MIB, sorted by what is known of them."""
    file, objects = folder.objects(profile.source)
    read = read_by(profile)
    read_objects, explained, unexplained = [], [], []
    used: set[Reason] = set()
    for oid, object_ in sorted(objects.items(), key=lambda item: item[1].oid):
        if not is_measurement(object_) or not _is_below(oid, known.roots):
            continue
        reason = known.reason(object_, profile)
        if is_read(oid, read):
            read_objects.append(object_)
        elif reason is None:
            unexplained.append(object_)
        else:
            used.add(reason)
            explained.append((object_, reason.why))
    stale = [one.objects.pattern for one in known.own if file and one not in used]
    module = file.name if file else ""
    return Outcome(profile.key, module, read_objects, explained, unexplained, stale)


def _is_below(oid: str, roots: Sequence[str]) -> bool:
    return not roots or any(is_below(oid, root) for root in roots)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.unread", description=__doc__)
    parser.add_argument("folder", type=Path, help="a folder of MIB files")
    parser.add_argument("families", nargs="*", metavar="FAMILY", help="only these families")
    parser.add_argument("--all", action="store_true", help="also the objects with a reason")
    options = parser.parse_args(arguments)
    unknown = [key for key in options.families if PROFILES.find_profile(key) is None]
    if unknown or not options.folder.is_dir():
        parser.error(
            f"no such family: {', '.join(unknown)}" if unknown else "no such folder of MIB files"
        )
    sys.path.insert(0, pysmi())
    folder, known = Folder(options.folder), reviewed()
    outcomes = [
        look(profile, folder, known.get(profile.key, known["every"]))
        for profile in PROFILES
        if not options.families or profile.key in options.families
    ]
    found = [one for one in outcomes if one.module]
    print(" | ".join(_HEADS))
    for one in found:
        counts = (len(one.read), len(one.explained), len(one.unexplained))
        print(" | ".join(map(str, (one.family, one.module, sum(counts), *counts))))
        for object_ in one.unexplained:
            print(f"  {_shown(object_)}: no reason")
        for pattern in one.stale:
            print(f"  {pattern}: no object has this reason")
        if options.all:
            for object_, why in one.explained:
                print(f"  {_shown(object_)}: {why}")
    reasons = Counter(why for one in found for _, why in one.explained)
    print("".join(f"{number:5} {why}\n" for why, number in reasons.most_common()), end="")
    print(f"no MIB: {', '.join(one.family for one in outcomes if not one.module) or '-'}")
    open_ = sum(len(one.unexplained) + len(one.stale) for one in found)
    print(f"{len(found)} families, {open_} objects or reasons to review")
    return int(bool(open_))


def _shown(object_: Object) -> str:
    units = f" ({object_.units})" if object_.units else ""
    return f"{'.'.join(map(str, object_.oid))} {object_.name}{units}"


if __name__ == "__main__":
    sys.exit(main())
