"""The environment of uploaded handlers: the platform's modules, the unpacked archives, and the pool
of worker processes.
"""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from pdu.loading.handler_archives import Archive, BadArchive, read_archive
from tests.processes.handler_worker import Call, Job

from .masking import masked
from .pool import Pool, Version
from .records import Handler, Pdu
from .store import Store

_ROOT = Path(__file__).resolve().parents[2]
_ADAPTER = Path(__file__).with_name("adapter.py")
_HOST_PACKAGES = ("common", "pdu_common")


class Runtime:
    """Unpacks archives and calls their handlers. `folder` is empty.

    Each version has a folder of its own, which is whole before the version is stored: a call during
    an upload runs the old version or the new one.
    """

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
        for folder_of_run in (self._handlers, folder / "empty"):
            folder_of_run.mkdir()
        self.pool = Pool(folder / "empty", processes)
        for handler in store.handlers():
            if handler.uploads:
                self._unpack(read_archive(store.archive(handler)), _version(handler))

    def accept(self, number: int, data: bytes, import_path: str) -> Handler:
        """Stores a new version of a handler, which runs from the next call on.

        Raises Refusal, or BadArchive with the reason; the old version then goes on.
        """
        archive = read_archive(data)
        with self._uploading:
            before = self._store.by_id(number)
            new = _version(replace(before, uploads=before.uploads + 1))
            try:
                self._unpack(archive, new)
                handler = self._store.accept(number, archive, import_path, data)
            except OSError as error:
                shutil.rmtree(self._handlers / new, ignore_errors=True)
                raise BadArchive(f"it cannot be unpacked here ({error.strerror})") from None
            except BaseException:
                shutil.rmtree(self._handlers / new)
                raise
            # a call may just be starting the version before; the ones before that are not used
            for folder in self._handlers.glob(f"{number}.*"):
                if folder.name not in (new, _version(before)):
                    shutil.rmtree(folder)
        return handler

    def _unpack(self, archive: Archive, version: str) -> None:
        """Write the files to the version's folder, which then is whole. Raises OSError."""
        with tempfile.TemporaryDirectory(dir=self._handlers) as part:
            archive.unpack(Path(part) / version)
            (Path(part) / version).rename(self._handlers / version)

    def remove(self, number: int) -> Handler:
        """Removes a handler with its archive. Raises Refusal if it is unknown or a PDU uses it."""
        with self._uploading:
            handler = self._store.delete(number)
            for folder in self._handlers.glob(f"{number}.*"):
                shutil.rmtree(folder)
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
        paths = [str(self._host), str(self._handlers / _version(handler))]
        job = Job(paths, handler.import_path, data, adapter=str(_ADAPTER))
        version = Version(handler.handler, handler.uploads)
        with self.pool.worker(pdu.id, version, job) as worker:
            seconds = pdu.call_seconds or self._call_seconds
            call = worker.call(method, seconds, identity, state, data)
        lines = tuple(masked(line, pdu.snmp, pdu.settings) for line in call.lines)
        return call._replace(text=masked(call.text, pdu.snmp, pdu.settings), lines=lines)


def _version(handler: Handler) -> str:
    """The name of the folder of a handler's current version."""
    return f"{handler.id}.{handler.uploads}"
