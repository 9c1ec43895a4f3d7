"""`pdu identify` sends one login, to the handler of the make that the device names, and its next
lines work.
"""

from __future__ import annotations

import base64
import contextlib
import shlex
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from pdu.cli import exit_codes
from tests.pdu.recordings.planted_devices import UNITS, arguments
from tests.pdu.running import run

PASSWORD = "mistyped-9"


class Guarded(ThreadingHTTPServer):
    """Answers 401 to everything; keeps the requests that hold a password."""

    daemon_threads = True

    def __init__(self, product: str) -> None:
        super().__init__(("127.0.0.1", 0), _Guarded)
        self.product = product
        self.logins: list[str] = []


class _Guarded(BaseHTTPRequestHandler):
    server: Guarded

    def do_GET(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        basic = base64.b64encode(f"admin:{PASSWORD}".encode()).decode()
        if PASSWORD.encode() in body or basic in self.headers.get("Authorization", ""):
            self.server.logins.append(self.path)
        self.send_response_only(401)
        self.send_header("Server", self.server.product)
        self.send_header("WWW-Authenticate", 'Basic realm="device"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing is printed."""


@contextlib.contextmanager
def guarded(product: str) -> Iterator[Guarded]:
    with Guarded(product) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PDU_COMMUNITY", raising=False)
    monkeypatch.setenv("PDU_USERNAME", "admin")
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)


@pytest.mark.parametrize(
    "product, handler",
    [
        ("ServerTech-AWS/v8.0m", "jaws"),
        ("Raritan embedded web server", "raritan"),
        ("NETIO", "netio"),
        ("Synaccess", "synlink"),
        ("", ""),
    ],
)
def test_a_wrong_password_is_one_refused_login_of_the_likeliest_handler(
    product: str, handler: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with guarded(product) as server:
        words = ("identify", f"127.0.0.1:{server.server_address[1]}", "-s", "scheme=http")
        code, out, _ = run(capsys, *words, "--timeout", "5")
        assert len(server.logins) == 1, out
        assert code == exit_codes.code_of("denied")
        lines = out.splitlines()
        (refused,) = [line for line in lines if "refused: wrong password, or another make" in line]
        assert refused.startswith(f"{handler or refused.partition(':')[0]}:")
        (held_back,) = [line for line in lines if "not asked: one login was refused" in line]
        assert held_back.count(",") >= 3
        assert lines[-1].startswith("next: check the password; if the unit is of another make: ")
        again = shlex.split(lines[-1].rpartition("make: ")[2])[1:]
        # the line asks the other handler, and only it
        code, out, _ = run(capsys, *again)
        assert len(server.logins) == 2
        assert out.count("refused: wrong password") == 1


def test_a_certificate_is_said_once_and_trusted_once(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with UNITS["raritan"]() as unit:
        password = unit.data.custom_params["password"]
        monkeypatch.setenv("PDU_PASSWORD", password)
        code, out, _ = run(capsys, "identify", arguments(unit)[0])
        assert code == exit_codes.code_of("unreachable")
        assert out.count("certificate is not trusted") == 1
        last = out.splitlines()[-1]
        assert last.startswith("next: compare the certificate's SHA-256")
        code, out, _ = run(capsys, *shlex.split(last.partition("then: ")[2])[1:])
        assert code == exit_codes.DONE and out.startswith("raritan: yes: ")
        # which leads to the states
        last = out.splitlines()[-1]
        assert last.startswith("next: pdu status raritan ")
        code, out, _ = run(capsys, *shlex.split(last.partition("next: pdu ")[2]))
        assert code == exit_codes.DONE and len(out.splitlines()) > 8


def test_a_password_is_not_asked_for_before_the_certificate_is_trusted(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without one it is the certificate that is told."""
    monkeypatch.delenv("PDU_PASSWORD")
    with UNITS["raritan"]() as unit:
        code, out, _ = run(capsys, "identify", arguments(unit)[0], "--handler", "raritan")
    assert code == exit_codes.code_of("unreachable")
    assert out.startswith("raritan: not asked: the device's certificate is not trusted")
