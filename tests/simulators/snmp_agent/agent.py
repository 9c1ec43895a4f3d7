"""The project's own SNMP agent: v1 and v2c over UDP, in a thread, with faults on demand.

Written from RFC 1157, RFC 3416 and RFC 2576 (answers of v1). It serves a Device, counts requests
and logs SETs. SNMPv3 is tested against Net-SNMP's snmpd.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections import Counter
from dataclasses import replace
from typing import Optional, Union

from tests.simulators.truth import Truth

from . import ber
from .ber import Binding, Message, Pdu, Wire
from .device import COUNTER64, INTEGER, Arcs, Device, Row, Write
from .faults import Faults
from .model import Model

ERRORS = (
    "noError",
    "tooBig",
    "noSuchName",
    "badValue",
    "readOnly",
    "genErr",
    "noAccess",
    "wrongType",
    "wrongLength",
    "wrongEncoding",
    "wrongValue",
    "noCreation",
    "inconsistentValue",
    "resourceUnavailable",
    "commitFailed",
    "undoFailed",
    "authorizationError",
    "notWritable",
    "inconsistentName",
)
# v2c error -> the v1 error that replaces it (RFC 2576, 4.3).
_FOR_V1 = {
    "wrongType": "badValue",
    "wrongLength": "badValue",
    "wrongEncoding": "badValue",
    "wrongValue": "badValue",
    "inconsistentValue": "badValue",
    "noAccess": "noSuchName",
    "notWritable": "noSuchName",
    "noCreation": "noSuchName",
    "inconsistentName": "noSuchName",
    "authorizationError": "noSuchName",
    "resourceUnavailable": "genErr",
    "commitFailed": "genErr",
    "undoFailed": "genErr",
}
_SYSTEM = (1, 3, 6, 1, 2, 1, 1)  # where a walk of everything begins
_NAMES = {ber.GET: "get", ber.GET_NEXT: "next", ber.GET_BULK: "bulk", ber.SET: "set"}
_FAR = 1 << 30
_LARGEST = 65_507  # most octets of a UDP payload over IPv4
_V1 = 0


class Agent:
    """An agent for one device; a context manager. `port` 0: the system chooses one.

    `truth()` is complete for a Model; for a plain Device it has only the writes and the number of
    requests.
    """

    def __init__(
        self,
        device: Union[Model, Device],
        port: int = 0,
        read: str = "public",
        write: str = "private",
        versions: tuple[int, ...] = (1, 2),
        faults: Optional[Faults] = None,
        *,
        host: str = "127.0.0.1",
    ) -> None:
        self.host = host
        self._model = device if isinstance(device, Model) else None
        self.device = device.device if isinstance(device, Model) else device
        self.faults = faults or Faults()
        self.counts: Counter[str] = Counter()  # by operation: get, next, bulk, set
        self._read = read.encode()
        self._write = write.encode()
        self._versions = versions
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            self._socket.bind((self.host, port))
        except OSError:
            self._socket.close()
            raise
        self._socket.settimeout(0.2)
        self.port = int(self._socket.getsockname()[1])
        self._datagrams = self._rows_given = 0
        self._stopping = threading.Event()
        self._thread = threading.Thread(
            target=self._serve, name=f"snmp-agent-{self.port}", daemon=True
        )
        self._timers: list[threading.Timer] = []
        self._thread.start()

    def __enter__(self) -> Agent:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ends the thread and closes the socket. May be called more than once."""
        # after the first call, the port may belong to another program
        if not self._stopping.is_set():
            self._stopping.set()
            with (
                contextlib.suppress(OSError),
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as waking,
            ):
                waking.sendto(b"", (self.host, self.port))
        self._thread.join(30)
        for timer in self._timers:
            timer.cancel()
        self._socket.close()

    def truth(self) -> Truth:
        truth = self._model.truth() if self._model else Truth({})
        return replace(
            truth,
            requests=self._datagrams,
            writes=[(write.oid, write.value) for write in self.device.writes()],
        )

    def writes(self) -> list[Write]:
        """The SET varbinds so far, with type and answer.

        Of a refused request, only the varbind with the error is logged.
        """
        return self.device.writes()

    @property
    def requests(self) -> int:
        """The number of requests, retransmissions included."""
        return self._datagrams

    def _serve(self) -> None:
        while not self._stopping.is_set():
            try:
                data, peer = self._socket.recvfrom(65535)
            except socket.timeout:
                continue
            except OSError:
                return
            answer = self.exchange(data) if data else None
            if answer is not None:
                self._send(answer, peer)

    def exchange(self, data: bytes) -> Optional[bytes]:
        """Executes the request in a datagram.

        Returns the answer, None if none is sent. Faults do not delay the return.
        """
        self._datagrams += 1
        faults = self.faults
        if faults.silent or self._datagrams in faults.drop:
            return None
        try:
            answer = self._answer(ber.decode(data))
        except ber.BerError:  # for example SNMPv3: no answer
            return None
        if answer is None or self._datagrams in faults.drop_answers:
            return None
        if faults.silent_above is not None and len(answer) > faults.silent_above:
            return None
        if faults.garbage:
            return b"\x30\x05hello"
        return answer[: len(answer) // 2] if faults.truncate else answer

    def _send(self, answer: bytes, peer: tuple[str, int]) -> None:
        faults = self.faults
        delay = faults.late_s or (faults.late_first_s if self._datagrams == 1 else 0.0)
        if not delay:
            self._send_now(answer, peer)
            return
        timer = threading.Timer(delay, self._send_now, (answer, peer))
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def _send_now(self, answer: bytes, peer: tuple[str, int]) -> None:
        # stopped meanwhile, or refused by the system
        with contextlib.suppress(OSError):
            self._socket.sendto(answer, peer)

    def _answer(self, message: Message) -> Optional[bytes]:
        pdu = message.pdu
        if message.version + 1 not in self._versions or message.community not in (
            self._read,
            self._write,
        ):
            return None
        knows_bulk = message.version != _V1 and not self.faults.no_bulk
        if pdu.kind not in _NAMES:
            return None
        if pdu.kind == ber.GET_BULK and not knows_bulk:
            return None
        self.counts[_NAMES[pdu.kind]] += 1
        if self._rows_ended(pdu):
            return None
        status, place, bindings = self._perform(pdu, message)
        silent_from = self.faults.walk_silent_from
        if silent_from and pdu.kind in (ber.GET_NEXT, ber.GET_BULK):
            first = tuple(map(int, silent_from.split(".")))
            if any(oid >= first for oid, _ in bindings):
                return None
        if status and message.version == _V1:
            status = _FOR_V1.get(status, status)
        if status:
            bindings = pdu.bindings
        # Far away: the repetition of a request has the next number.
        request_id = pdu.request_id ^ (_FAR if self.faults.wrong_request_id else 0)
        answer = self._encode(
            message,
            Pdu(ber.RESPONSE, request_id, ERRORS.index(status or "noError"), place, bindings),
        )
        if len(answer) > min(_LARGEST, self.faults.max_octets or _LARGEST):
            too_big = Pdu(
                ber.RESPONSE,
                request_id,
                ERRORS.index("tooBig"),
                0,
                pdu.bindings if message.version == _V1 else (),
            )
            return self._encode(message, too_big)
        if pdu.kind in (ber.GET_NEXT, ber.GET_BULK) and not status:
            self._rows_given += len(bindings)
        return answer

    @staticmethod
    def _encode(message: Message, pdu: Pdu) -> bytes:
        return ber.encode(Message(message.version, message.community, pdu))

    def _rows_ended(self, pdu: Pdu) -> bool:
        after = self.faults.walk_silent_after
        return (
            after is not None
            and pdu.kind in (ber.GET_NEXT, ber.GET_BULK)
            and self._rows_given >= after
        )

    def _perform(self, pdu: Pdu, message: Message) -> tuple[str, int, tuple[Binding, ...]]:
        """Executes a request. Returns the error's name or "", the position of the varbind with the
        error (from 1; 0 without an error), and the bindings of an answer without error."""
        if pdu.kind == ber.SET:
            return self._set(pdu, message.community == self._write)
        if pdu.kind == ber.GET or (pdu.kind == ber.GET_BULK and self.faults.bulk_as_get):
            return self._get(pdu, message.version)
        if self.faults.walk_error and self._rows_given >= self.faults.walk_error_after:
            return self.faults.walk_error, 1, ()
        if pdu.kind == ber.GET_BULK:
            return self._bulk(pdu)
        return self._get_next(pdu, message.version)

    def _get(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        bindings: list[Binding] = []
        for place, (oid, _) in enumerate(pdu.bindings, 1):
            row = self.device.get(oid)
            if version == _V1 and (row is None or _unknown_to(version, row)):
                return "noSuchName", place, ()
            bindings.append((oid, ber.NO_SUCH_INSTANCE if row is None else row))
        return "", 0, tuple(bindings)

    def _get_next(self, pdu: Pdu, version: int) -> tuple[str, int, tuple[Binding, ...]]:
        bindings = []
        for oid, _ in pdu.bindings:
            following = self._next(oid)
            while _unknown_to(version, following[1]):
                following = self._next(following[0])
            bindings.append(following)
        values = [value for _, value in bindings]
        if version == _V1 and ber.END_OF_MIB_VIEW in values:
            return "noSuchName", values.index(ber.END_OF_MIB_VIEW) + 1, ()
        return "", 0, tuple(bindings)

    def _bulk(self, pdu: Pdu) -> tuple[str, int, tuple[Binding, ...]]:
        single = max(0, min(pdu.status, len(pdu.bindings)))
        bindings: list[Binding] = [self._next(oid) for oid, _ in pdu.bindings[:single]]
        limit = self.faults.max_bindings or 2_000
        places = [oid for oid, _ in pdu.bindings[single:]]
        for _ in range(max(0, pdu.error_index)):
            if not places or len(bindings) >= limit:
                break
            row = [self._next(oid) for oid in places]
            bindings.extend(row[: limit - len(bindings)])
            places = [oid for oid, _ in row]
            if all(value == ber.END_OF_MIB_VIEW for _, value in row):
                break
        return "", 0, tuple(bindings)

    def _next(self, oid: Arcs) -> Binding:
        faults = self.faults
        next_object = self.device.next(oid)
        if faults.after_missing and self.device.get(oid) is None and oid != _SYSTEM:
            next_object = self.device.next((1, 3)) if faults.after_missing == "first" else None

        leaves_column = next_object is None or next_object[0][:-1] != oid[:-1]
        first_of_column = (*oid[:-1], 1)
        if faults.endless and leaves_column and self.device.get(first_of_column) is not None:
            following = (*oid[:-1], oid[-1] + 1)
            return following, Row(INTEGER, 1)
        if next_object is None:
            return oid, ber.END_OF_MIB_VIEW

        last_arc = next_object[0][-1]
        if faults.same_oid_after is not None and last_arc > faults.same_oid_after:
            row = self.device.get(oid)
            return oid, row if row is not None else next_object[1]
        if faults.back_after is not None and last_arc > faults.back_after:
            return self.device.next((1, 3)) or next_object
        return next_object

    def _set(self, pdu: Pdu, allowed: bool) -> tuple[str, int, tuple[Binding, ...]]:
        for place, (oid, value) in enumerate(pdu.bindings, 1):
            error = self.faults.set_error
            if not allowed:
                error = "noAccess"
            if not error:
                error = self.device.check(oid, *value)[0] if isinstance(value, Row) else "wrongType"
            if error:  # nothing has been written yet
                shown = value if isinstance(value, Row) else Row(ber.NULL, b"")
                self.device.record(oid, shown.tag, shown.value, error)
                return error, place, ()
        for oid, value in pdu.bindings:
            if isinstance(value, Row):
                self.device.write(oid, *value)
        return "", 0, pdu.bindings


def _unknown_to(version: int, value: Wire) -> bool:
    """Whether this version lacks the value's type: SNMPv1 has no Counter64 (RFC 2576, 4.1.2)."""
    return version == _V1 and isinstance(value, Row) and value.tag == COUNTER64
