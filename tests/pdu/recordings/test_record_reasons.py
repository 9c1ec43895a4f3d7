"""Why a PDU cannot be recorded, or a handler not called: each cause has its own sentence, at every
door.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.pdu.loading.page_handler import folder, loaded_anew
from tests.pdu.recordings.odd_handler import source
from tests.pdu.running import run

__all__ = ["loaded_anew"]

#: a handler over TCP, which asks in lines
ASKED = """\
import socket
import ssl
with socket.create_connection((self.pdu_data.ip, int(self.given["port"])), 60) as connection:
    WRAP
    connection.sendall(b"STATUS\\n")
    on, off = connection.makefile().readline().split()
return json.dumps({"outlets": {"1": on == "on", "2": off == "on"}})
"""
#: commands that want a setting
SWITCHES = """
    def port_up(self, port):
        return self.given["rack"]

    port_down = port_up
"""
TLS = "connection = ssl._create_unverified_context().wrap_socket(connection)"


@pytest.fixture(name="lines_port")
def _lines_port() -> Iterator[int]:
    """A PDU that answers each line, over TCP."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.makefile().readline()
                        connection.sendall(b"on off\n")

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)


@pytest.mark.parametrize(
    ("wrap", "words"),
    [
        (
            "pass",
            ["sent no request of HTTP", "lines or Modbus", "neither be recorded nor"],
        ),
        (TLS, ["asks over TLS", "let it ask over plain HTTP"]),
    ],
    ids=["lines over TCP", "TLS"],
)
def test_a_handler_that_does_not_ask_over_http_is_told_so(
    wrap: str,
    words: list[str],
    lines_port: int,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    handler = str(folder(tmp_path, source=source(ASKED.replace("WRAP", wrap))))
    file = tmp_path / "unit.har"
    code, out, err = run(capsys, "record", handler, f"127.0.0.1:{lines_port}", "-o", str(file))
    assert (code, out) == (5, "")
    assert [word for word in words if word not in err] == []
    assert not file.exists()


DOORS = (
    ("status", "{handler}", "127.0.0.1:9"),
    ("outlets", "{handler}", "127.0.0.1:9"),
    ("on", "{handler}", "127.0.0.1:9", "1", "--yes"),
    ("off", "{handler}", "127.0.0.1:9", "1", "--yes"),
    ("record", "{handler}", "127.0.0.1:9"),
    ("check", "{list}"),
    ("handler", "check", "{handler}", "--replay", "docs/own-handler/volt.har"),
)


@pytest.mark.parametrize("place", ["in a method", "in make_handler"])
@pytest.mark.parametrize("door", DOORS, ids=lambda door: door[0])
def test_a_setting_that_was_not_given_is_named_at_each_door(
    door: tuple[str, ...],
    place: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    text = source("return self.given['rack']", SWITCHES)
    if place == "in make_handler":
        make = "    return OddPdu"
        text = source("pass").replace(make, f"    pdu_data.custom_params['rack']\n{make}")
    handler = str(folder(tmp_path, source=text))
    listed = tmp_path / "pdus.toml"
    row = f'name = "a"\nhandler = "{handler}"\naddress = "127.0.0.1:9"\n'
    listed.write_text(f"[[pdu]]\n{row}", "utf-8")
    listed.chmod(0o600)
    names = {"handler": handler, "list": str(listed)}
    words = [word.format(**names) for word in door]
    code, out, err = run(capsys, *words)
    assert code != 0
    assert "the handler wants the setting rack: -s rack=" in f"{out}{err}"
