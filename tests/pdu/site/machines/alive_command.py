"""A program that says whether a simulated machine lives, for `--alive`."""

from __future__ import annotations

import contextlib
import socketserver
import sys
import threading
from collections.abc import Callable, Iterator


@contextlib.contextmanager
def asking(lives: Callable[[], bool]) -> Iterator[str]:
    """The command: it ends with 0 while the machine lives."""

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            self.request.sendall(b"1" if lives() else b"0")

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        # not the module socket: proofs run this program thousands of times, and that import takes
        # longer than Python's start
        program = (
            "import _socket;"
            " asked = _socket.socket(_socket.AF_INET, _socket.SOCK_STREAM);"
            f" asked.connect(('127.0.0.1', {server.server_address[1]}));"
            " raise SystemExit(asked.recv(1) != b'1')"
        )
        try:
            yield f'{sys.executable} -IS -c "{program}"'
        finally:
            server.shutdown()
