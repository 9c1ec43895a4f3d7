"""The process that serves the meter's metrics.

It is a process of its own because the meter forks those that read PDUs, which a process with
threads or an event loop must not do. It asks the meter at each request, so metrics are of now, and
none are served of a meter that hangs. It is forked before logins are read, and holds none.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import multiprocessing
import os
import signal
import socket
import sys
import traceback
from collections.abc import Sequence
from multiprocessing.connection import Connection
from typing import Callable, NoReturn

from ...core.web.exposition import TEXT
from ...core.web.host_check import HostCheck
from ...core.web.messages import WebRequest, WebResponse
from ...core.web.server import WebServer

#: how long the meter may take to answer, in s
_PATIENCE_S = 15.0
_TEXT = "text/plain; charset=utf-8"


class MetricsProcess:
    """The other process, seen from the meter."""

    def __init__(
        self,
        listener: socket.socket,
        page: Callable[[], bytes],
        host: str = "",
        names: Sequence[str] = (),
    ) -> None:
        """Start it. It takes the listening socket over. `page`: what the metrics are now. `host`
        and `names`: see `HostCheck`."""
        self._page = page
        #: has something to read when the metrics are asked for
        self.pipe: Connection
        self.pipe, theirs = multiprocessing.Pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._child = os.fork()
        if not self._child:
            self.pipe.close()
            _run(listener, theirs, host, names)
        theirs.close()
        listener.close()
        self.is_running = True

    def answer(self) -> None:
        """Answer what was asked. Afterwards `is_running` says whether the process still runs."""
        try:
            ticket = self.pipe.recv_bytes()
            self.pipe.send_bytes(ticket + self._page())
        except (EOFError, OSError):
            self.is_running = False

    def close(self) -> None:
        """End it, and wait until it has ended."""
        self.is_running = False
        self.pipe.close()
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._child, signal.SIGTERM)
        with contextlib.suppress(ChildProcessError):
            os.waitpid(self._child, 0)


# ---- in the other process ------------------------------------------------------------------------


def _run(listener: socket.socket, pipe: Connection, host: str, names: Sequence[str]) -> NoReturn:
    code = 1
    try:
        # the meter ends this process
        for number in (signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        gc.freeze()
        asyncio.run(_serve(listener, pipe, host, names))
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        os._exit(code)


async def _serve(
    listener: socket.socket, pipe: Connection, host: str, names: Sequence[str]
) -> None:
    routes = _MetricsRoutes(pipe)
    server = WebServer(HostCheck(routes, host, names))
    loop = asyncio.get_running_loop()
    loop.add_reader(pipe.fileno(), routes.hear)
    serving = loop.create_task(server.serve(listener))
    await routes.ended.wait()
    serving.cancel()


class _MetricsRoutes:
    """The paths."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._asked = 0
        self._waiting: dict[int, asyncio.Future[bytes]] = {}
        #: set when the meter has ended
        self.ended = asyncio.Event()

    def hear(self) -> None:
        """Take an answer of the meter."""
        try:
            message = self._pipe.recv_bytes()
        except (EOFError, OSError):
            self.ended.set()
            return
        ticket, _, page = message.partition(b"\n")
        waiting = self._waiting.pop(int(ticket), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(page)

    async def __call__(self, request: WebRequest) -> WebResponse:
        """503 if the meter does not answer; 404 for another path, 501 for another method."""
        if request.method not in ("GET", "HEAD"):
            return _text(501, "the methods are GET and HEAD")
        if request.target.partition(b"?")[0] != b"/metrics":
            return _text(404, "the path is /metrics")
        self._asked += 1
        ticket = self._asked
        waiting = self._waiting[ticket] = asyncio.get_running_loop().create_future()
        try:
            self._pipe.send_bytes(b"%d\n" % ticket)
            page = await asyncio.wait_for(waiting, _PATIENCE_S)
        except (OSError, asyncio.TimeoutError):
            return _text(503, "the meter does not answer")
        finally:
            self._waiting.pop(ticket, None)
        return WebResponse(200, page, {"Content-Type": TEXT, "X-Content-Type-Options": "nosniff"})


def _text(status: int, text: str) -> WebResponse:
    return WebResponse(status, f"{text}\n".encode(), {"Content-Type": _TEXT})
