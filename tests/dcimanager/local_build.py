"""Builds this project's archives and installs them in the stand-in; starts simulated PDUs and adds
them.
"""

from __future__ import annotations

import itertools
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pdu.loading.handler_archives import BadArchive, read_archive
from pdu.loading.handler_source import read_protocol
from tests.waiting import run_program

from .records import Handler, Pdu, Refusal
from .simulations import KINDS

if TYPE_CHECKING:
    from .manager import DciManager

_ROOT = Path(__file__).resolve().parents[2]
_BUILD_SECONDS = 300.0


def registered(manager: DciManager, only: str = "") -> list[Handler]:
    """Builds and installs the archives of this tree, or `only` one ("pdu_nut"). Raises Refusal."""
    return [install(manager, data) for data in built() if only in ("", read_archive(data).top)]


def built() -> list[bytes]:
    """The archives of this tree as it is now. Raises Refusal."""
    with tempfile.TemporaryDirectory(prefix="dcimanager-build-") as folder:
        process = run_program(
            [sys.executable, str(_ROOT / "packaging" / "build.py"), "--out", folder],
            cwd=_ROOT,
            timeout=_BUILD_SECONDS,
        )
        if process.returncode:
            raise Refusal(500, 1006, f"packaging/build.py failed: {process.stderr.strip()[-500:]}")
        return [path.read_bytes() for path in sorted(Path(folder).glob("*.tar.gz"))]


def simulate(manager: DciManager, kind: str) -> Pdu:
    """Starts a simulated PDU and adds it; registers its handler first if needed.

    Raises Refusal, OSError or LookupError.
    """
    simulator = KINDS[kind]
    drives = f"pdu_{simulator.handler}"
    if drives not in {handler.handler for handler in manager.handlers() if handler.uploads}:
        registered(manager, drives)
    simulation = manager.simulations.begin(kind)
    peer, names_in_use = simulation.peer, {pdu.name for pdu in manager.pdus()}
    names = (f"simulated {kind} {count}" for count in itertools.count(1))
    pdu = manager.store.add_pdu(
        next(name for name in names if name not in names_in_use),
        drives,
        peer.address,
        peer.snmp,
        peer.settings,
        simulator.title,
        kind,
    )
    manager.simulations.keep(pdu, simulation)
    manager.poll_soon(pdu)
    return pdu


def install(manager: DciManager, data: bytes) -> Handler:
    """Stores an archive as a new version of the handler named like the archive's directory;
    registers that handler if needed.

    Raises Refusal, also for a bad archive, and then changes nothing.
    """
    try:
        archive = read_archive(data)
        if not archive.holds_module(f"{archive.top}.handler"):
            raise BadArchive(f"there is no {archive.top}/handler.py")
        is_new = archive.top not in [handler.handler for handler in manager.store.handlers()]
        if is_new:
            title = _title(archive.top)
            manager.store.create("pdu", archive.top, title, ["custom"], [])
        handler = manager.store.handler(archive.top)
        try:
            handler = manager.runtime.accept(handler.id, data, f"{archive.top}.handler")
        except BadArchive:
            if is_new:
                manager.store.delete(handler.id)
            raise
    except BadArchive as error:
        raise Refusal(400, 1006, str(error)) from None
    if is_new:
        manager.journal.happened(f"{handler.handler} was registered with the id {handler.id}")
    # A new handler is "custom". A version for SNMP PDUs makes it "snmp", unless a PDU uses the
    # handler.
    is_in_use = any(pdu.handler == handler.handler for pdu in manager.pdus())
    protocol = read_protocol(archive, handler.import_path)
    if not is_in_use and not handler.speaks_snmp and protocol == "snmp":
        manager.store.set_protocol(handler, ["snmp"])
    manager.journal.happened(f"version {handler.uploads} of {handler.handler} was uploaded")
    return handler


def _title(top: str) -> str:
    """A title made from the name of an archive's directory: "pdu_snmp" becomes "PDU snmp"."""
    return top.replace("pdu_", "PDU ", 1).replace("_", " ")
