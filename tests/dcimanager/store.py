"""Registered handlers and PDUs, shared by several threads.

Each method writes its change to the database at once.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Union

from pdu.loading.handler_archives import Archive, BadArchive

from .database import Database
from .records import Handler, Label, Pdu, Refusal

DEVICE_TYPES = ("switch", "pdu", "vpu")
_LABEL = re.compile(rb'^VERSION = "([0-9A-Za-z.+-]{1,40})"', re.MULTILINE)
_NOT_SAVED = ("id", "call_seconds", "calls", "busy")


class Store:
    def __init__(self, database: Database) -> None:
        self._db = database
        self._lock = threading.RLock()
        self._handlers: dict[int, Handler] = {}
        self._pdus: dict[int, Pdu] = {}
        for number, data in database.rows("SELECT id, data FROM handler ORDER BY id"):
            self._handlers[number] = Handler(number, **json.loads(data))
        for number, data in database.rows("SELECT id, data FROM pdu ORDER BY id"):
            pdu = self._pdus[number] = Pdu(number, **json.loads(data))
            pdu.labels = {identity: Label(*label) for identity, label in pdu.labels.items()}

    # ---- handlers ----

    def handlers(self) -> list[Handler]:
        with self._lock:
            return list(self._handlers.values())

    def handler(self, name: str) -> Handler:
        """The handler with this internal name. Raises LookupError."""
        for handler in self.handlers():
            if handler.handler == name:
                return handler
        raise LookupError(f"no handler {name!r} is registered")

    def by_id(self, number: int) -> Handler:
        """The handler with this id. Raises Refusal."""
        with self._lock:
            if number not in self._handlers:
                raise Refusal(404, 1003, "there is no handler with this id", number)
            return self._handlers[number]

    def create(
        self,
        device_type: str,
        handler: str,
        name: str,
        protocol: Sequence[str],
        features: Sequence[str],
    ) -> Handler:
        """Registers a new handler and returns it. Raises Refusal."""
        if device_type not in DEVICE_TYPES:
            words = ", ".join(DEVICE_TYPES)
            raise Refusal(400, 1001, f"device_type must be one of {words}", device_type)
        if not re.fullmatch("[a-z][a-z0-9_]*", handler) or not name or not protocol:
            words = "handler, name and protocol are needed; handler must match [a-z][a-z0-9_]*"
            raise Refusal(400, 1001, words, handler)
        with self._lock:
            if any(other.handler == handler for other in self._handlers.values()):
                words = "a handler with this internal name exists already"
                raise Refusal(409, 1002, words, handler)
            record = Handler(0, device_type, handler, name, list(protocol), list(features))
            number = self._db.write(("INSERT INTO handler (data) VALUES (?)", (_data(record),)))
            record.id = number
            self._handlers[number] = record
            return record

    def set_protocol(self, handler: Handler, protocol: list[str]) -> None:
        handler.protocol = protocol
        row = (_data(handler), handler.id)
        self._db.write(("UPDATE handler SET data = ? WHERE id = ?", row))

    def delete(self, number: int) -> Handler:
        """Deletes a handler. Raises Refusal if it is unknown or a PDU uses it."""
        with self._lock:
            handler = self.by_id(number)
            if any(pdu.handler == handler.handler for pdu in self._pdus.values()):
                raise Refusal(409, 1004, "a PDU uses this handler", handler.handler)
            self._db.write(("DELETE FROM handler WHERE id = ?", (number,)))
            return self._handlers.pop(number)

    def accept(self, number: int, archive: Archive, import_path: str, data: bytes) -> Handler:
        """Stores a new version of a handler.

        Raises Refusal or BadArchive, and then changes nothing.
        """
        with self._lock:
            handler = self.by_id(number)
            other_handlers = [other for other in self._handlers.values() if other.id != number]
            if any(other.top == archive.top for other in other_handlers):
                raise BadArchive(f"the directory {archive.top!r} is in use by another handler")
            if not archive.holds_module(import_path):
                raise BadArchive(f"{import_path!r} is not a module of this archive")
            record = replace(
                handler,
                uploads=handler.uploads + 1,
                label=label_of(archive),
                import_path=import_path,
                uploaded=time.time(),
            )
            row = (_data(record), data, number)
            self._db.write(("UPDATE handler SET data = ?, archive = ? WHERE id = ?", row))
            self._handlers[number] = record
            return record

    def archive(self, handler: Handler) -> bytes:
        """The bytes of the current version's archive; b"" before the first upload."""
        ((data,),) = self._db.rows("SELECT archive FROM handler WHERE id = ?", (handler.id,))
        return data or b""

    # ---- PDUs ----

    def pdus(self) -> list[Pdu]:
        with self._lock:
            return list(self._pdus.values())

    def pdu(self, number: int) -> Pdu:
        """The PDU with this id. Raises LookupError."""
        with self._lock:
            if number not in self._pdus:
                raise LookupError("there is no such PDU")
            return self._pdus[number]

    def add_pdu(
        self,
        name: str,
        handler: str,
        address: str,
        snmp: Mapping[str, str],
        settings: Mapping[str, str],
        notes: str = "",
        simulated: str = "",
    ) -> Pdu:
        """Adds a PDU and returns it. Raises LookupError if no handler has this internal name."""
        with self._lock:
            self.handler(handler)
            pdu = Pdu(0, name, handler, address, dict(snmp), dict(settings), notes, simulated)
            number = self._db.write(("INSERT INTO pdu (data) VALUES (?)", (_data(pdu),)))
            pdu.id = number
            self._pdus[number] = pdu
            return pdu

    def save(self, pdu: Pdu) -> None:
        """Writes the form of a PDU, and what is known of it."""
        self._db.write(saved(pdu))

    def delete_pdu(self, number: int) -> None:
        """Deletes a PDU with its readings and calls."""
        with self._lock:
            self._db.write(("DELETE FROM pdu WHERE id = ?", (number,)))
            self._pdus.pop(number, None)


def saved(pdu: Pdu) -> tuple[str, Sequence[object]]:
    """The statement that writes a PDU."""
    return "UPDATE pdu SET data = ? WHERE id = ?", (_data(pdu), pdu.id)


def _data(record: Union[Handler, Pdu]) -> str:
    """Its fields as JSON."""
    fields = vars(record).items()
    return json.dumps({name: value for name, value in fields if name not in _NOT_SAVED})


def label_of(archive: Archive) -> str:
    """The pack's version, from a line `VERSION = "…"` of an __init__.py, or "". After a plus sign
    the folder of code, whose name is the hash of its content.
    """
    for path, content in sorted(archive.files.items()):
        version = _LABEL.search(content) if path.endswith("/__init__.py") else None
        if version:
            folder = re.search("/(c[0-9a-f]{12})/", path)
            return version[1].decode("ascii") + (f"+{folder[1]}" if folder else "")
    return ""
