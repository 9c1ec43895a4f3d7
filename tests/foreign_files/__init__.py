"""The foreign files that tests read: recordings of real devices, and published schemas.

They have their own licences and are not part of the project. `list.json` names each with its
public address at a commit, its size, its SHA-256 and its licence. `make recordings` brings them
into .cache/foreign_files; tests look there, then in the folder `shared` next to the project.
Without them, the tests that need them are skipped. What the tests expect of them is the project's
own, and is in `expected`.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple, Optional

from tests.needs import ROOT, missing

#: where a group's folder is looked for; the first that has it is read
PLACES = (ROOT / ".cache" / "foreign_files", ROOT.parent / "shared")
LIST = Path(__file__).with_name("list.json")
EXPECTED = Path(__file__).with_name("expected")
#: what is read of each walk
WALKS = EXPECTED / "walks.json"
#: the folder of DMTF's sample PDU
PUBLIC_PDU = "redfish/mockups/public-pdu"
#: what the reason of a skipped test ends with
REMEDY = "run: make recordings"


class File(NamedTuple):
    """One file."""

    #: of the file as tests read it
    sha256: str
    #: size in bytes, likewise
    size: int
    #: its path below the group's address
    at: str
    #: whether the public file has one more line, its first, a comment
    commented: bool


class Group(NamedTuple):
    """Files of one origin and one licence, in one folder."""

    folder: str
    what: str
    licence: str
    #: the beginning of each file's address; None if the files are nowhere published in this form
    address: Optional[str]
    #: by path below `folder`
    files: Mapping[str, File]

    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files.values())


class Incomplete(Exception):
    """A folder has only some of the files of its group, so fewer tests than stated would run."""


def read(path: Path = LIST) -> dict[str, Group]:
    """The groups of a list, by their folder."""
    return {
        group["folder"]: Group(
            group["folder"],
            group["what"],
            group["licence"],
            group["address"],
            {name: _file(name, facts) for name, facts in group["files"].items()},
        )
        for group in json.loads(path.read_text("utf-8"))
    }


def _file(name: str, facts: Mapping[str, Any]) -> File:
    return File(facts["sha256"], facts["bytes"], facts.get("at", name), "without" in facts)


GROUPS: Mapping[str, Group] = read()


@functools.cache
def place(folder: str) -> Optional[Path]:
    """Where the files of a group are, None if they are nowhere. Raises Incomplete."""
    return find(GROUPS[folder], PLACES)


def find(group: Group, places: tuple[Path, ...]) -> Optional[Path]:
    """The folder of a group below the first of these places that has it. Raises Incomplete."""
    for above in places:
        folder = above / group.folder
        if folder.is_dir():
            absent = [name for name in group.files if not (folder / name).is_file()]
            if absent:
                raise Incomplete(
                    f"{folder} has {len(group.files) - len(absent)} of {len(group.files)} files;"
                    f" {absent[0]} is missing; {REMEDY}"
                )
            return folder
    return None


def path(folder: str, name: str = "") -> Path:
    """The folder of a group, or one file in it. Skips the test if the group is missing."""
    group, root = GROUPS[folder], place(folder)
    if root is None:
        reason = f"{group.what} ({group.licence}), with which results are compared, are not part of"
        missing(f"{reason} the project; {REMEDY}", fail=False)
    assert not name or name in group.files, f"{folder}/{name} is not in {LIST.name}"
    return root / name


def text(folder: str, name: str) -> str:
    """A file's text; octets that are not UTF-8 are surrogates. Skips the test if it is missing."""
    return path(folder, name).read_text("utf-8", "surrogateescape")


def names(folder: str) -> list[str]:
    """The names of a group's files without their ends, whether or not the files are here: a test
    with one case for each has the same cases everywhere.
    """
    return [name.rpartition(".")[0] for name in GROUPS[folder].files]


def expectations(kind: str) -> list[str]:
    """The names of the recordings whose readings were written down."""
    return sorted(path.stem for path in (EXPECTED / kind).glob("*.json"))


@functools.cache
def expected(kind: str, name: str) -> Mapping[str, Any]:
    """What a right reader finds in a recording: `kind` is "snmp" or "nut"."""
    readings: Mapping[str, Any] = json.loads((EXPECTED / kind / f"{name}.json").read_text("utf-8"))
    return readings
