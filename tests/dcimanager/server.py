"""HTTPS on 127.0.0.1 around a function from request to answer, with a certificate of a throw-away authority."""
from __future__ import annotations

import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Optional, Type

import trustme

from .api import Answer, Request

_LARGEST_BODY = 50_000_000
_END_SECONDS = 30.0
Respond = Callable[[Request], Optional[Answer]]


class HttpsServer:
    """Serves from its construction until `stop`. An answer of None closes the connection without a word."""

    def __init__(self, respond: Respond, folder: Path, host: str = "127.0.0.1", port: int = 0) -> None:
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        authority.issue_cert(host, "localhost").configure_cert(context)
        self._context = context
        self._server = ThreadingHTTPServer((host, port), _handler(respond))
        self._server.daemon_threads = True
        # The handshake happens at the first read, in the connection's own thread: a silent client holds up no other.
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.host, self.port = host, int(self._server.server_address[1])
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"https://{self.host}:{self.port}"

    def speak_only(self, version: ssl.TLSVersion) -> None:
        """From the next connection on, offer this version of TLS and no other, with every cipher that it has."""
        self._context.minimum_version = self._context.maximum_version = version
        self._context.set_ciphers("ALL:@SECLEVEL=0")

    def stop(self) -> None:
        """Stop listening; connections end with their request or their time-out."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_END_SECONDS)


def _handler(respond: Respond) -> Type[BaseHTTPRequestHandler]:
    class Connection(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30
        disable_nagle_algorithm = True
        wbufsize = -1                   # head and body leave in one write

        def handle(self) -> None:
            try:
                super().handle()
            except OSError:             # no TLS, no trust, or gone in the middle: nobody is left to be told
                self.close_connection = True

        def _serve(self) -> None:
            self.close_connection = True
            length = self.headers.get("Content-Length", "0")
            if not length.isdigit() or int(length) > _LARGEST_BODY:
                self.send_error(413)
                return
            body = self.rfile.read(int(length))
            headers = {key.lower(): value for key, value in self.headers.items()}
            answer = respond(Request(self.command, self.path, headers, body))
            if answer is None:
                return
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.send_header("Connection", "close")
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_DELETE = _serve

        def log_message(self, format: str, *args: object) -> None:
            """Requests are counted by the manager; a test's output stays quiet."""

    return Connection
