"""Talks to one agent over a blocking UDP socket: sends, waits, and repeats what only reads.

A *call*, such as a GET or a walk, is a generator: it yields requests and gets the answers, and its
result is that of the call. An *exchange* makes the datagram of a request and knows its answer. A
socket is called a *wire*. `_s` is seconds; a *deadline* is a time of time.monotonic.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Callable, Optional, TypeVar

from . import usm_exchange
from .credentials import Credentials
from .errors import SnmpError, SnmpPortClosed, SnmpReport, SnmpTimeout, SnmpUndecrypted
from .exchanges import CommunityExchange, Exchange, Taken
from .process_options import SENT
from .reads import Read, SnmpAnswer, SnmpRequest

T = TypeVar("T")

_LARGEST = 65_536  # more octets than a datagram has
# datagrams that may be read after the end of a wait, from those that came before it
_QUEUED = 100
# how long an answer may come after an ICMP error, which anybody can send
_AFTER_REFUSAL_S = 0.2


def run(
    credentials: Credentials,
    make_read: Callable[[], Read[T]],
    deadline_s: float,
    *,
    is_write: bool = False,
) -> T:
    """The result of a call to an agent, within `deadline_s` seconds. `make_read` makes the call's
    generator, and is called again if a read over v3 begins again. `is_write`: then it never does.
    Raises SnmpError.
    """
    deadline = time.monotonic() + deadline_s
    try:
        with _connect(credentials) as wire:

            def run_over(exchange: Exchange) -> T:
                link = _Link(wire, exchange, credentials, deadline=deadline, deadline_s=deadline_s)
                return link.run(make_read())

            if credentials.version == 3:
                return _run_v3(credentials, run_over, deadline, is_write=is_write)
            community = credentials.community.encode("latin-1")
            return run_over(CommunityExchange(credentials.version, community))
    except OSError as error:
        # For example: no descriptors left, no IPv6 on this host, no route.
        why = str(error)[:200]
        zone = credentials.address.partition("%")[2]
        if zone and not _is_interface(zone):
            why = f"this machine has no network interface {zone[:40]!r}"
        raise SnmpError(f"{credentials.name}: {why}") from None


def _run_v3(
    credentials: Credentials, run_over: Callable[[Exchange], T], deadline: float, *, is_write: bool
) -> T:
    """The result of a call over v3. If an agent whose engine is known does not answer, a read
    begins again with the discovery of its engine; a write does not. `run_over`: makes the call over
    an exchange. Raises SnmpError.
    """
    is_known = usm_exchange.is_known(credentials)
    try:
        return _run_with_engine(credentials, run_over)
    except SnmpTimeout:
        # The agent may be another one, or may have restarted with an earlier time, which
        # looks like a replayed message: discovery starts again. Such an agent has not
        # carried out a write, but a lost answer looks the same.
        if is_known:
            usm_exchange.drop(credentials)
        if is_write or not is_known or time.monotonic() >= deadline:
            raise
    return _run_with_engine(credentials, run_over)


def _run_with_engine(credentials: Credentials, run_over: Callable[[Exchange], T]) -> T:
    """The result of a call in one dialogue over v3. Raises SnmpUndecrypted in place of SnmpTimeout
    if the agent told its engine and answered nothing encrypted, as with a wrong password.
    """
    exchange = usm_exchange.open_exchange(credentials)
    try:
        return run_over(exchange)
    except SnmpTimeout as error:
        if exchange.is_undecrypted:
            raise SnmpUndecrypted(f"{error}, which answered the discovery of SNMPv3") from None
        raise


def _is_interface(name: str) -> bool:
    """Whether this machine has a network interface of this name; a number counts as one."""
    try:
        return bool(socket.if_nametoindex(name))
    except (OSError, ValueError):
        return name.isdecimal()


def _connect(credentials: Credentials) -> socket.socket:
    """A socket that receives only what comes from the agent's address and port. Raises OSError."""
    wire = _socket(credentials)
    try:
        # a text would be encoded as a host name (IDNA), octets are not
        wire.connect((credentials.address.encode(), credentials.port))
    except OSError:
        wire.close()
        raise
    return wire


def _socket(credentials: Credentials) -> socket.socket:
    """A UDP socket for the family of the agent's address, not connected."""
    family = socket.AF_INET6 if credentials.is_ipv6 else socket.AF_INET
    return socket.socket(family, socket.SOCK_DGRAM)


class _Link:
    """The requests of one call. `_wire` receives only from the agent's address. A request is
    repeated from a second socket, `_unconnected_wire`, which receives from any address, unless the
    host has refused the port (`_is_refused`): an agent of several addresses may answer from another
    one. That one is named in the error (`_elsewhere`), and its answer is not taken. `_exchange`
    makes the datagrams and knows the answers; the call ends at `_deadline`.
    """

    def __init__(
        self,
        wire: socket.socket,
        exchange: Exchange,
        credentials: Credentials,
        *,
        deadline: float,
        deadline_s: float,
    ) -> None:
        """`deadline`: of the call, by time.monotonic. `deadline_s`: its length, for errors."""
        self._wire = wire
        self._credentials = credentials
        self._agent = wire.getpeername()[:2]
        self._opened = ExitStack()
        # from the first repetition on
        self._unconnected_wire: Optional[socket.socket] = None
        self._selector: Optional[selectors.BaseSelector] = None
        #: who answered in the agent's place
        self._elsewhere = ""
        self._exchange = exchange
        self._name = credentials.name
        self._timeout_s = credentials.timeout_s
        self._learned = credentials.learned
        self._deadline = deadline
        self._deadline_s = deadline_s
        #: whether the host refused the port during the last wait
        self._is_refused = False
        #: the last request, if nothing answered it
        self._unanswered: Optional[SnmpRequest] = None

    def run(self, reading: Read[T]) -> T:
        """The result of a call, whose generator is `reading`. Closes the second socket. Raises
        SnmpError and OSError."""
        with self._opened:
            return self._run(reading)

    def _run(self, reading: Read[T]) -> T:
        """The result of a generator, which is given an answer or an error for each request that it
        yields. Raises what the generator raises, and an error after the deadline."""
        try:
            request = next(reading)
            while True:
                try:
                    answer = self._ask(request)
                except (SnmpReport, SnmpTimeout) as error:
                    if time.monotonic() >= self._deadline:
                        raise
                    request = reading.throw(error)
                else:
                    request = reading.send(answer)
        except StopIteration as ended:
            result: T = ended.value
            return result

    def _ask(self, request: SnmpRequest) -> SnmpAnswer:
        """The answer to one request, which is sent once, from the second socket if the same one had
        no answer. Over v3, the discovery of the engine goes before it, or it is sent again with the
        agent's time. Raises SnmpTimeout, and SnmpPortClosed if the host refuses the port.
        """
        count_request = SENT.get()
        count_request()
        is_repeated = request == self._unanswered and not self._is_refused
        self._unanswered = request
        # the agent may answer from another of its addresses, which `self._wire` does not receive
        wire = self._open_unconnected_wire() if is_repeated else self._wire
        datagram = self._exchange.start(request)
        wait_s = self._timeout_s
        if request.asks_rows:
            wait_s = self._learned.patience_s(wait_s)
        while True:
            self._send(wire, datagram)
            sent_at = time.monotonic()
            answer = self._wait(sent_at + wait_s)
            if answer is None:
                raise self._silence()
            if isinstance(answer, SnmpAnswer):
                self._unanswered = None
                self._learned.note_answer(time.monotonic() - sent_at)
                return answer
            # what the exchange sends next, before the request is answered
            datagram = answer

    def _silence(self) -> SnmpTimeout:
        """The error after a wait without an answer, by what was seen meanwhile, the first of these:

        the call's deadline is over      timeout: no complete answer from pdu7:161 within 25 s
        the host refused the port        pdu7:161 refuses datagrams: nothing listens there
        another address answered         timeout: no SNMP answer from pdu7:161; 192.0.2.9 port ...
        something that is no SNMP        timeout: what pdu7:161 answered is no valid SNMP message
        nothing                          timeout: no SNMP answer from pdu7:161
        """
        if time.monotonic() >= self._deadline:
            return SnmpTimeout(
                f"timeout: no complete answer from {self._name} within {self._deadline_s:g} s"
            )
        if self._is_refused:
            return SnmpPortClosed(f"{self._name} refuses datagrams: nothing listens there")
        if self._elsewhere:
            return SnmpTimeout(
                f"timeout: no SNMP answer from {self._name}; {self._elsewhere} answered instead"
            )
        if self._exchange.has_invalid:
            return SnmpTimeout(f"timeout: what {self._name} answered is no valid SNMP message")
        return SnmpTimeout(f"timeout: no SNMP answer from {self._name}")

    def _open_unconnected_wire(self) -> socket.socket:
        """The second socket, which is opened in the first call: it receives from any address, but
        no refusal of the port by the host."""
        if self._unconnected_wire is None:
            self._unconnected_wire = self._opened.enter_context(_socket(self._credentials))
            self._selector = self._opened.enter_context(selectors.DefaultSelector())
            for wire in (self._wire, self._unconnected_wire):
                self._selector.register(wire, selectors.EVENT_READ)
        return self._unconnected_wire

    def _receive(self, longest_s: float) -> tuple[bytes, tuple[str, int]]:
        """The next datagram that comes within `longest_s` seconds, also an answer to an earlier
        try, and address and port of its sender; from either socket if there are two. Raises
        socket.timeout if none comes, and what the socket raises.
        """
        wire = self._wire
        if self._unconnected_wire is not None and self._selector is not None:
            ready = self._selector.select(longest_s)
            if not ready:
                raise socket.timeout
            if self._unconnected_wire in [key.fileobj for key, _ in ready]:
                wire = self._unconnected_wire
            longest_s = 0.0
        wire.settimeout(longest_s)
        datagram, sender = wire.recvfrom(_LARGEST)
        return datagram, sender[:2]

    def _send(self, wire: socket.socket, datagram: bytes) -> None:
        """Sends a datagram to the agent over one of the two sockets. If the system cannot, no error
        is raised: it is like one that is lost."""
        for _ in range(2):
            try:
                if wire is self._wire:
                    wire.send(datagram)
                else:
                    wire.sendto(datagram, self._wire.getpeername())
                return
            except ConnectionRefusedError:
                continue  # the refusal of an earlier datagram; this one was not sent
            except OSError:
                return

    def _wait(self, end: float) -> Taken:
        """The answer in the first datagram that the exchange does not ignore, or the datagram to
        send next; None if none comes before `end`, a time of time.monotonic."""
        for datagram in self._datagrams(min(end, self._deadline)):
            answer = self._exchange.take(datagram)
            if answer is not None:
                return answer
        return None

    def _datagrams(self, end: float) -> Iterator[bytes]:
        """The agent's datagrams that come before `end`, or soon after the host refused the port,
        which sets `_is_refused`. A reply from another address sets `_elsewhere`. Up to 100 more are
        read after `end`: this thread may have waited for the processor.
        """
        self._is_refused = False
        count_after_end = 0
        while count_after_end < _QUEUED:
            remaining_s = end - time.monotonic()
            if remaining_s <= 0:
                count_after_end += 1
            try:
                datagram, sender = self._receive(max(remaining_s, 0.0))
            except (socket.timeout, BlockingIOError):
                if remaining_s <= 0:
                    return
                continue
            except ConnectionRefusedError:
                self._is_refused = True
                end = min(end, time.monotonic() + _AFTER_REFUSAL_S)
                continue
            except OSError:
                continue  # anybody can send an ICMP error, so it does not end the wait
            if sender == self._agent:
                yield datagram
            elif self._exchange.is_reply(datagram):
                self._elsewhere = f"{sender[0]} port {sender[1]}"
