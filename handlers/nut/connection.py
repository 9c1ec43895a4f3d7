"""One socket to a NUT server: connecting, TLS, deadlines, several requests in one write.

Times are in seconds. `end` and `deadline` are times of the monotonic clock: `clock() + 5.0` is in 5
seconds.

upsd writes a list in small pieces. On Linux TCP_QUICKACK is set before each read. Without it a list
that is requested after another one was read takes 40 ms longer (measured; TCP_NODELAY on this side
does not help).
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, Callable, Optional, TypeVar

from ..shared.address import host_with_port, is_host
from ..shared.errors import (
    NamedSetting,
    PduHandlerError,
    ProtocolError,
    Reason,
    Unreachable,
    printable,
)
from ..shared.request_counter import count_request
from ..shared.socket_wait import connect, limit
from ..shared.tls_handshake import (
    demands_certificate,
    ended_reason,
    fetch_fingerprint,
    handshake_error,
    handshake_failure_reason,
    wrap_with_tls,
)
from . import requests
from .answers import Answers, ReceivedLines, Secret
from .errors import NetworkError
from .requests import NutRequest

if TYPE_CHECKING:
    from ..shared.tls import Trust

_Self = TypeVar("_Self", bound="Connection")
DEFAULT_PORT = 3493  # the port that IANA registers for nut
_LAST_PORT = 65535
_Address = tuple[Any, Any, int, str, Any]  # a row of socket.getaddrinfo
_QUICKACK: Optional[int] = getattr(socket, "TCP_QUICKACK", None)
_RECEIVE = 65536
# bytes; fits usual socket buffers, so that neither side waits for the other to read
_ONE_WRITE = 16 * 1024


class Connection:
    """A connection to one NUT server, which opens at the first request, and again at the first
    request after it was closed. Attributes: `_socket` is None while it is closed;
    `_end_of_all_exchanges` is when the time `total` for all exchanges is over, None for no limit;
    `_awaits_first_tls_answer` is True from `connect`, if it starts TLS, to the first byte that
    `_receive` reads.

    Connecting costs the TCP handshake, and 2 round trips more with `tls` (3 for TLS 1.2). A failed
    exchange closes the connection, so that the rest of an answer is never read as the next answer.
    Errors never show `secret`. `timeout` limits each exchange, and `total` all exchanges since
    construction, in seconds. Neither interrupts the system's name look-up.

        with Connection("192.0.2.9", timeout=5.0) as connection:
            answers = connection.ask(requests.ver(), requests.list_ups())

        > VER, LIST UPS                                        in one write
        < Network UPS Tools upsd 2.8.0, BEGIN LIST UPS, UPS rack1 "Rack 1", END LIST UPS
    """

    def __init__(
        self,
        host: str,
        port: int = DEFAULT_PORT,
        *,
        secret: str = "",
        tls: Optional[Trust] = None,
        timeout: float = 10.0,
        clock: Callable[[], float] = time.monotonic,
        total: Optional[float] = None,
    ) -> None:
        #: the server's, as it is addressed
        self.host = host
        self.port = port
        #: for errors: host and port, without the port if it is the usual one
        self.netloc = host_with_port(host, port, DEFAULT_PORT)
        self.timeout = timeout
        self._tls = tls
        self._clock = clock
        self._secret = Secret(secret)
        self._end_of_all_exchanges = None if total is None else clock() + total
        self._socket: Optional[socket.socket] = None
        self._awaits_first_tls_answer = False

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.host}:{self.port}>"

    def __enter__(self: _Self) -> _Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def is_open(self) -> bool:
        """Whether there is a connection. The server may have closed it since the last answer."""
        return self._socket is not None

    def redact(self, text: str) -> str:
        """A server's text for an error; *** if the server repeats the secret in it."""
        return self._secret.redact(text)

    def renew(self, total: float) -> None:
        """Allow `total` seconds from now on for all exchanges."""
        self._end_of_all_exchanges = self._clock() + total

    def close(self) -> None:
        """Close the connection. A later request opens a new one."""
        if self._socket is not None:
            self._socket.close()
        self._socket = None

    def connect(self) -> socket.socket:
        """The socket of the open connection; without one, open it first, with TLS if set. Each
        request calls it. Raises NetworkError, Unreachable or ProtocolError, always with
        `may_have_executed` False: no request was sent.

            SYN to 192.0.2.9 port 3493
            > STARTTLS                        with TLS only
            < OK STARTTLS                     then the handshake
        """
        if self._socket is not None:
            return self._socket
        try:
            # the look-up of the name is not begun if the time of all exchanges is over
            self._bounded_deadline(self._clock())
            addresses = self._addresses()
            end = self._bounded_deadline(self._clock() + self.timeout)
            self._socket = self._dial(addresses, end)
            self._awaits_first_tls_answer = False
            if self._tls is not None:
                self._socket = self._start_tls(self._socket, self._tls, addresses, end)
                self._awaits_first_tls_answer = True
            return self._socket
        except PduHandlerError as error:
            self.close()
            error.may_have_executed = False
            raise
        except BaseException:
            self.close()
            raise

    def _start_tls(
        self, plain: socket.socket, trust: Trust, addresses: Sequence[_Address], end: float
    ) -> socket.socket:
        """The TLS socket over the open socket `plain` (RFC 9271, 4.2.12): 1 round trip, then the
        handshake by `end`. `trust` says which certificates are accepted.

        If the certificate is refused, a second connection to `addresses` replaces `self._socket`,
        and fetches the certificate's fingerprint for the error, so that the owner can trust it.
        Raises Unreachable, ProtocolError, and SettingsError for a `ca_pem` that cannot be read.

            > STARTTLS
            < OK STARTTLS
            > ClientHello ...
        """
        self._ask_for_tls(plain, end)
        try:
            tls_socket = wrap_with_tls(trust.context(), plain, self.host)
        except ssl.SSLCertVerificationError as error:

            def dial_again() -> socket.socket:
                """A second connection, up to the handshake."""
                self._socket = self._dial(addresses, end)
                self._ask_for_tls(self._socket, end)
                return self._socket

            fingerprint = fetch_fingerprint(dial_again, self.host)
            failure = Unreachable(handshake_error(error, fingerprint), self.netloc, "STARTTLS")
            failure.fingerprint = fingerprint
            raise failure from None
        except (OSError, ValueError) as error:
            raise Unreachable(_handshake_reason(error), self.netloc, "STARTTLS") from None
        except PduHandlerError as error:
            error.at(self.netloc, "STARTTLS")
            raise
        try:
            trust.check(tls_socket.getpeercert(binary_form=True))
        except PduHandlerError as error:
            tls_socket.close()
            error.at(self.netloc, "STARTTLS")
            raise
        return tls_socket

    def _ask_for_tls(self, connection: socket.socket, end: float) -> None:
        """Ask the server on the socket `connection` to start TLS, before the handshake; the socket
        times out at `end`. Raises Unreachable if the server offers no TLS.

            > STARTTLS
            < OK STARTTLS                     returns
            < ERR FEATURE-NOT-CONFIGURED      raises Unreachable
        """
        request = requests.starttls()
        answers = Answers(self.netloc, self._secret)
        self._exchange([request], answers, connection, end)
        failure = answers.failure(request)
        if failure is not None:
            raise Unreachable(
                (
                    f"the NUT server offers no TLS (ERR {printable(failure.code, 40)}): its upsd"
                    " needs TLS support and a certificate in upsd.conf; or set ",
                    NamedSetting("tls", "no"),
                    " to send everything in the clear",
                ),
                self.netloc,
                "STARTTLS",
            )
        connection.settimeout(max(end - self._clock(), 0.001))

    def _addresses(self) -> list[_Address]:
        """The addresses of the host, as `socket.getaddrinfo` lists them. Raises NetworkError for a
        host that has none, and for a port above 65535.

            host "192.0.2.9", port 3493    [(AF_INET, SOCK_STREAM, 6, "", ("192.0.2.9", 3493))]
        """
        try:
            # the resolver would use the lower 16 bits of the number
            if self.port > _LAST_PORT:
                raise OverflowError(f"{_LAST_PORT} is the last port")
            if not is_host(self.host):
                raise socket.gaierror(socket.EAI_NONAME, "no host name and no IP address")
            return socket.getaddrinfo(self.host, self.port, type=socket.SOCK_STREAM)
        except (OSError, ValueError, OverflowError) as error:
            raise NetworkError(
                f"{printable(self.host, 80)!r} with port {self.port} is not an address that can be"
                f" resolved ({error}): check both",
                error,
                self.netloc,
                "connect",
            ) from None

    def _dial(self, addresses: Sequence[_Address], end: float) -> socket.socket:
        """A TCP connection to the first of `addresses` that accepts one by `end`. Raises
        NetworkError.

            [2001:db8::9]:3493    refused
            192.0.2.9:3493        accepted: the socket that is returned
        """
        try:
            return connect(addresses, lambda: end - self._clock())
        except OSError as error:
            reason = f"no connection to port {self.port} ({_words(error)})"
            network_error = NetworkError(
                f"{reason}: check address and port, that upsd runs, and that its LISTEN and the"
                " firewall let this host in",
                error,
                self.netloc,
                "connect",
            )
        raise network_error  # outside the except block: it has the error of the socket already

    def ask(self, *nut_requests: NutRequest[object], end: Optional[float] = None) -> Answers:
        """Send requests in one write and read all answers: 1 round trip (several for more than 16
        KiB of requests).

        `end` is the time by which all must be answered (default: `timeout` seconds from when the
        connection is open). An ERR is an answer; raises NetworkError, Unreachable or ProtocolError
        if one is missing or breaks the protocol.

            > LIST VAR rack1, LIST CMD rack1
            < BEGIN LIST VAR rack1, VAR rack1 outlet.1.status "on", END LIST VAR rack1
            < BEGIN LIST CMD rack1, CMD rack1 outlet.1.load.off, END LIST CMD rack1
        """
        connection = self.connect()
        deadline = self._bounded_deadline(self._clock() + self.timeout if end is None else end)
        answers = Answers(self.netloc, self._secret)
        for batch in _batches(nut_requests):
            self._exchange(batch, answers, connection, deadline)
        return answers

    def _bounded_deadline(self, deadline: float) -> float:
        """The sooner of two times: `deadline`, and the end of the time for all exchanges. Raises
        Unreachable if that time is over.

            now 100.0, deadline 110.0, all exchanges until 105.0    105.0
            now 106.0, deadline 116.0, all exchanges until 105.0    Unreachable
        """
        if self._end_of_all_exchanges is None:
            return deadline
        if self._clock() >= self._end_of_all_exchanges:
            raise Unreachable(
                "the time for this call is over: check the name look-up, the network and the NUT"
                " server's load",
                self.netloc,
            )
        return min(deadline, self._end_of_all_exchanges)

    def _exchange(
        self,
        batch: Sequence[NutRequest[object]],
        answers: Answers,
        connection: socket.socket,
        end: float,
    ) -> None:
        """Send the requests of `batch` in one write on the open socket `connection`, and put their
        answers into `answers`, by `end`. Raises NetworkError, or ProtocolError for an answer that
        breaks the protocol; both close the connection, name the first request that was not
        answered, and show no secret. `may_have_executed` is False if nothing was sent.

            > GET VAR rack1 outlet.3.status, GET VAR rack1 outlet.4.status
            < VAR rack1 outlet.3.status "on"
            (end of the connection)           NetworkError: GET VAR rack1 outlet.4.status ...
        """
        received = ReceivedLines()

        def next_line() -> str:
            """The next line of the answers, for which the socket is read if none is there yet."""
            while not received.has_line:
                received.add(self._receive(connection, end))
            return received.take()

        # raised outside the except block: no chained exception shows the password
        handler_error: PduHandlerError
        start = self._clock()
        unanswered_request = batch[-1]
        is_sent = False
        try:
            _refuse_unasked(connection)
            seconds = end - self._clock()
            if seconds <= 0:
                raise socket.timeout
            connection.settimeout(seconds)
            count_request()
            is_sent = True  # from here on a part may arrive, also if `sendall` fails
            connection.sendall(b"".join(request.line for request in batch))
            for request in batch:
                unanswered_request = request
                answers.take(request, next_line)
            if received.has_more:
                raise ProtocolError("the server sent more than was asked for")
            return
        except ProtocolError as error:
            # its text quotes the answer, which may repeat the password
            handler_error = self._secret.without_answer(error, received.taken)
        except OSError as error:
            handler_error = NetworkError(self._reason(error, end - start), error)
        except BaseException:
            self.close()
            raise
        self.close()
        if not is_sent:
            handler_error.may_have_executed = False
        raise handler_error.at(self.netloc, self._secret.redact(unanswered_request.label))

    def _receive(self, connection: socket.socket, end: float) -> bytes:
        r"""The bytes that arrive by `end`, at most 64 KiB. If this process was too busy to look in
        time, those that have arrived. Raises ConnectionResetError if the server closed the
        connection.

            < VAR rack1 outlet.3.status "on"    b'VAR rack1 outlet.3.status "on"\n'
        """
        limit(connection, end - self._clock())
        if _QUICKACK is not None:
            # tcp(7): this setting is not permanent
            connection.setsockopt(socket.IPPROTO_TCP, _QUICKACK, 1)
        data = connection.recv(_RECEIVE)
        if not data:
            raise ConnectionResetError("the NUT server closed the connection")
        self._awaits_first_tls_answer = False
        return data

    def _reason(self, error: OSError, seconds: float) -> str:
        """Why the connection broke or timed out in an exchange, for which `seconds` were allowed.

            socket.timeout, 5.0 s         no complete answer within 5 s: check that port 3493 ...
            Connection reset by peer      Connection reset by peer: check that port 3493 ...
            the same, before the first    the NUT server ended the TLS session ...: it may demand
            answer over TLS               a client certificate

        With TLS 1.3 the server refuses a client without a certificate only after the handshake has
        ended for the client, so its refusal arrives in place of the first answer.
        """
        is_late = isinstance(error, socket.timeout)
        if self._awaits_first_tls_answer and not is_late:
            reason = (
                "the NUT server ended the TLS session before its first answer"
                f" ({_words(error)}): it may demand a client certificate, which is not supported"
            )
            if demands_certificate(error):
                reason = "the NUT server demands a client certificate, which is not supported"
            return (
                f"{reason}: let it accept clients without one (CERTREQUEST in upsd.conf), and check"
                " its log"
            )
        words = _words(error)
        if is_late:
            words = f"no complete answer within {max(round(seconds, 1), 0.1):g} s"
        return (
            f"{words}: check that port {self.port} is a NUT server's, and check that server's log,"
            " load and limit of connections (MAXCONN in upsd.conf)"
        )


def _handshake_reason(error: Exception) -> Reason:
    """Why the TLS handshake failed, for another cause than the server's certificate. A text, or a
    tuple of texts and NamedSetting, which each caller's message spells in its own way.

    >>> _handshake_reason(OSError(113, "No route to host"))
    'the TLS handshake failed (No route to host)'
    >>> _handshake_reason(socket.timeout())[0]
    'the TLS handshake did not end in time: check the network, or raise '
    """
    if isinstance(error, ssl.SSLError):
        setting = " (CERTREQUEST in upsd.conf)" if demands_certificate(error) else ""
        return handshake_failure_reason(error) + setting
    if isinstance(error, socket.timeout):  # its own text names a line of Python's source
        setting_name = NamedSetting("timeout")
        return "the TLS handshake did not end in time: check the network, or raise ", setting_name
    if isinstance(error, ConnectionError):
        return ended_reason()
    return f"the TLS handshake failed ({getattr(error, 'strerror', None) or error})"


def _words(error: OSError) -> str:
    """The system's words for an error, else its type's name.

    >>> _words(ConnectionRefusedError(111, "Connection refused")), _words(ConnectionResetError())
    ('Connection refused', 'ConnectionResetError')
    """
    if isinstance(error, socket.timeout):
        return "no answer in time"
    return error.strerror or str(error) or type(error).__name__


def _refuse_unasked(connection: socket.socket) -> None:
    r"""Raises ProtocolError if bytes arrived before the request: they would be read as its answer.
    Raises ConnectionError if the connection has ended.

    >>> client, server = socket.socketpair()
    >>> _refuse_unasked(client)
    >>> _ = server.send(b"OK\n")
    >>> _refuse_unasked(client)
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: the server sent data that was not asked for
    >>> client.close(), server.close()
    (None, None)
    """
    connection.settimeout(0)
    try:
        surplus = connection.recv(_RECEIVE)
    except ConnectionError:
        # the connection broke; the socket reports the reason only once
        raise
    except OSError:  # nothing arrived
        return
    if not surplus:
        raise ConnectionResetError("the NUT server closed the connection")
    raise ProtocolError("the server sent data that was not asked for")


def _batches(requests: Sequence[NutRequest[object]]) -> Iterator[Sequence[NutRequest[object]]]:
    """The requests in groups that are each sent in one write.

    >>> requests = [NutRequest("A" * 9000, list), NutRequest("B" * 9000, list)]
    >>> [len(batch) for batch in _batches(requests)]
    [1, 1]
    """
    batch: list[NutRequest[object]] = []
    size = 0
    for request in requests:
        if batch and size + len(request.line) > _ONE_WRITE:
            yield batch
            batch = []
            size = 0
        batch.append(request)
        size += len(request.line)
    if batch:
        yield batch
