"""Builds this project's archives and installs them in the stand-in; starts simulated PDUs and adds
them.
"""

from __future__ import annotations

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pdu.pdus.handler_archives import BadArchive, read_archive
from pdu.pdus.handler_source import read_protocol

from .records import Handler, Pdu, Refusal
from .simulations import KINDS, Simulations

if TYPE_CHECKING:
    from .manager import DciManager

_ROOT = Path(__file__).resolve().parents[2]
_BUILD_SECONDS = 120.0


def registered(manager: DciManager, only: str = "") -> list[Handler]:
    """Builds the archives of this tree and installs them, or only the one named `only` ("pdu_nut").
    Raises Refusal.
    """
    with tempfile.TemporaryDirectory(prefix="dcimanager-build-") as folder:
        try:
            done = subprocess.run(
                [sys.executable, str(_ROOT / "packaging" / "build.py"), "--out", folder],
                cwd=_ROOT,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                timeout=_BUILD_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise Refusal(
                500, 1006, f"packaging/build.py did not end within {_BUILD_SECONDS:g} s"
            ) from None
        if done.returncode:
            raise Refusal(500, 1006, f"packaging/build.py failed: {done.stderr.strip()[-500:]}")
        built = [path.read_bytes() for path in sorted(Path(folder).glob("*.tar.gz"))]
        titles = _titles((Path(folder) / "register.sh").read_text("utf-8"))
    installed = []
    for data in built:
        top = read_archive(data).top
        if only in ("", top):
            installed.append(install(manager, data, titles.get(top, "")))
    return installed


def simulate(manager: DciManager, simulations: Simulations, kind: str, name: str = "") -> Pdu:
    """Starts a simulated PDU and adds it; registers its handler first if needed.

    Raises Refusal, Failed or LookupError.
    """
    wanted = KINDS[kind]
    drives = f"pdu_{wanted.handler}"
    if drives not in _ready(manager):
        registered(manager, drives)
    process, made = simulations.begin(kind)
    try:
        taken = {pdu.name for pdu in manager.pdus()}
        name = name or next(
            name
            for name in (f"simulated {kind} {count}" for count in range(1, 10_000))
            if name not in taken
        )
        pdu = manager.store.add_pdu(
            name, drives, made["address"], made["snmp"], made["settings"], wanted.title, kind
        )
    except BaseException:
        simulations.abandon(process)
        raise
    simulations.keep(pdu, process)
    manager.poll_soon(pdu)
    manager.journal.happened(f"the PDU {name} was started and added")
    return pdu


def _ready(manager: DciManager) -> set[str]:
    """The handlers that have a version."""
    return {handler.handler for handler in manager.handlers() if handler.import_path}


def _titles(script: str) -> dict[str, str]:
    """Name of the archive's directory → the title, from the rows `name|title|protocol` of
    register.sh.
    """
    rows = re.search("^HANDLERS='([^']*)'$", script, re.MULTILINE)
    return (
        {
            f"pdu_{name}": title
            for name, title, _ in (row.split("|") for row in rows[1].splitlines())
        }
        if rows
        else {}
    )


def install(manager: DciManager, data: bytes, title: str = "") -> Handler:
    """Stores an archive as a new version of the handler named like the archive's directory;
    registers that handler if needed.

    Raises Refusal, also for a bad archive, and then changes nothing.
    """
    try:
        archive = read_archive(data)
        if not archive.holds_module(f"{archive.top}.handler"):
            raise BadArchive(f"there is no {archive.top}/handler.py")
        try:
            handler, new = manager.store.handler(archive.top), False
        except LookupError:
            handler, new = (
                manager.store.create(
                    "pdu", archive.top, title or _title(archive.top), ["custom"], []
                ),
                True,
            )
        try:
            handler = manager.runtime.accept(handler.id, data, f"{archive.top}.handler")
        except BadArchive:
            if new:
                manager.store.delete(handler.id)
            raise
    except BadArchive as error:
        raise Refusal(400, 1006, str(error)) from None
    if new:
        manager.journal.happened(f"{handler.handler} was registered with the id {handler.id}")
    # A new handler is "custom". A version for SNMP PDUs makes it "snmp", unless a PDU uses the
    # handler.
    used = any(pdu.handler == handler.handler for pdu in manager.pdus())
    protocol = read_protocol(archive, handler.import_path)
    if not used and not handler.speaks_snmp and protocol == "snmp":
        manager.store.set_protocol(handler, ["snmp"])
    manager.journal.happened(f"version {handler.current} of {handler.handler} was uploaded")
    return handler


def _title(top: str) -> str:
    """A title made from the name of an archive's directory: "pdu_snmp" becomes "PDU snmp"."""
    return top.replace("pdu_", "PDU ", 1).replace("_", " ")
