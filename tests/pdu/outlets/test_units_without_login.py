"""A login is asked for where the unit wants one: units over HTTP as they are delivered, and with an
account.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers import registry
from pdu.cli import exit_codes
from tests.pdu.running import run
from tests.servers.peers.unit_pdus import UnitPeers
from tests.simulators.unit_servers import USER, HttpServer

CODECS = [name for name in registry.names() if registry.about(name).is_codec]
WORDS = ("-s", "scheme=http")


@pytest.fixture(autouse=True)
def no_login(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("PDU_USERNAME", "PDU_PASSWORD", "PDU_TOKEN", "PDU_COMMUNITY", "PDU_LIST"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))


@pytest.fixture(params=CODECS)
def handler(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def _served(handler: str, *, is_open: bool) -> Iterator[HttpServer]:
    peers = UnitPeers(handler)
    device = peers.device(off=(3,))
    if is_open:
        account = getattr(device, "user", lambda *_: "")
        device.user = lambda *request: account(*request) or USER
    with peers.serve(device) as server:
        yield server


@pytest.fixture
def open_unit(handler: str) -> Iterator[HttpServer]:
    yield from _served(handler, is_open=True)


@pytest.fixture
def closed_unit(handler: str) -> Iterator[HttpServer]:
    yield from _served(handler, is_open=False)


def test_a_unit_without_a_login_is_read_identified_and_switched(
    handler: str,
    open_unit: HttpServer,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pdu.outlets.switching.AGAIN_S", 0.0)
    host = f"127.0.0.1:{open_unit.port}"
    path = tmp_path / "list.csv"
    path.write_text(f"name,handler,address,settings\nrack,{handler},{host},scheme=http\n")
    identity = next(iter(open_unit.truth().states))
    for line in (
        ("status", handler, host, *WORDS),
        ("off", handler, host, identity, "--yes", *WORDS),
        ("check", str(path)),
        ("identify", host, "--handler", handler, *WORDS),
    ):
        code, out, err = run(capsys, *line)
        assert code == exit_codes.DONE, (line, out, err)
    code, out, _ = run(capsys, "identify", host, *WORDS)
    assert f"{handler}: yes: " in out


def test_a_unit_with_a_login_names_the_variable_and_is_no_other_make(
    handler: str, closed_unit: HttpServer, capsys: pytest.CaptureFixture[str]
) -> None:
    host = f"127.0.0.1:{closed_unit.port}"
    for line in (
        ("status", handler, host, *WORDS),
        ("identify", host, "--handler", handler, *WORDS),
        ("identify", host, *WORDS),
    ):
        code, out, err = run(capsys, *line)
        assert code == exit_codes.code_of("denied"), (line, out, err)
        assert "PDU_PASSWORD (or --secret-file password=FILE)" in out + err, line
        assert "a handler of your own" not in out + err
        assert "next: give the login" in out or line[0] == "status"
