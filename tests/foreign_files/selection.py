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
from collections.abc import Collection, Iterator, Mapping, Sequence
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
from tests.tables import csv_rows

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
    kinds = read_kinds()
    power_systems = _power_systems(checkout)
    for name, path in _walks(checkout).items():
        rows = _readable_rows(path.read_text("utf-8", "surrogateescape"))
        walk = _read(name, path, rows)
        if walk is not None:
            yield walk
        elif _families(rows) or _is_of_system(name, power_systems):
            yield LeftOut(name, _reason(rows, kinds))


def _walks(checkout: Path) -> Mapping[str, Path]:
    """The walks of a collection, by the name that each has here."""
    folder = checkout / "tests"
    librenms_paths = sorted((folder / "snmpsim").glob("*.snmprec"))
    if librenms_paths:
        return {path.stem: path for path in librenms_paths}
    centreon_paths = sorted(folder.rglob("*.snmpwalk"))
    return {CENTREON + path.stem.lower(): path for path in centreon_paths}


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
    """The walk as its family reads it: with metered_only if it must; without a sysObjectID as the
    first family that can. None if none does.
    """
    for metered_only in (False, True):
        with contextlib.suppress(Unsupported, ProtocolError):
            device = detection.detect(of_rows(rows), PROFILES, metered_only=metered_only)
            return Taken(name, path, metered_only=metered_only, named=False, device=device)
    if detection.SYS_OBJECT_ID in rows:
        return None
    for profile in _families(rows):
        with contextlib.suppress(Unsupported, ProtocolError):
            device = detection.read_as(of_rows(rows), profile)
            return Taken(name, path, metered_only=False, named=True, device=device)
    return None


def _power_systems(checkout: Path) -> frozenset[str]:
    """The systems that LibreNMS calls power devices."""
    folder = checkout / "resources" / "definitions" / "os_detection"
    names = set()
    for path in folder.glob("*.yaml"):
        if re.search(r"^type: *power\b", path.read_text("utf-8"), re.MULTILINE):
            names.add(path.stem)
    return frozenset(names)


def _is_of_system(name: str, systems: frozenset[str]) -> bool:
    """Whether a walk's name, which is SYSTEM or SYSTEM_VARIANT, is of one of these systems."""
    while name and name not in systems:
        name = name.rpartition("_")[0]
    return bool(name)


def _families(rows: Mapping[str, Row]) -> list[Profile]:
    """The families whose sysObjectID or objects a walk has, below a number of their vendor."""
    number = _sys_object_id(rows)
    is_told_by_number = not any(is_below(number, root) for root in NET_SNMP)
    roots = _enterprise_roots(rows)
    families = []
    for profile in PROFILES:
        has_number = is_told_by_number and profile.match(number)
        if has_number or not roots.isdisjoint(_objects(profile)):
            families.append(profile)
    return families


def _sys_object_id(rows: Mapping[str, Row]) -> str:
    row = rows.get(detection.SYS_OBJECT_ID)
    value = row.value if row else ""
    return ".".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _enterprise_roots(rows: Mapping[str, Row]) -> frozenset[str]:
    """The OIDs of all objects of enterprises, and of all nodes above them."""
    roots: set[str] = set()
    for oid in rows:
        while oid.startswith(ENTERPRISES) and oid not in roots:
            roots.add(oid)
            oid = oid.rpartition(".")[0]
    return frozenset(roots)


def _objects(profile: Profile) -> Iterator[str]:
    """The OIDs that a family names, whole."""
    for oid in oids(profile):
        if oid.startswith("~"):
            yield from (root.oid + oid[1:] for root in profile.roots)
        else:
            yield oid


def read_left_out() -> Sequence[LeftOut]:
    """The walks that are left out, as `left_out.csv` has them."""
    return [LeftOut(row["name"], row["reason"]) for row in csv_rows(LEFT_OUT)]


def read_kinds() -> _Kinds:
    """What devices without outlets are, by the root of their objects, the most telling first."""
    return [(row["root"], row["device"]) for row in csv_rows(KINDS)]


def _reason(rows: Mapping[str, Row], kinds: _Kinds) -> str:
    """Why no family reads a walk: what it has alone, or which device it is; "" if not known."""
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


def with_walks(
    groups: Sequence[Mapping[str, Any]], walks: Sequence[Taken], checkout: Path
) -> list[dict[str, Any]]:
    """The groups of list.json with the walks that are taken, and LibreNMS's answers. A walk that an
    older group has stays in it.
    """
    files_by_folder = {group["folder"]: group["files"] for group in groups}
    if walks and walks[0].name.startswith(CENTREON):
        files_by_folder["snmp/centreon"] = _centreon_files(walks, checkout)
    else:
        older_names = files_by_folder["snmp/recordings"]
        files_by_folder.update(_librenms_files(walks, checkout, older_names))
    return [{**group, "files": files_by_folder[group["folder"]]} for group in groups]


def _centreon_files(walks: Sequence[Taken], checkout: Path) -> dict[str, Any]:
    files = {}
    for walk in walks:
        place = walk.path.relative_to(checkout / "tests").as_posix()
        files[f"{walk.name}{walk.path.suffix}"] = {**hashed(walk.path), "at": place}
    return files


def _librenms_files(
    walks: Sequence[Taken], checkout: Path, older_names: Collection[str]
) -> dict[str, dict[str, Any]]:
    """The files of each of the three folders. `older_names`: the walks of the first one."""
    walk_folder, answer_folder = checkout / "tests" / "snmpsim", checkout / "tests" / "data"
    names, new_names, answers = [], [], []
    for walk in walks:
        file_name = f"{walk.name}.snmprec"
        if file_name in older_names:
            names.append(file_name)
        else:
            new_names.append(file_name)
        answer = f"{walk.name}.json"
        if (answer_folder / answer).is_file():
            answers.append(answer)
    return {
        "snmp/recordings": _files(walk_folder, names, ""),
        "snmp/walks": _files(walk_folder, new_names, "snmpsim/"),
        "snmp/answers": _files(answer_folder, answers, "data/"),
    }


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
        lines = [" {"]
        for key, value in group.items():
            if key != "files":
                lines.append(f"  {json.dumps(key)}: {json.dumps(value)},")
        lines.append('  "files": {')
        files = []
        for name, facts in group["files"].items():
            files.append(f"   {json.dumps(name)}: {json.dumps(facts)}")
        lines.append(",\n".join(files))
        lines += ["  }", " }"]
        blocks.append("\n".join(lines))
    return "[\n" + ",\n".join(blocks) + "\n]\n"


def left_out_text(left_out: Sequence[LeftOut]) -> str:
    """left_out.csv: the name and the reason of each walk."""
    text = io.StringIO()
    text.write("read by selection.py; words: selection.py\n")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(LeftOut._fields)
    writer.writerows(left_out)
    return text.getvalue()


def walks_text(walks: Sequence[Taken], example: str) -> str:
    """walks.json: what is read of each walk, one line for each, with those of another collection
    than that of the walk `example`.
    """
    reading_by_walk = {}
    for name, reading in readings.expected().items():
        if _is_other(name, example):
            reading_by_walk[name] = reading
    for walk in walks:
        reading_by_walk[walk.name] = readings.of_device(walk.device, walk.metered_only, walk.named)
    lines = []
    for name, reading in sorted(reading_by_walk.items()):
        lines.append(f" {json.dumps(name)}: {json.dumps(reading)}")
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
    taken_walks: list[Taken] = []
    unread_walks: list[LeftOut] = []
    for walk in select(options.checkout):
        if isinstance(walk, Taken):
            taken_walks.append(walk)
        else:
            unread_walks.append(walk)
    names = [walk.name for walk in taken_walks] + [walk.name for walk in unread_walks]
    if not names:
        parser.error(f"{options.checkout}/tests has no walk that concerns us")
    example = names[0]
    for older_walk in read_left_out():
        if _is_other(older_walk.name, example):
            unread_walks.append(older_walk)
    unread_walks.sort()
    older_groups = json.loads(LIST.read_text("utf-8"))
    groups = with_walks(older_groups, taken_walks, options.checkout)
    for path, text in (
        (LIST, list_text(groups)),
        (WALKS, walks_text(taken_walks, example)),
        (LEFT_OUT, left_out_text(unread_walks)),
    ):
        if path.read_text("utf-8") != text:
            print(f"{path.name}: {'written' if options.write else 'would change'}")
            if options.write:
                path.write_text(text, "utf-8")
    print(f"{len(taken_walks)} walks are taken, {len(unread_walks)} are left out")
    new_kinds = [walk.name for walk in unread_walks if not walk.reason]
    for name in new_kinds:
        print(f"{name}: no reason is known: look at it, then add its device to {KINDS.name}")
    return 1 if new_kinds else 0


if __name__ == "__main__":
    sys.exit(main())
