"""Registered handlers and PDUs, shared by several threads.

Each method writes its change to the database at once.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections.abc import Mapping, Sequence
from typing import Optional

from pdu.pdus.handler_archives import Archive, BadArchive

from .database import Database
from .records import Call, Handler, Label, Pdu, Refusal, Version
from .sealed import Sealer

__all__ = ["DEVICE_TYPES", "Handler", "Pdu", "Refusal", "Store"]

DEVICE_TYPES = ("switch", "pdu", "vpu")
_LABEL = re.compile(rb'^VERSION = "([0-9A-Za-z.+-]{1,40})"', re.MULTILINE)
_HANDLER = (
    "SELECT id, device_type, handler, name, protocol, features, current FROM handler ORDER BY id"
)
_VERSIONS = (
    "SELECT number, label, import_path, sha256, length(archive), uploaded FROM version WHERE"
    " handler = ? ORDER BY number"
)
_PDU = "SELECT id, name, handler, address, notes, simulated, form, seen FROM pdu ORDER BY id"
_SEEN = (
    "ports",
    "load_a",
    "energy_kwh",
    "metered",
    "port_energy_kwh",
    "port_metered",
    "port_load_a",
    "measured_at",
    "doubts",
    "polled_at",
    "changes",
    "unread",
    "switched",
)


class Store:
    def __init__(self, database: Database, sealer: Sealer) -> None:
        self._db, self._sealer = database, sealer
        self._lock = threading.RLock()
        self._handlers: dict[int, Handler] = {}
        self._pdus: dict[int, Pdu] = {}
        for number, device_type, handler, name, protocol, features, current in database.rows(
            _HANDLER
        ):
            made = Handler(
                number, device_type, handler, name, json.loads(protocol), json.loads(features)
            )
            self._use(made, current)
            self._handlers[number] = made
        for number, name, handler, address, notes, simulated, form, last in database.rows(_PDU):
            pdu = Pdu(number, name, handler, address, *sealer.open(form), notes, simulated)
            known = json.loads(last)
            pdu.labels = {
                identity: Label(*label) for identity, label in known.pop("labels", {}).items()
            }
            for field in _SEEN:
                setattr(pdu, field, known.get(field, getattr(pdu, field)))
            self._pdus[number] = pdu

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
            raise Refusal(
                400, 1001, f"device_type must be one of {', '.join(DEVICE_TYPES)}", device_type
            )
        if not re.fullmatch("[a-z][a-z0-9_]*", handler) or not name or not protocol:
            raise Refusal(
                400,
                1001,
                "handler, name and protocol are needed; handler must match [a-z][a-z0-9_]*",
                handler,
            )
        with self._lock:
            if any(known.handler == handler for known in self._handlers.values()):
                raise Refusal(
                    409, 1002, "a handler with this internal name exists already", handler
                )
            number = self._db.write(
                "INSERT INTO handler (device_type, handler, name, protocol, features) VALUES (?, ?,"
                " ?, ?, ?)",
                (device_type, handler, storable(name), json.dumps(protocol), json.dumps(features)),
            )
            made = Handler(number, device_type, handler, name, list(protocol), list(features))
            self._handlers[made.id] = made
            return made

    def set_protocol(self, handler: Handler, protocol: list[str]) -> None:
        self._db.write(
            "UPDATE handler SET protocol = ? WHERE id = ?", (json.dumps(protocol), handler.id)
        )
        handler.protocol = protocol

    def delete(self, number: int) -> Handler:
        """Deletes a handler. Raises Refusal if it is unknown or a PDU uses it."""
        with self._lock:
            handler = self.by_id(number)
            if any(pdu.handler == handler.handler for pdu in self._pdus.values()):
                raise Refusal(409, 1004, "a PDU uses this handler", handler.handler)
            self._db.write("DELETE FROM handler WHERE id = ?", (number,))
            return self._handlers.pop(number)

    def accept(self, number: int, archive: Archive, import_path: str, data: bytes) -> Handler:
        """Stores a new version of a handler.

        Raises Refusal or BadArchive, and then changes nothing.
        """
        with self._lock:
            handler = self.by_id(number)
            self._check(handler, archive, import_path)
            version = handler.uploads + 1
            with self._db.writing() as connection:
                connection.execute(
                    "INSERT INTO version VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        number,
                        version,
                        label_of(archive),
                        import_path,
                        hashlib.sha256(data).hexdigest(),
                        data,
                        time.time(),
                    ),
                )
                connection.execute("UPDATE handler SET current = ? WHERE id = ?", (version, number))
            handler.top, handler.import_path = archive.top, import_path
            handler.uploads = handler.current = version
            return handler

    def _check(self, handler: Handler, archive: Archive, import_path: str) -> None:
        self._check_top(handler, archive.top)
        if not archive.holds_module(import_path):
            raise BadArchive(f"{import_path!r} is not a module of this archive")

    def _check_top(self, handler: Handler, top: str) -> None:
        if any(other.top == top for other in self._handlers.values() if other.id != handler.id):
            raise BadArchive(f"the directory {top!r} is in use by another handler")

    def roll(self, number: int, version: int) -> Handler:
        """Makes an uploaded version the current one. Raises Refusal."""
        with self._lock:
            handler = self.by_id(number)
            wanted = next(
                (known for known in self.versions(handler) if known.number == version), None
            )
            if wanted is None:
                raise Refusal(404, 1003, "there is no such version", version)
            try:
                self._check_top(handler, wanted.import_path.partition(".")[0])
            except BadArchive as error:
                raise Refusal(409, 1006, str(error)) from None
            self._db.write("UPDATE handler SET current = ? WHERE id = ?", (version, number))
            self._use(handler, version)
            return handler

    def versions(self, handler: Handler) -> list[Version]:
        """The uploaded versions of a handler, oldest first."""
        return [Version(*row) for row in self._db.rows(_VERSIONS, (handler.id,))]

    def archive(self, handler: Handler) -> bytes:
        """The bytes of the current version's archive. Raises LookupError."""
        found = self._db.rows(
            "SELECT archive FROM version WHERE handler = ? AND number = ?",
            (handler.id, handler.current),
        )
        if not found:
            raise LookupError(f"no archive of {handler.handler} has been uploaded yet")
        return bytes(found[0][0])

    def _use(self, handler: Handler, current: int) -> None:
        versions = self.versions(handler)
        handler.uploads = max((version.number for version in versions), default=0)
        handler.current = current
        handler.import_path = next(
            (version.import_path for version in versions if version.number == current), ""
        )
        handler.top = handler.import_path.partition(".")[0]

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
            number = self._db.write(
                "INSERT INTO pdu (name, handler, address, notes, simulated, form) VALUES (?, ?, ?,"
                " ?, ?, ?)",
                (
                    storable(name),
                    handler,
                    storable(address),
                    storable(notes),
                    simulated,
                    self._sealer.seal((dict(snmp), dict(settings))),
                ),
            )
            pdu = Pdu(number, name, handler, address, dict(snmp), dict(settings), notes, simulated)
            self._pdus[pdu.id] = pdu
            return pdu

    def save(self, pdu: Pdu) -> None:
        """Writes name, handler, address, notes, the form and the column `seen`."""
        self._db.write(
            "UPDATE pdu SET name = ?, handler = ?, address = ?, notes = ?, form = ?, seen = ? WHERE"
            " id = ?",
            (
                storable(pdu.name),
                pdu.handler,
                storable(pdu.address),
                storable(pdu.notes),
                self._sealer.seal((pdu.snmp, pdu.settings)),
                seen(pdu),
                pdu.id,
            ),
        )

    def delete_pdu(self, number: int) -> Optional[Pdu]:
        """Deletes a PDU with its readings, calls and feeds; returns it, or None if there is none
        with this id.
        """
        with self._lock:
            self._db.write("DELETE FROM pdu WHERE id = ?", (number,))
            return self._pdus.pop(number, None)


def seen(pdu: Pdu) -> str:
    """The content of the column `seen`: the fields of _SEEN and the labels, as JSON."""
    known = {field: getattr(pdu, field) for field in _SEEN}
    return json.dumps(
        {**known, "labels": {identity: list(label) for identity, label in pdu.labels.items()}}
    )


def storable(text: str) -> str:
    """`text` with question marks for lone surrogates, which have no UTF-8 form: neither a page nor
    the database can hold them.
    """
    return text.encode("utf-8", "replace").decode("utf-8")


def label_of(archive: Archive) -> str:
    """The pack's version, from a line `VERSION = "…"` of an __init__.py, or "". After a plus sign
    the folder of code, whose name is the hash of its content.
    """
    for path, content in sorted(archive.files.items()):
        found = _LABEL.search(content) if path.endswith("/__init__.py") else None
        if found:
            folder = re.search("/(c[0-9a-f]{12})/", path)
            return found[1].decode("ascii") + (f"+{folder[1]}" if folder else "")
    return ""


def call_row(pdu: Pdu, call: Call) -> Sequence[object]:
    return (
        pdu.id,
        call.at,
        call.method,
        storable(call.identity),
        call.seconds,
        call.round_trips,
        call.kind,
        storable(call.text),
        json.dumps(call.lines),
    )
