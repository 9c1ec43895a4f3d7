"""The environment of uploaded handlers: the platform's modules, the unpacked archives, and the pool
of worker processes.
"""

from __future__ import annotations

import shutil
import threading
import time
from pathlib import Path

from pdu.loading.handler_archives import read_archive

from .masking import masked
from .pool import Pool, Version
from .records import Call, Handler, Pdu
from .store import Store
from .worker import Job

_ROOT = Path(__file__).resolve().parents[2]
_HOST_PACKAGES = ("common", "pdu_common")


class Runtime:
    """Unpacks archives and calls their handlers. `folder` is empty."""

    def __init__(
        self, store: Store, folder: Path, *, processes: int = 32, call_seconds: float = 60.0
    ) -> None:
        self._store, self._call_seconds = store, call_seconds
        self._host, self._handlers = folder / "host", folder / "handlers"
        self._uploading = threading.Lock()
        for package in _HOST_PACKAGES:
            shutil.copytree(
                _ROOT / package,
                self._host / package,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        for made in (self._handlers, folder / "empty"):
            made.mkdir()
        self.pool = Pool(folder / "empty", processes)
        for handler in store.handlers():
            if handler.uploads:
                read_archive(store.archive(handler)).unpack(self._handlers)

    def accept(self, number: int, data: bytes, import_path: str) -> Handler:
        """Stores a new version of a handler, which runs from the next call on.

        Raises Refusal, or BadArchive with the reason.
        """
        archive = read_archive(data)
        with self._uploading:
            before = self._store.by_id(number).top
            handler = self._store.accept(number, archive, import_path, data)
            if before:
                shutil.rmtree(self._handlers / before)
            archive.unpack(self._handlers)
        return handler

    def remove(self, number: int) -> Handler:
        """Removes a handler with its archive. Raises Refusal if it is unknown or a PDU uses it."""
        with self._uploading:
            handler = self._store.delete(number)
            if handler.top:
                shutil.rmtree(self._handlers / handler.top)
        return handler

    def call(self, pdu: Pdu, method: str, identity: str = "", state: str = "UNKNOWN") -> Call:
        """One call of a PDU's handler.

        A failure is in the result, whose text and log lines are `masked`.
        """
        handler = self._store.handler(pdu.handler)
        if not handler.uploads:
            text = f"no archive of {handler.handler} has been uploaded yet"
            return Call(method, identity, 0.0, {}, "import", text, at=time.time())
        data = {
            "protocol": "snmp" if handler.speaks_snmp else "custom",
            "address": pdu.address,
            "snmp": dict(pdu.snmp),
            "settings": dict(pdu.settings),
            "handler": handler.handler,
        }
        paths = [str(self._host), str(self._handlers)]
        job = Job(paths, handler.import_path, data, metering=True)
        version = Version(handler.handler, handler.uploads)
        with self.pool.worker(pdu.id, version, job) as worker:
            seconds = pdu.call_seconds or self._call_seconds
            call = worker.call(method, seconds, identity, state, data)
        lines = tuple(masked(line, pdu.snmp, pdu.settings) for line in call.lines)
        return call._replace(text=masked(call.text, pdu.snmp, pdu.settings), lines=lines)
