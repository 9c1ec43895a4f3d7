"""Which walks of public collections are taken, by a rule.

    python -m tests.foreign_files.selection CHECKOUT            says what would change
    python -m tests.foreign_files.selection CHECKOUT --write    writes the three files that hold it

CHECKOUT is a folder with a collection: `tests/snmpsim`, `tests/data` and `resources/definitions` of
LibreNMS, or `tests` of Centreon's plugins. A walk that a family reads is taken, with LibreNMS's own
answers if there are any; a walk without a sysObjectID is read as the family whose objects it has.
A walk that concerns us and is not read is left out with a reason: its device is of a family, has
objects of one, or LibreNMS says that it is a power device. If no reason is known, the program names
the walk and ends with 1: it is a new kind of device, and somebody has to look at it.
"""

from __future__ import annotations

import argparse
import contextlib
import csv
import hashlib
import io
import json
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional, Union

from handlers.shared.errors import ProtocolError, Unsupported
from handlers.snmp import detection
from handlers.snmp.device import SnmpDevice
from handlers.snmp.profile import ENTERPRISES, NET_SNMP, Profile, is_below, oids
from handlers.snmp.profiles import PROFILES
from tests.foreign_files import LIST, WALKS, readings
from tests.handlers.snmp import recorded
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import Row, read_snmprec

LEFT_OUT = Path(__file__).with_name("left_out.csv")
KINDS = Path(__file__).with_name("kinds.csv")
# of the walks of Centreon's plugins, before their names
CENTREON = "centreon_"
_SYSTEM = ("1.3.6.1.2.1.1", "1.3.6.1.6.3")  # and the engine of SNMPv3
_PART = "a part of a walk of a PDU, without its outlets and meters"
SYSTEM_ALONE = "the system group alone"
STANDARD_ALONE = "standard groups alone, no object of a maker"
_Kinds = Sequence[tuple[str, str]]


class Taken(NamedTuple):
    """A walk that a family reads."""

    name: str
    path: Path
    #: whether it is read only if the owner says that it has no outlets
    metered_only: bool
    #: whether it is read only as a family that is named: it has no sysObjectID
    named: bool
    device: SnmpDevice


class LeftOut(NamedTuple):
    """A walk that concerns us and that no family reads."""

    name: str
    #: "" if none is known
    reason: str


def select(checkout: Path) -> Iterator[Union[Taken, LeftOut]]:
    """The walks of a folder that are taken or left out, by name. Others are of no concern."""
    kinds, power = read_kinds(), _power_systems(checkout)
    for name, path in _walks(checkout).items():
        rows = _readable_rows(path.read_text("utf-8", "surrogateescape"))
        taken = _read(name, path, rows)
        if taken:
            yield taken
        elif _families(rows) or _system_of(name, power):
            yield LeftOut(name, _reason(rows, kinds))


def _walks(checkout: Path) -> Mapping[str, Path]:
    """The walks of a collection, by the name that each has here."""
    librenms = {
        path.stem: path for path in sorted((checkout / "tests" / "snmpsim").glob("*.snmprec"))
    }
    return librenms or {
        CENTREON + path.stem.lower(): path
        for path in sorted((checkout / "tests").rglob("*.snmpwalk"))
    }


def _readable_rows(text: str) -> Mapping[str, Row]:
    """The rows of a walk, without lines that are not valid: some were edited by hand."""
    if "|" not in text.partition("\n")[0]:
        return recorded.parse_walk(text)
    try:
        return read_snmprec(text)
    except ValueError:
        rows: dict[str, Row] = {}
        for line in text.splitlines():
            with contextlib.suppress(ValueError):
                rows.update(read_snmprec(line))
        return rows


def _read(name: str, path: Path, rows: Mapping[str, Row]) -> Optional[Taken]:
    for metered_only in (False, True):
        with contextlib.suppress(Unsupported, ProtocolError):
            device = detection.detect(of_rows(rows), PROFILES, metered_only=metered_only)
            return Taken(name, path, metered_only, False, device)
    for profile in () if detection.SYS_OBJECT_ID in rows else _families(rows):
        with contextlib.suppress(Unsupported, ProtocolError):
            device = detection.read_as(of_rows(rows), profile)
            return Taken(name, path, False, True, device)
    return None


def _power_systems(checkout: Path) -> frozenset[str]:
    """The systems that LibreNMS calls power devices."""
    folder = checkout / "resources" / "definitions" / "os_detection"
    return frozenset(
        path.stem
        for path in folder.glob("*.yaml")
        if re.search(r"^type: *power\b", path.read_text("utf-8"), re.MULTILINE)
    )


def _system_of(name: str, systems: frozenset[str]) -> bool:
    """Whether a walk's name, which is SYSTEM or SYSTEM_VARIANT, is of one of these systems."""
    parts = name.split("_")
    return any("_".join(parts[:end]) in systems for end in range(1, len(parts) + 1))


def _families(rows: Mapping[str, Row]) -> list[Profile]:
    """The families whose sysObjectID or objects a walk has, below a number of their vendor."""
    oid = _sys_object_id(rows)
    by_id = not any(is_below(oid, root) for root in NET_SNMP)
    roots = _enterprise_roots(rows)
    return [
        profile
        for profile in PROFILES
        if (by_id and profile.match(oid)) or any(root in roots for root in _objects(profile))
    ]


def _sys_object_id(rows: Mapping[str, Row]) -> str:
    row = rows.get(detection.SYS_OBJECT_ID)
    value = row.value if row else ""
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _enterprise_roots(rows: Mapping[str, Row]) -> frozenset[str]:
    """Each OID above an object of an enterprise, or the object's own."""
    roots: set[str] = set()
    for oid in rows:
        while oid.startswith(ENTERPRISES) and oid not in roots:
            roots.add(oid)
            oid = oid.rpartition(".")[0]
    return frozenset(roots)


def _objects(profile: Profile) -> Iterator[str]:
    for oid in oids(profile):
        if oid.startswith("~"):
            yield from (root.oid + oid[1:] for root in profile.roots)
        else:
            yield oid


def read_left_out() -> Sequence[LeftOut]:
    """The walks that are left out, as `left_out.csv` has them."""
    with LEFT_OUT.open(encoding="utf-8", newline="") as file:
        return [LeftOut(row["name"], row["reason"]) for row in csv.DictReader(file)]


def read_kinds() -> _Kinds:
    """What devices without outlets are, by the root of their objects, the most telling first."""
    with KINDS.open(encoding="utf-8", newline="") as file:
        return [(row["root"], row["device"]) for row in csv.DictReader(file)]


def _reason(rows: Mapping[str, Row], kinds: _Kinds) -> str:
    number = _sys_object_id(rows)
    is_system_alone = all(any(is_below(oid, root) for root in _SYSTEM) for oid in rows)
    # a number of a maker leads to a family or to a kind of device
    if is_system_alone and (_families(rows) or not _is_of_maker(number)):
        return SYSTEM_ALONE
    for root, device in kinds:
        if any(is_below(oid, root) for oid in rows) or is_below(number, root):
            return device
    if is_system_alone:
        return ""
    if _families(rows):
        return _PART
    if not any(oid.startswith(ENTERPRISES) for oid in rows):
        return STANDARD_ALONE
    return ""


def _is_of_maker(sys_object_id: str) -> bool:
    """Whether it is a maker's number, and none of Net-SNMP's. UPSs may have that of UPS-MIB."""
    return bool(sys_object_id) and not any(is_below(sys_object_id, root) for root in NET_SNMP)


def groups_of(taken: Sequence[Taken], checkout: Path, groups: list[dict[str, Any]]) -> None:
    """Write the walks that are taken, and LibreNMS's answers, into the groups of list.json. A walk
    that an older group has stays in it.
    """
    by_folder = {group["folder"]: group for group in groups}
    if taken and taken[0].name.startswith(CENTREON):
        by_folder["snmp/centreon"]["files"] = {
            f"{walk.name}{walk.path.suffix}": {
                **hashed(walk.path),
                "at": walk.path.relative_to(checkout / "tests").as_posix(),
            }
            for walk in taken
        }
        return
    older = by_folder["snmp/recordings"]["files"]
    walks = [f"{walk.name}.snmprec" for walk in taken]
    answers = [
        f"{walk.name}.json"
        for walk in taken
        if (checkout / "tests" / "data" / f"{walk.name}.json").is_file()
    ]
    folder = checkout / "tests" / "snmpsim"
    by_folder["snmp/recordings"]["files"] = _files(folder, [n for n in walks if n in older], "")
    by_folder["snmp/walks"]["files"] = _files(
        folder, [name for name in walks if name not in older], "snmpsim/"
    )
    by_folder["snmp/answers"]["files"] = _files(checkout / "tests" / "data", answers, "data/")


def _files(folder: Path, names: Sequence[str], above: str) -> dict[str, Any]:
    files: dict[str, Any] = {}
    for name in names:
        files[name] = hashed(folder / name)
        if above:
            files[name]["at"] = above + name
    return files


def hashed(path: Path) -> dict[str, Any]:
    """A file's hash and size, as list.json has them."""
    content = path.read_bytes()
    return {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}


def list_text(groups: Sequence[Mapping[str, Any]]) -> str:
    """list.json, with one line for each file."""
    blocks = []
    for group in groups:
        head = [
            f"  {json.dumps(key)}: {json.dumps(value)},"
            for key, value in group.items()
            if key != "files"
        ]
        files = [
            f"   {json.dumps(name)}: {json.dumps(facts)}" for name, facts in group["files"].items()
        ]
        blocks.append(
            " {\n" + "\n".join(head) + '\n  "files": {\n' + ",\n".join(files) + "\n  }\n }"
        )
    return "[\n" + ",\n".join(blocks) + "\n]\n"


def left_out_text(left_out: Sequence[LeftOut]) -> str:
    """left_out.csv: the name and the reason of each walk."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LeftOut._fields)
    writer.writerows(left_out)
    return text.getvalue()


def walks_text(taken: Sequence[Taken], example: str) -> str:
    """walks.json: what is read of each walk, one line for each, with those of another collection
    than that of the walk `example`.
    """
    reading_by_walk = {
        name: reading for name, reading in readings.expected().items() if _is_other(name, example)
    }
    for walk in taken:
        reading_by_walk[walk.name] = readings.of_device(walk.device, walk.metered_only, walk.named)
    lines = [
        f" {json.dumps(name)}: {json.dumps(reading_by_walk[name])}"
        for name in sorted(reading_by_walk)
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _is_other(name: str, example: str) -> bool:
    """Whether a walk is of another collection than this one."""
    return name.startswith(CENTREON) != example.startswith(CENTREON)


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.foreign_files.selection",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("checkout", type=Path, help="a folder with LibreNMS's tests")
    parser.add_argument("--write", action="store_true", help="write the three files")
    options = parser.parse_args(arguments)
    walks = list(select(options.checkout))
    taken = [walk for walk in walks if isinstance(walk, Taken)]
    if not walks:
        parser.error(f"{options.checkout}/tests has no walk that concerns us")
    example = walks[0].name
    others = [walk for walk in read_left_out() if _is_other(walk.name, example)]
    left_out = sorted([walk for walk in walks if isinstance(walk, LeftOut)] + others)
    groups = json.loads(LIST.read_text("utf-8"))
    groups_of(taken, options.checkout, groups)
    for path, text in (
        (LIST, list_text(groups)),
        (WALKS, walks_text(taken, example)),
        (LEFT_OUT, left_out_text(left_out)),
    ):
        if path.read_text("utf-8") != text:
            print(f"{path.name}: {'written' if options.write else 'would change'}")
            if options.write:
                path.write_text(text, "utf-8")
    unknown = [walk.name for walk in left_out if not walk.reason]
    print(f"{len(taken)} walks are taken, {len(left_out)} are left out")
    for name in unknown:
        print(f"{name}: no reason is known: look at it, then add its device to {KINDS.name}")
    return int(bool(unknown))


if __name__ == "__main__":
    sys.exit(main())
