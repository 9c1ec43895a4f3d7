"""The recording proxy: a port of this machine that passes requests on to a device, and keeps what
was asked and answered. So a handler, whatever it is, shows what it needs.

exchange    a request that was passed on, and the device's answer
call        one request, or one of the calls that a performBulk of Xerus holds
secret      a value that is one by its name (token, pw) or by where it stands (a cookie)
{any}       stands in a recorded request for any text: GET /o?sid={any}
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
from ..scrub import ANY_TEXT, SECRETS, is_distinctive, kind_of
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
    """Passes requests on, and keeps each with its answer in `exchanges`. If the device gives none,
    or a request is a command, the client gets no answer either, and `error` is the reason. Raises
    OSError if no port can be used.

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
        """`logins`: user, password and the like, which become {any} in recorded requests.
        `commands`: the requests of --on and --off, such as "POST /relay/{outlet} turn=on", which
        are not passed on; SettingsError is raised for words that are no request.
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
        #: why the last request without an answer got none
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
        """Pass a request on to the device and add the exchange to `exchanges`. Returns the device's
        status, body and headers; a header Location that leads to the device leads to the proxy.
        Raises ConnectionAbortedError if the device does not answer, or if the request is a command;
        `error` then has the reason.

            >  GET /status     the device: GET https://192.0.2.8/status
            <  200, b'{"on": true}', [("Content-Type", "application/json")]
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
        """Raises ConnectionAbortedError if a request is one of the commands, or holds one in a list
        or in a performBulk; `error` then has the reason. A reading must not switch.

            command "POST /relay/{any} turn=on"
            POST /relay/1 turn=on     raises
            GET /status               returns
        """
        possible_commands: list[Call] = []
        for part in calls_in(call) or [call]:
            possible_commands += [part._replace(body=body) for body in body_parts(part.body)]
        for command in self._commands:
            if any(command.matches(*possible) for possible in possible_commands):
                self.error = ProtocolError(
                    f"a reading sent a command, which was not passed on ({command.text}): the"
                    " handler writes while it reads; nothing was written"
                )
                raise ConnectionAbortedError

    def _transport(self) -> StandardTransport:
        """The connection to the device for the current thread, opened by its first request. The
        proxy serves each connection of the handler in a thread of its own, so each has one.
        """
        if not hasattr(self._threads, "transport"):
            self._threads.transport = StandardTransport(self._upstream.trust)
            self._transports.append(self._threads.transport)
        transport: StandardTransport = self._threads.transport
        return transport

    def _headers_for_device(self, headers: Mapping[str, str]) -> dict[str, str]:
        """The headers of a request as they are passed on to the device: without those of the one
        connection (Host, Keep-Alive), and with the device's address in Referer and Origin, by which
        a device knows its own pages.

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
        """The values of session ids, tokens and cookies in all exchanges, each once.

        < Set-Cookie: sid=7f3a91; Path=/      "7f3a91"
        > GET /status?token=9c2e17            "9c2e17"
        """
        secrets: list[str] = []
        with self._lock:
            for exchange in self.exchanges:
                secrets += _secrets_of(exchange)
        return list(dict.fromkeys(secrets))

    def answers(self) -> list[Answer]:
        """The answers for the recording: the last one to each request, with {any} for secrets in
        the request; of a performBulk, one to each call in it.

            > GET /status?sid=7f3a91   < {"on": true}
            Answer("GET /status?sid={any}", {"on": True})
        """
        secrets = [*self._logins, *self.secrets()]
        answers: list[Answer] = []
        with self._lock:
            for exchange in self.exchanges:
                answers += _answers_of(exchange, secrets)
        return merged(answers)


def _headers_at_replay(device: Endpoint, fields: Pairs) -> Iterator[tuple[str, str]]:
    """The headers of the device's answer as the proxy sends them: without those of the one
    connection. A redirect to the device itself becomes one to the proxy; one to another host stays.

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
    """Whether an address in a header Location is at this host and port; False for an address
    without a host.

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
    """The body without its Content-Encoding: some devices pack their pages with gzip or deflate for
    all who ask. A body that is not packed stays. Raises ProtocolError for one that breaks off.

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
    """The values of all cookies in the headers of a request, and of headers whose name says that
    they are a secret.

    >>> list(_sent_secrets({"Cookie": "lang=en; sid=7f3a", "X-Auth-Token": "Bearer 9c2e"}))
    ['en', '7f3a', '9c2e']
    """
    for name, text in headers.items():
        if name.lower() == "cookie":
            yield from (part.partition("=")[2] for part in text.split(";"))
        elif kind_of(name) == SECRETS and '="' not in text:  # those of Digest have names
            yield text.rpartition(" ")[2]


def _answers_of(exchange: Exchange, secrets: list[str]) -> Iterator[Answer]:
    """The answer of an exchange as a recording keeps it, with {any} for these secrets in its
    request; of a performBulk, one answer for each call in it.

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
    """The values in a request and its answer that are secrets by their names, or by where they
    stand, such as a cookie. One that stands in two places is there twice.

    >>> headers = [("Set-Cookie", "id=7f3a91; Path=/")]
    >>> list(_secrets_of(Exchange(Call("GET", "/o?token=9c2e17", ""), 200, headers, b"")))
    ['9c2e17', '9c2e17', '7f3a91']
    """
    call = exchange.call
    yield from filter(is_distinctive, exchange.sent_secrets)
    yield from secrets_in({call.target: exchange.content})
    for text in (call.target, unquote(call.target), call.body):
        yield from named_secrets(text)
    for name, text in exchange.headers:
        if name.lower() != "set-cookie":  # whose own name may look like a value
            yield from named_secrets(f"{name}={text}")
        secret = _secret_of_header(name, text)
        if is_distinctive(secret):
            yield secret


def _secret_of_header(name: str, text: str) -> str:
    """The value in a header of an answer that is a cookie or, by its name, a secret; "" for any
    other header.

    >>> _secret_of_header("Set-Cookie", "id=7f3a91; Path=/"), _secret_of_header("ETag", "5")
    ('7f3a91', '')
    """
    if name.lower() == "set-cookie":
        return text.partition("=")[2].partition(";")[0]
    return text if kind_of(name) == SECRETS else ""


def _session_headers(headers: Pairs) -> list[tuple[str, str]]:
    """The headers of an answer as a recording keeps them: "any" for each secret; without
    Content-Type, which an `Answer` has as its `type`.

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
