"""The recording proxy: a port of this machine that passes requests on to a device, and keeps what
was asked and answered. So a handler, whatever it is, shows what it needs.
"""

from __future__ import annotations

import json
import threading
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional
from urllib.parse import quote, quote_plus, unquote, urlsplit

from handlers.http.connection import StandardTransport
from handlers.http.message import PORTS, Endpoint, Request
from handlers.http.strict_json import LIMIT
from handlers.shared.errors import PduHandlerError, ProtocolError
from handlers.shared.tls import Trust

from ..recording_formats import RecordingOptions
from ..replay_server import HttpReplay, Response
from ..scrub import ANY_TEXT, SECRETS, is_telling, kind_of
from .answer_scrubbing import secrets_in
from .har import Answer, Pairs, at_another_address, media_type, merged, path_and_query
from .named_values import named_secrets, without_named_secrets
from .request_patterns import ANY, RequestPattern, body_parts, recorded_request
from .text_answers import document_of
from .unit import Call, answers_in, calls_in

_TIMEOUT_S, _TOTAL_S = 30.0, 60.0
# of one connection, RFC 9110, 7.6.1; the server writes the others itself
_HOP_HEADERS = frozenset(
    "connection keep-alive proxy-authenticate te trailer transfer-encoding upgrade"
    " content-length content-encoding server date host accept-encoding".split()
)


class Upstream(NamedTuple):
    """Where the device answers, and which certificate it must show."""

    endpoint: Endpoint
    trust: Trust


class Exchange(NamedTuple):
    """A request that was passed on, and its answer.

    >>> exchange = Exchange(Call("GET", "/status", ""), 200, [], b'{"on": true}')
    >>> exchange.content
    {'on': True}
    """

    call: Call
    status: int
    headers: Pairs
    body: bytes
    #: the values of cookies and tokens in the headers of the request
    sent_secrets: Sequence[str] = ()

    @property
    def content(self) -> object:
        """The body, decoded by `document_of`."""
        return document_of(self.body, *media_type(self.headers))


class RecordingProxy(HttpReplay):
    """Passes requests on, and keeps each with its answer in `exchanges`. Raises OSError if no port
    can be used.

        the handler  >  GET http://127.0.0.1:34567/status
        the proxy    >  GET https://192.0.2.8/status
        the device   <  200 {"on": true}
        the proxy    <  200 {"on": true}
    """

    def __init__(
        self,
        upstream: Upstream,
        options: RecordingOptions,
        logins: Sequence[str],
        commands: Sequence[str],
    ) -> None:
        """`logins`: texts of the login, which the requests hold. `commands`: requests in words,
        which are not passed on. Raises also SettingsError.
        """
        self._upstream, self._options = upstream, options
        self._logins: list[str] = []
        for text in logins:
            escaped_text = json.dumps(text)[1:-1]
            self._logins += [text, quote(text, safe=""), quote_plus(text), escaped_text]
        self._commands = [RequestPattern.parse(words).of_outlet(ANY) for words in commands]
        self._threads = threading.local()  # a connection for each of the handler's
        self._transports: list[StandardTransport] = []
        self._lock = threading.Lock()
        self.exchanges: list[Exchange] = []
        #: why the device did not answer
        self.error: Optional[PduHandlerError] = None
        super().__init__(0)

    @property
    def connections(self) -> int:
        return self._server.connections

    def close(self) -> None:
        super().close()
        for transport in self._transports:
            transport.close()

    def end_connection(self) -> None:
        """Close the connection to the device too, which may have few."""
        if hasattr(self._threads, "transport"):
            self._threads.transport.close()

    def respond(
        self, method: str, target: str, headers: Mapping[str, str], body: bytes
    ) -> Response:
        """Pass a request on and keep the exchange; the device's answer, of which only an address of
        its own is changed. Raises ConnectionAbortedError if it gives none, with the reason in
        `error`.
        """
        call = Call(method, target, body.decode("utf-8", "replace"))
        self._refuse_command(call)
        device, transport = self._upstream.endpoint, self._transport()
        device_headers = self._headers_for_device(headers)
        request = Request(method, target, device_headers, body or None, _TIMEOUT_S, _TOTAL_S, LIMIT)
        try:
            answer = self._options.retry(lambda: transport.exchange(device, request))
            content = _unpacked(answer.fields, answer.body)
        except PduHandlerError as error:
            self.error = error
            raise ConnectionAbortedError from None
        pairs = list(_headers_at_replay(device, answer.fields))
        sent_secrets = list(_sent_secrets(device_headers))
        with self._lock:
            self.exchanges.append(Exchange(call, answer.status, pairs, content, sent_secrets))
        self._options.tell(f"{len(self.exchanges)} answers")
        return answer.status, content, pairs

    def _refuse_command(self, call: Call) -> None:
        """Raises ConnectionAbortedError for a request with a command, which is not passed on; the
        reason is in `error`. A command may be one of a list, or of several calls that are sent in
        one.
        """
        calls: list[Call] = []
        for part in calls_in(call) or [call]:
            calls += [part._replace(body=body) for body in body_parts(part.body)]
        for command in self._commands:
            if any(command.matches(*part) for part in calls):
                self.error = ProtocolError(
                    f"a reading sent a command, which was not passed on ({command.text}): the"
                    " handler writes while it reads; nothing was written"
                )
                raise ConnectionAbortedError

    def _transport(self) -> StandardTransport:
        """The connection to the device that belongs to the handler's connection, which has a thread
        of its own.
        """
        if not hasattr(self._threads, "transport"):
            self._threads.transport = StandardTransport(self._upstream.trust)
            self._transports.append(self._threads.transport)
        transport: StandardTransport = self._threads.transport
        return transport

    def _headers_for_device(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers that are passed on. By Referer and Origin a device knows its own pages, so
        they name the device again:

            the handler:  Referer: http://127.0.0.1:34567/login
            the device:   Referer: https://192.0.2.8/login
        """
        here = f"http://{self.host}:{self.port}"
        device_headers: dict[str, str] = {}
        for name, text in headers.items():
            if name.lower() in ("referer", "origin"):
                device_headers[name] = text.replace(here, self._upstream.endpoint.url)
            elif name.lower() not in _HOP_HEADERS:
                device_headers[name] = text
        return device_headers

    def secrets(self) -> list[str]:
        """The ids of sessions, tokens and cookies by which the device and the handler know each
        other, from addresses, headers and bodies of all exchanges, each once.

            < Set-Cookie: sid=7f3a91; Path=/      7f3a91
            > GET /status?token=9c2e17            9c2e17
        """
        secrets: list[str] = []
        with self._lock:
            for exchange in self.exchanges:
                secrets += _secrets_of(exchange)
        return list(dict.fromkeys(secrets))

    def answers(self) -> list[Answer]:
        """The last answer to each request; of calls that were sent in one, to each."""
        secrets = [*self._logins, *self.secrets()]
        answers: list[Answer] = []
        with self._lock:
            for exchange in self.exchanges:
                answers += _answers_of(exchange, secrets)
        return merged(answers)


def _headers_at_replay(device: Endpoint, fields: Pairs) -> Iterator[tuple[str, str]]:
    """The headers of the device's answer as they are passed on. A redirect to the device itself
    becomes one to the proxy; a redirect to another host stays.

    >>> device = Endpoint("http", "192.0.2.8", 80)
    >>> list(_headers_at_replay(device, [("Location", "http://192.0.2.8/home"), ("Server", "x")]))
    [('Location', '/home')]
    >>> list(_headers_at_replay(device, [("Location", "http://192.0.2.9/home")]))
    [('Location', 'http://192.0.2.9/home')]
    """
    for name, text in fields:
        leads_elsewhere = name.lower() == "location" and not _leads_to(device, text)
        if name.lower() not in _HOP_HEADERS:
            yield name, text if leads_elsewhere else at_another_address(name, text)


def _leads_to(device: Endpoint, location: str) -> bool:
    """Whether an address, as of the header Location, is one of this endpoint.

    >>> device = Endpoint("http", "192.0.2.8", 80)
    >>> _leads_to(device, "http://192.0.2.8/home"), _leads_to(device, "https://192.0.2.8/home")
    (True, False)
    """
    try:
        address = urlsplit(location)
        port = address.port or PORTS.get(address.scheme or device.scheme)
    except ValueError:
        return False
    return address.hostname == device.host.lower() and port == device.port


def _unpacked(headers: Pairs, body: bytes) -> bytes:
    """A body without its Content-Encoding: some devices pack their pages for all who ask. Raises
    ProtocolError for one that is not whole.

    >>> _unpacked([("Content-Encoding", "deflate")], zlib.compress(b"relay 1 on"))
    b'relay 1 on'
    """
    encodings = [text.lower() for name, text in headers if name.lower() == "content-encoding"]
    if not {"gzip", "x-gzip", "deflate"}.intersection(encodings):
        return body
    decompressor = zlib.decompressobj(zlib.MAX_WBITS | 32)  # of both kinds
    try:
        content = decompressor.decompress(body, LIMIT)
    except zlib.error:
        return body
    if not decompressor.eof:
        raise ProtocolError(f"a packed answer breaks off, or has more than {LIMIT} bytes")
    return content


def _sent_secrets(headers: Mapping[str, str]) -> Iterator[str]:
    """The values of cookies and tokens that a handler sends, whatever the device calls them.

    >>> list(_sent_secrets({"Cookie": "lang=en; sid=7f3a", "X-Auth-Token": "Bearer 9c2e"}))
    ['en', '7f3a', '9c2e']
    """
    for name, text in headers.items():
        if name.lower() == "cookie":
            yield from (part.partition("=")[2] for part in text.split(";"))
        elif kind_of(name) == SECRETS and '="' not in text:  # those of Digest have names
            yield text.rpartition(" ")[2]


def _answers_of(exchange: Exchange, secrets: list[str]) -> Iterator[Answer]:
    """The answer of an exchange as a recording keeps it, with {any} for secrets in its request; of
    calls that were sent in one, each.

    >>> exchange = Exchange(Call("GET", "/o?sid=7f3a", ""), 200, [], b'{"on": true}')
    >>> [(answer.request, answer.content) for answer in _answers_of(exchange, ["7f3a"])]
    [('GET /o?sid={any}', {'on': True})]
    """
    call, content = exchange.call, exchange.content
    calls, parts = calls_in(call), answers_in(content)
    if calls and len(calls) == len(parts) and exchange.status == 200:
        for part, (status, part_content) in zip(calls, parts):
            yield Answer(recorded_request(*part, secrets), part_content, status)
        return
    yield Answer(
        request=recorded_request(*call, secrets),
        content=content,
        status=exchange.status,
        type=media_type(exchange.headers)[0],
        headers=_session_headers(exchange.headers),
    )


def _secrets_of(exchange: Exchange) -> Iterator[str]:
    """The values in a request and its answer that are secrets by their names or by where they
    stand.

    >>> headers = [("Set-Cookie", "id=7f3a91; Path=/")]
    >>> list(_secrets_of(Exchange(Call("GET", "/o?token=9c2e17", ""), 200, headers, b"")))
    ['9c2e17', '9c2e17', '7f3a91']
    """
    call = exchange.call
    yield from filter(is_telling, exchange.sent_secrets)
    yield from secrets_in({call.target: exchange.content})
    for text in (call.target, unquote(call.target), call.body):
        yield from named_secrets(text)
    for name, text in exchange.headers:
        if name.lower() != "set-cookie":  # whose own name may look like a value
            yield from named_secrets(f"{name}={text}")
        secret = _secret_of_header(name, text)
        if is_telling(secret):
            yield secret


def _secret_of_header(name: str, text: str) -> str:
    """The value of a cookie or of a token; "" in any other header.

    >>> _secret_of_header("Set-Cookie", "id=7f3a91; Path=/"), _secret_of_header("ETag", "5")
    ('7f3a91', '')
    """
    if name.lower() == "set-cookie":
        return text.partition("=")[2].partition(";")[0]
    return text if kind_of(name) == SECRETS else ""


def _session_headers(headers: Pairs) -> list[tuple[str, str]]:
    """The headers with "any" for each secret; without Content-Type, which is kept apart.

    >>> _session_headers([("Set-Cookie", "id=7f3a91; Domain=pdu.example"), ("ETag", "5")])
    [('Set-Cookie', 'id=any; Path=/'), ('ETag', '5')]
    """
    public_headers: list[tuple[str, str]] = []
    for name, text in headers:
        lower_name = name.lower()
        if lower_name == "set-cookie":
            cookie_name = text.partition("=")[0]
            # its other attributes, such as Domain, do not fit the replay's address
            public_headers.append((name, f"{cookie_name}={ANY_TEXT}; Path=/"))
        elif lower_name == "location":
            public_headers.append((name, without_named_secrets(path_and_query(text), ANY_TEXT)))
        elif kind_of(name) == SECRETS:
            public_headers.append((name, ANY_TEXT))
        elif lower_name != "content-type":
            public_headers.append((name, text))
    return public_headers
