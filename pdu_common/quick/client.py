"""Reads one agent over a blocking UDP socket: sends, waits, repeats."""

from __future__ import annotations

import socket
import time
from typing import Callable, TypeVar

from .._credentials import Credentials, cipher_too_old
from .._errors import SnmpError, SnmpTimeout
from .._reads import Answer, Read, Request
from ..tools import SENT
from . import ciphers, keys
from .dialogues import CommunityDialogue, Dialogue, Taken, UserDialogue
from .usm import Engine, User

T = TypeVar("T")

_LARGEST = 65_536  # more octets than a datagram has
# datagrams that may be read after the end of a wait, from those that came before it
_QUEUED = 100
# agents whose engines are kept; an entry is 500 octets
_MOST_KEPT = 50_000

_Key = tuple[object, ...]
# Engines of v3 agents by their addresses and logins. Entries are only replaced, so that threads and
# forked processes need no lock.
_engines: dict[_Key, Engine] = {}


def read(credentials: Credentials, make: Callable[[], Read[T]], deadline_s: float) -> T:
    """The result of a read, within `deadline_s` seconds. `make` may be called twice.

    Raises SnmpError.
    """
    deadline = time.monotonic() + deadline_s
    key = (*credentials.peer, *credentials.engine_key())
    is_known = credentials.version == 3 and key in _engines
    try:
        with _connected(credentials) as wire:
            link = _Link(wire, _dialogue(credentials, key), credentials, deadline, deadline_s)
            try:
                return link.run(make())
            except SnmpTimeout:
                if not is_known or time.monotonic() >= deadline:
                    raise
            # The agent may be another one, or may have restarted with an earlier time, which looks
            # like a replayed message. Discovery starts again.
            _engines.pop(key, None)
            link = _Link(wire, _dialogue(credentials, key), credentials, deadline, deadline_s)
            return link.run(make())
    except OSError as error:
        # For example: no descriptors left, no IPv6 on this host, no route.
        raise SnmpError(f"{credentials.name}: {str(error)[:200]}") from None


def forget() -> None:
    """Forget all engines, passwords and keys."""
    _engines.clear()
    keys.forget()


def _connected(credentials: Credentials) -> socket.socket:
    """A socket that receives only what comes from the agent's address and port. Raises OSError."""
    family, _, _, _, where = socket.getaddrinfo(
        *credentials.peer, type=socket.SOCK_DGRAM, flags=socket.AI_NUMERICHOST
    )[0]
    wire = socket.socket(family, socket.SOCK_DGRAM)
    try:
        wire.connect(where)
    except OSError:
        wire.close()
        raise
    return wire


def _dialogue(credentials: Credentials, key: _Key) -> Dialogue:
    if credentials.version < 3:
        return CommunityDialogue(credentials.version, credentials.community.encode("latin-1"))

    def learned(engine: Engine) -> None:
        if len(_engines) >= _MOST_KEPT:
            _engines.clear()
        _engines[key] = engine

    return UserDialogue(credentials.name, _user(credentials), _engines.get(key), learned)


def _user(credentials: Credentials) -> User:
    auth = keys.PROTOCOLS.get(credentials.auth_protocol)
    privacy = ciphers.PROTOCOLS.get(credentials.priv_protocol)
    if auth is not None:
        try:
            keys.digest(auth, b"", b"")
        except ValueError:  # such as MD5 where only the algorithms of FIPS are allowed
            raise SnmpError(
                f"{credentials.name}: this machine does not allow {credentials.auth_protocol}"
            ) from None
    if privacy is not None:
        try:
            ciphers.check()
        except ImportError:
            raise cipher_too_old(credentials.priv_protocol) from None
    return User(
        credentials.user.encode("latin-1"),
        auth,
        credentials.auth_password.encode("latin-1"),
        privacy,
        credentials.priv_password.encode("latin-1"),
    )


class _Link:
    """One read's requests over one socket."""

    def __init__(
        self,
        wire: socket.socket,
        dialogue: Dialogue,
        credentials: Credentials,
        deadline: float,
        deadline_s: float,
    ) -> None:
        self._wire, self._dialogue = wire, dialogue
        self._name, self._timeout_s = credentials.name, credentials.timeout_s
        self._deadline, self._deadline_s = deadline, deadline_s

    def run(self, reading: Read[T]) -> T:
        """The result of a read. Raises SnmpError and OSError."""
        try:
            request = next(reading)
            while True:
                try:
                    answer = self._ask(request)
                except SnmpTimeout as error:
                    if time.monotonic() >= self._deadline:
                        raise
                    request = reading.throw(error)
                else:
                    request = reading.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    def _ask(self, request: Request) -> Answer:
        SENT.get()()
        datagram = self._dialogue.start(request)
        while True:
            self._send(datagram)
            taken = self._wait()
            if isinstance(taken, Answer):
                return taken
            if taken is None:
                if time.monotonic() >= self._deadline:
                    raise SnmpTimeout(
                        f"timeout: no complete answer from {self._name} within"
                        f" {self._deadline_s:g} s"
                    )
                raise SnmpTimeout(f"timeout: no SNMP answer from {self._name}")
            datagram = taken

    def _send(self, datagram: bytes) -> None:
        """Sends a datagram. If the system cannot, that is like one that is lost."""
        for _ in range(2):
            try:
                self._wire.send(datagram)
                return
            except ConnectionRefusedError:
                continue  # the refusal of an earlier datagram; this one was not sent
            except OSError:
                return

    def _wait(self) -> Taken:
        """The first datagram that the dialogue takes; None if there is none in time.

        The last look is for what came in time, while this thread had to wait for the processor.
        """
        end = min(time.monotonic() + self._timeout_s, self._deadline)
        queued = _QUEUED
        while queued:
            left = end - time.monotonic()
            if left <= 0:
                queued -= 1
            self._wire.settimeout(max(left, 0.0))
            try:
                datagram = self._wire.recv(_LARGEST)
            except (socket.timeout, BlockingIOError):
                if left <= 0:
                    return None
                continue
            except OSError:
                continue  # anybody can send an ICMP error, so it does not end the wait
            taken = self._dialogue.take(datagram)
            if taken is not None:
                return taken
        return None
