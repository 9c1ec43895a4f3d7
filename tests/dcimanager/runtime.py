"""The environment of uploaded handlers: the platform's modules, the unpacked archives, and the pool
of worker processes.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
import time
from collections.abc import Mapping
from pathlib import Path, PurePosixPath
from typing import Any, Optional

from pdu.pdus.handler_archives import Archive, BadArchive, read_archive

from .pool import Key, Pool
from .records import Call, Handler, Pdu, Refusal
from .sealed import masked
from .store import Store
from .worker import Job, Start

_ROOT = Path(__file__).resolve().parents[2]
HOST_PACKAGES = ("common", "pdu_common")
_DESCRIBE_SECONDS = 30.0
# a handler's table of settings: key, allowed, default, help, secret
Settings = list[dict[str, Any]]


class Runtime:
    """Unpacks archives and calls their handlers. `folder` is empty."""

    def __init__(
        self,
        store: Store,
        folder: Path,
        *,
        processes: int = 32,
        call_seconds: float = 60.0,
        start: Optional[Start] = None,
    ) -> None:
        self._store, self._folder = store, folder
        self._call_seconds = call_seconds
        self._uploading = threading.Lock()
        self._described: dict[tuple[int, int], Mapping[str, Any]] = {}
        for package in HOST_PACKAGES:
            shutil.copytree(
                _ROOT / package,
                folder / "host" / package,
                ignore=shutil.ignore_patterns("__pycache__"),
            )
        for name in ("handlers", "empty"):
            (folder / name).mkdir()
        self.pool = Pool(folder / "empty", processes, start)
        for handler in store.handlers():
            # Calls of a handler without an archive, or with one that is no longer accepted, end
            # with an import error.
            with contextlib.suppress(LookupError, BadArchive):
                read_archive(store.archive(handler)).unpack(folder / "handlers")

    # ---- archives ----

    def accept(self, number: int, data: bytes, import_path: str) -> Handler:
        """Stores a new version of a handler, which runs from the next call on.

        Raises Refusal, or BadArchive with the reason.
        """
        self._store.by_id(number)
        archive = read_archive(data)
        with self._uploading:
            _check_paths(archive, self._folder / "handlers")
            handler = self._store.accept(number, archive, import_path, data)
            self._unpack(archive)
        self.pool.retire(handler.handler)
        return handler

    def roll(self, number: int, version: int) -> Handler:
        """Runs another uploaded version, older or newer, from the next call on.

        Raises Refusal, and then changes nothing.
        """
        with self._uploading:
            before = self._store.by_id(number).current
            handler = self._store.roll(number, version)
            try:
                archive = read_archive(self._store.archive(handler))
                _check_paths(archive, self._folder / "handlers")
            except BadArchive as error:
                self._store.roll(number, before)
                raise Refusal(409, 1006, str(error)) from None
            self._unpack(archive)
        self.pool.retire(handler.handler)
        return handler

    def remove(self, number: int) -> Handler:
        """Removes a handler with its archives. Raises Refusal if it is unknown or a PDU uses it."""
        with self._uploading:
            handler = self._store.delete(number)
            self._delete_unused()
        self.pool.retire(handler.handler)
        return handler

    def _unpack(self, archive: Archive) -> None:
        archive.unpack(self._folder / "handlers")
        self._delete_unused()

    def _delete_unused(self) -> None:
        """Deletes the directories that no current version uses, so that their files do not mix with
        those of a later archive.
        """
        used = {handler.top for handler in self._store.handlers()}
        for folder in (self._folder / "handlers").iterdir():
            if folder.name not in used:
                shutil.rmtree(folder, ignore_errors=True)

    # ---- calls ----

    def call(self, pdu: Pdu, method: str, identity: str = "", state: str = "UNKNOWN") -> Call:
        """One call of a PDU's handler.

        A failure is in the result, whose text and log lines are `masked`.
        """
        handler = self._store.handler(pdu.handler)
        data = {
            "protocol": "snmp" if handler.speaks_snmp else "custom",
            "address": pdu.address,
            "snmp": dict(pdu.snmp),
            "settings": dict(pdu.settings),
            "handler": handler.handler,
        }
        call = self._made(
            handler, pdu.id, method, pdu.call_seconds or self._call_seconds, identity, state, data
        )
        form = (pdu.snmp, pdu.settings)
        return call._replace(
            text=masked(call.text, form), lines=tuple(masked(line, form) for line in call.lines)
        )

    def settings(self, handler: Handler) -> Optional[Settings]:
        """The handler's table of settings, [] if it has none; None if it cannot be read, for
        example without an archive.
        """
        described = self._description(handler)
        return None if described is None else described["settings"]

    def _description(self, handler: Handler) -> Optional[Mapping[str, Any]]:
        # another handler may get the name of a removed one
        key = (handler.id, handler.current)
        if key not in self._described:
            call = self._made(handler, 0, "describe", _DESCRIBE_SECONDS, "", "UNKNOWN", {})
            if not call.ok:
                return None
            self._described[key] = call.value
        return self._described[key]

    def _made(
        self,
        handler: Handler,
        pdu: int,
        method: str,
        seconds: float,
        identity: str,
        state: str,
        data: dict[str, Any],
    ) -> Call:
        if not handler.import_path:
            text = f"no archive of {handler.handler} has been uploaded yet"
            return Call(method, identity, 0.0, {}, "import", text, at=time.time())
        job = Job(
            [str(self._folder / "host"), str(self._folder / "handlers")],
            handler.import_path,
            data,
            metering=True,
        )
        with self.pool.worker(Key(handler.handler, handler.current), pdu, job) as worker:
            return worker.call(method, seconds, identity, state, data)


def _check_paths(archive: Archive, folder: Path) -> None:
    """Raises BadArchive if a path of the archive is a folder in `folder`, or is
    below a file there.
    """
    for path in archive.files:
        target = folder / path
        if target.is_dir() or any(
            (folder / parent).is_file() for parent in PurePosixPath(path).parents
        ):
            raise BadArchive(
                f"{path!r} is a folder, or below a file, in another archive: rename it and upload"
                " again"
            )


__all__ = ["HOST_PACKAGES", "BadArchive", "Runtime", "Settings"]
