"""One connection of a client: requests are read whole and within limits, answered one after the
other, and the connection is cut if its client is too slow.

h11 parses (RFC 9112) and refuses what is malformed; asyncio's transport carries. While a request is
answered nothing more is read, so a client cannot fill the memory with requests sent ahead.
"""

from __future__ import annotations

import asyncio
import email.utils
import http
import select
from typing import Any, Callable, Optional, cast

import h11

from .connection_limits import ConnectionLimiter, WebLimits
from .messages import Application, WebRequest, WebResponse

# how long a refused client may go on sending, so that it can read why
_LINGER_S = 2.0
_TEXT = "text/plain; charset=utf-8"
_NAMES = {status.value: status.phrase.encode() for status in http.HTTPStatus}


class WebConnection(asyncio.Protocol):
    """A connection, from its acceptance on."""

    def __init__(
        self,
        connections: ConnectionLimiter[WebConnection],
        limits: WebLimits,
        application: Application,
        report: Callable[[str], None],
    ) -> None:
        """`report` prints a line about a defect of the application."""
        self._connections, self._limits, self._report = connections, limits, report
        self._application = application
        self._loop = asyncio.get_running_loop()
        #: done when the connection has ended
        self.gone: asyncio.Future[None] = self._loop.create_future()
        #: the task that makes this connection's transport, for TLS with its handshake
        self.opening: Optional[asyncio.Task[None]] = None
        self._transport: Optional[asyncio.Transport] = None
        self._http = h11.Connection(h11.SERVER, max_incomplete_event_size=limits.head)
        self._timer: Optional[asyncio.TimerHandle] = None
        self._request: Optional[h11.Request] = None
        self._body = bytearray()
        self._answering: Optional[asyncio.Task[None]] = None
        self._is_idle = False  # an answer was sent, and nothing of a next request has come
        self._is_full = False  # the client does not read
        self._is_last = False  # no request is taken after this one
        self._is_ending = False

    # ---- what the server asks ----------------------------------------------------------------

    def cut(self) -> None:
        """End it at once, whatever it does. A request that is answered is carried through."""
        if self._transport is not None:
            self._transport.abort()
        elif self.opening is not None:
            self.opening.cancel()

    def finish(self) -> None:
        """End it after the answer that is being made; at once if there is none."""
        self._is_last = True
        if self._answering is None and not self._is_ending:
            self.cut()

    def left(self) -> None:
        """There is no transport any more."""
        self._connections.leave(self)
        self._cancel()
        if not self.gone.done():
            self.gone.set_result(None)

    # ---- what asyncio calls ------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._cut_in(self._limits.request_s)

    def data_received(self, data: bytes) -> None:
        if self._is_ending:
            return
        if self._is_idle:
            self._is_idle = False
            self._cut_in(self._limits.request_s)
        self._http.receive_data(data)
        if self._answering is None:
            self._read_request()

    def eof_received(self) -> bool:
        """A client that sends no more may still read."""
        if self._is_ending:
            return False
        self._http.receive_data(b"")
        if self._answering is None:
            self._read_request()
        # asyncio cannot keep a half of a TLS connection, and says so
        return not self._is_tls() and not self._is_ending

    def pause_writing(self) -> None:
        self._is_full = True

    def resume_writing(self) -> None:
        self._is_full = False
        if self._answering is None and not self._is_ending:
            self._next()

    def connection_lost(self, exc: Optional[Exception]) -> None:
        self._is_ending = True
        if self._transport is not None:
            # asyncio of Python 3.9 leaves the transport of a reset TLS connection open
            self._transport.close()
        self.left()

    # ---- a request ---------------------------------------------------------------------------

    def _read_request(self) -> None:
        """Take what has arrived, up to the end of one request."""
        try:
            while True:
                event = self._http.next_event()
                if event is h11.NEED_DATA:
                    return
                if isinstance(event, h11.Request):
                    self._request, self._body = event, bytearray()
                    if not self._is_head_allowed(event):
                        return
                elif isinstance(event, h11.Data):
                    self._body += event.data
                    if len(self._body) > self._limits.body:
                        self._refuse(413, f"a body has at most {self._limits.body} bytes")
                        return
                elif isinstance(event, h11.EndOfMessage):
                    self._start_answer()
                    return
                else:  # the client closed the connection
                    self._end()
                    return
        except h11.RemoteProtocolError as error:
            if error.error_status_hint == 431:
                self._refuse_head()
            else:
                self._refuse(error.error_status_hint, "this is no request of HTTP/1.1")

    def _is_head_allowed(self, head: h11.Request) -> bool:
        """Whether the rest is read. h11 bounds a head only while it is incomplete."""
        size = sum(len(name) + len(value) + 4 for name, value in head.headers) + len(head.target)
        if size > self._limits.head:
            self._refuse_head()
            return False
        lengths = [value for name, value in head.headers if name == b"content-length"]
        if lengths and int(lengths[0]) > self._limits.body:
            self._refuse(413, f"a body has at most {self._limits.body} bytes")
            return False
        if self._http.they_are_waiting_for_100_continue:
            self._write(h11.InformationalResponse(status_code=100, headers=[]))
        return True

    def _start_answer(self) -> None:
        """A whole request has arrived."""
        assert self._request is not None and self._transport is not None
        self._cancel()
        self._connections.end_wait(self)
        self._transport.pause_reading()
        head = self._request
        peer = self._transport.get_extra_info("peername")
        request = WebRequest(
            head.method.decode("ascii"),
            head.target,
            head.http_version.decode("ascii"),
            list(head.headers),
            bytes(self._body),
            str(peer[0]) if peer else "?",
        )
        self._answering = self._loop.create_task(self._answer(request))

    # ---- an answer ---------------------------------------------------------------------------

    async def _answer(self, request: WebRequest) -> None:
        try:
            answer = await self._application(request)
        except Exception as error:
            self._report(f"defect: {type(error).__name__}: {error}")
            answer = _text(500, "a defect of this program; its log says more")
        self._answering = None
        if answer.report_delivery is not None:
            answer.report_delivery(not self._is_ending and not self._has_client_left())
        if not self._is_ending:
            self._send(answer, is_head=request.method == "HEAD")
            self._next()

    def _send(self, answer: WebResponse, is_head: bool = False) -> None:
        headers = [(b"Date", email.utils.formatdate(usegmt=True).encode())]
        headers += [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        if answer.status != 204:
            headers.append((b"Content-Length", str(len(answer.body)).encode()))
        if answer.is_last or self._is_last:
            headers.append((b"Connection", b"close"))
        self._write(
            h11.Response(
                status_code=answer.status,
                headers=headers,
                reason=_NAMES.get(answer.status, b""),
            ),
            h11.Data(data=b"" if is_head else answer.body),
            h11.EndOfMessage(),
        )

    def _next(self) -> None:
        """After an answer: wait until its client reads, then for the next request."""
        if self._is_full:
            self._cut_in(self._limits.answer_s)
        elif self._http.our_state is h11.DONE and self._http.their_state is h11.DONE:
            assert self._transport is not None
            self._http.start_next_cycle()
            self._is_idle = True
            self._connections.begin_wait(self)
            self._cut_in(self._limits.idle_s)
            self._transport.resume_reading()
            self._read_request()  # what was sent ahead
        else:
            self._end()

    def _refuse_head(self) -> None:
        self._refuse(431, f"a head has at most {self._limits.head} bytes")

    def _refuse(self, status: int, reason: str) -> None:
        """Answer what is not passed on, and end the connection."""
        if self._http.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            self._send(_text(status, reason)._replace(is_last=True))
        self._end(lingering=True)

    def _end(self, lingering: bool = False) -> None:
        """Close the connection when its client has read the answer.

        `lingering`: the client may still send; if that were not read, TCP would reset the
        connection, and the client would lose the answer.
        """
        assert self._transport is not None
        self._is_ending = True
        self._connections.begin_wait(self)
        is_read = not self._transport.get_write_buffer_size()
        self._cut_in(_LINGER_S if lingering and is_read else self._limits.answer_s)
        if lingering and self._transport.can_write_eof():
            self._transport.write_eof()
        else:
            self._transport.close()

    def _write(self, *events: Any) -> None:
        assert self._transport is not None
        self._transport.write(b"".join(self._http.send(event) or b"" for event in events))

    # ---- time --------------------------------------------------------------------------------

    def _cut_in(self, seconds: float) -> None:
        self._cancel()
        self._timer = self._loop.call_later(seconds, self.cut)

    def _cancel(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _has_client_left(self) -> bool:
        """Whether the client has closed the connection. asyncio does not say so while reading is
        paused; a client that closed its sending half alone counts as gone.
        """
        assert self._transport is not None
        poll = select.poll()
        # POLLRDHUP is Linux's; elsewhere only a reset connection is noticed
        poll.register(
            self._transport.get_extra_info("socket").fileno(), getattr(select, "POLLRDHUP", 0)
        )
        return bool(poll.poll(0))

    def _is_tls(self) -> bool:
        assert self._transport is not None
        return self._transport.get_extra_info("ssl_object") is not None


def _text(status: int, reason: str) -> WebResponse:
    return WebResponse(status, f"{reason}\n".encode(), {"Content-Type": _TEXT})
