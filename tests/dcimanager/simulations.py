"""Simulated PDUs that a person started on the page: one process each."""

from __future__ import annotations

import contextlib
import logging
import re
import subprocess
import threading
from typing import Any

from tests.peers import KINDS

from .database import Closed
from .launching import Failed, end, launched
from .records import Pdu
from .store import Store

__all__ = ["KINDS", "Failed", "Simulations"]
_HOST = "127.0.0.1"  # every simulated PDU listens on this address
_START_SECONDS = 60.0
_LOG = logging.getLogger(__name__)


class Simulations:
    """The processes of simulated PDUs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._processes: dict[int, subprocess.Popen[str]] = {}
        self._lock = threading.Lock()
        self._closed = False
        self._ready = threading.Event()

    def restore(self) -> None:
        """Start the simulated PDUs of the last run again, side by side. Outlets that were last
        known to be off start off.

        Leaves out PDUs whose address a person has changed: they may be other devices.
        """
        threads = [
            threading.Thread(target=self._again, args=(pdu,), daemon=True)
            for pdu in self._store.pdus()
            if pdu.simulated in KINDS and pdu.address == _HOST
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(_START_SECONDS)
        self._ready.set()

    def pdus(self) -> list[Pdu]:
        """The PDUs that can be polled: none until `restore` has ended."""
        return self._store.pdus() if self._ready.is_set() else []

    def begin(self, kind: str) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        """Starts a simulated PDU.

        Returns its process, for `keep` or `abandon`, and the fields of its form. Raises Failed.
        """
        return self._started(kind, 0, [])

    def keep(self, pdu: Pdu, process: subprocess.Popen[str]) -> None:
        """Assigns a process to its PDU: the process ends when the PDU is removed or the stand-in
        stops.
        """
        with self._lock:
            closed = self._closed
            self._processes[pdu.id] = process
        if closed:
            self.end(pdu.id)

    def abandon(self, process: subprocess.Popen[str]) -> None:
        """Ends a process whose PDU could not be added."""
        end(process)

    def end(self, pdu: int) -> None:
        with self._lock:
            process = self._processes.pop(pdu, None)
        if process is not None:
            end(process)

    def close(self) -> None:
        with self._lock:
            self._closed = True
            processes, self._processes = list(self._processes.values()), {}
        for process in processes:
            end(process)

    def _again(self, pdu: Pdu) -> None:
        off = [
            identity
            for identity, state in pdu.ports.items()
            if state == "DOWN" and identity.isdigit()
        ]
        known = pdu.snmp.get("port") or pdu.settings.get("port") or "0"
        try:
            try:
                process, form = self._started(
                    pdu.simulated, int(known) if re.fullmatch("[0-9]{1,5}", known) else 0, off
                )
            except Failed:  # another program may have taken its port
                process, form = self._started(pdu.simulated, 0, off)
        except Failed as error:
            _LOG.error("%s: %s", pdu.name, error)
            return
        pdu.address, pdu.snmp, pdu.settings = (
            form["address"],
            {**pdu.snmp, **form["snmp"]},
            {**pdu.settings, **form["settings"]},
        )
        self.keep(pdu, process)
        if pdu not in self._store.pdus():  # it was removed meanwhile
            self.end(pdu.id)
        with contextlib.suppress(Closed):  # the stand-in stops meanwhile
            self._store.save(pdu)

    def _started(
        self, kind: str, port: int, off: list[str]
    ) -> tuple[subprocess.Popen[str], dict[str, Any]]:
        arguments = [kind, "--port", str(port), "--off", ",".join(off)]
        process, form = launched(
            f"the simulated PDU {kind}", "tests.dcimanager.simulated", arguments
        )
        made: dict[str, Any] = form
        return process, made
