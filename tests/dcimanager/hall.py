"""The simulated hall that a person started on the page: one process for all of its PDUs."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Optional

from .database import Closed
from .launching import Failed, end, launched
from .records import Pdu
from .store import Store

#: `simulated` of a PDU: this and the PDU's name in the hall
_PREFIX = "hall:"
#: button -> what it does
ORDERS: Mapping[str, str] = {
    "fail feed:A": "Fail feed A",
    "fail feed:B": "Fail feed B",
    "restore all": "Restore all",
}
_LOG = logging.getLogger(__name__)


class Hall:
    """At most one hall. Its fleet list, logins and drawing are in `folder`."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.folder = folder
        self._store = store
        self._process: Optional[subprocess.Popen[str]] = None
        self._pdus: set[int] = set()
        self._lock = threading.Lock()
        self._closed = False

    @property
    def runs(self) -> bool:
        return self._process is not None

    def begin(self, off: Sequence[str] = ()) -> dict[str, dict[str, Any]]:
        """Starts the hall, with these outlets off (`r1-left/3`).

        Returns the forms of its PDUs by their name. Raises Failed.
        """
        if self.runs:
            raise Failed("the hall runs already")
        process, forms = launched(
            "the simulated hall",
            "tests.hall.twin",
            ["--folder", str(self.folder), "--forms", "--off", ",".join(off)],
        )
        with self._lock:
            self._process = process
            closed = self._closed
        if closed:
            self._stop()
        found: dict[str, dict[str, Any]] = forms
        return found

    def keep(self, pdu: Pdu) -> None:
        """Notes a PDU of the hall, which ends when the last of them is removed."""
        with self._lock:
            self._pdus.add(pdu.id)

    def order(self, text: str) -> None:
        """One of ORDERS. Without a hall, nothing happens."""
        with self._lock, contextlib.suppress(OSError, ValueError):
            if self._process is not None and self._process.stdin is not None:
                self._process.stdin.write(f"{text}\n")
                self._process.stdin.flush()

    def restore(self) -> None:
        """Starts the hall of the last run again. Outlets that were last known to be off start
        off.
        """
        mine = {
            pdu.simulated[len(_PREFIX) :]: pdu
            for pdu in self._store.pdus()
            if pdu.simulated.startswith(_PREFIX)
        }
        if not mine:
            return
        off = [
            f"{name}/{identity}"
            for name, pdu in mine.items()
            for identity, state in pdu.ports.items()
            if state == "DOWN"
        ]
        try:
            forms = self.begin(off)
        except Failed as error:
            _LOG.error("%s", error)
            return
        for name, pdu in mine.items():
            form = forms[name]
            pdu.address, pdu.snmp, pdu.settings = form["address"], form["snmp"], form["settings"]
            self.keep(pdu)
            with contextlib.suppress(Closed):  # the stand-in stops meanwhile
                self._store.save(pdu)

    def end(self, pdu: int) -> None:
        """A PDU was removed."""
        with self._lock:
            if pdu not in self._pdus:
                return
            self._pdus.discard(pdu)
            last = not self._pdus
        if last:
            self._stop()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self._stop()

    def _stop(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is not None:
            end(process)


def simulated(name: str) -> str:
    """What a PDU of the hall has as `simulated`."""
    return f"{_PREFIX}{name}"
