"""Another build of an archive takes the place of one that a process has loaded, as an upload into a
living platform may do.

The files are removed, replaced or overwritten; the modules are kept, reloaded or dropped from
sys.modules; before the first call, after a status, or within a call. The old handler object must
answer and switch by its own code alone, and import nothing. A handler that is made afterwards runs
the code that the platform has loaded.

`python -m tests.conformance.hosts` tries the cells on each Python, and `make test` on its own.
"""

from __future__ import annotations

import functools
import itertools
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple

from builder import archives, command
from pdu.loading import handler_archives
from tests.needs import ROOT
from tests.packaging import acme
from tests.servers.peers import PEERS, Peer
from tests.waiting import PATIENCE_S

_CHILD = Path(__file__).with_name("upload_child.py")
FILES = ("removed", "replaced", "overwritten")
MODULES = ("kept", "reloaded", "purged")
#: before the first call, after a status, and after these parts of the call
WHEN = ("made", "status", "0.1", "0.5", "0.9")
CALLS = ("status", "statistic", "port_down", "port_up")
OWN = "snmp with a profile in JSON"


class Cell(NamedTuple):
    """One way of an upload, when it is done, and the call that is tried: Cell("replaced", "kept",
    "status", "port_down") is done after a status, and port_down is called then.
    """

    files: str
    modules: str
    when: str
    call: str


#: a module cannot be reloaded without files
_WAYS = [way for way in itertools.product(FILES, MODULES) if way != ("removed", "reloaded")]
#: each call at each moment, with the files and modules in turn
CELLS = [
    Cell(*_WAYS[number % len(_WAYS)], *moment)
    for number, moment in enumerate(itertools.product(WHEN, CALLS))
]


SUBJECTS: Mapping[str, Callable[[], AbstractContextManager[Peer]]] = {
    **PEERS,
    OWN: functools.partial(PEERS["snmp"], acme.strip),
}


def _handler(name: str) -> tuple[str, Mapping[str, str]]:
    """The package of a subject's archive, and the files that its build replaces, by path: "nut" has
    ("nut", {}).
    """
    if name != OWN:
        return name, {}
    family = command.own_profile(acme.PROFILE)
    return family.package, family.replace


def builds(name: str, folder: Path) -> tuple[str, list[Path], list[str]]:
    """Unpack two builds of a subject's archive that differ in one line. Returns the name of the
    archive's directory, both of these directories, and the name of the folder with the code in
    each:

        "pdu_nut", [FOLDER/0/pdu_nut, FOLDER/1/pdu_nut], ["b1f0c", "b2a7d"]
    """
    package, replace = _handler(name)
    newer = (ROOT / "handlers/shared/errors.py").read_text("utf-8") + "\nANOTHER_BUILD = True\n"
    places = []
    codes = []
    top = ""
    for number, changes in enumerate(({}, {"shared/errors.py": newer})):
        archive = handler_archives.read_archive(
            archives.archive(ROOT / "handlers", package, {**replace, **changes})
        )
        archive.unpack(folder / str(number))
        top = archive.top
        places.append(folder / str(number) / top)
        codes += [path.name for path in places[-1].iterdir() if path.is_dir()]
    return top, places, codes


def tried(name: str, cells: Sequence[Cell], python: str = sys.executable) -> list[str]:
    """Run these cells on the archive of a subject, in a process of the interpreter `python`, with
    its simulated PDU. Returns the problems, a sentence each; [] if all is right. `name`: a key of
    SUBJECTS.

        ["replaced kept status port_down: old port_down: imported ['pdu_nut.decoding']"]
    """
    with tempfile.TemporaryDirectory(prefix="uploads-") as place, SUBJECTS[name]() as peer:
        folder = Path(place)
        (folder / "host").mkdir()
        for package in ("common", "pdu_common"):
            (folder / "host" / package).symlink_to(ROOT / package)
        top, (old, new), codes = builds(name, folder)
        compiled = [python, "-m", "compileall", "-q", str(old), str(new)]
        subprocess.run(compiled, check=True, timeout=PATIENCE_S)
        states = peer.truth().states
        job = {
            "path": [str(folder / "host")],
            "top": top,
            "old": str(old),
            "new": str(new),
            "builds": codes,
            "address": peer.address,
            "snmp": peer.snmp,
            "settings": peer.settings,
            "identities": list(states),
            "outlet": next(identity for identity, on in states.items() if on),
            "cells": cells,
        }
        process = subprocess.run(
            [python, str(_CHILD)],
            input=json.dumps(job),
            capture_output=True,
            text=True,
            cwd="/",
            timeout=900,
        )
    if process.returncode:
        return [f"{name}: the process ended with {process.returncode}: {process.stderr[-500:]}"]
    problems: list[str] = json.loads(process.stdout)
    return problems
