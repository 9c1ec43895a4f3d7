"""SIGHUP: files are read again, commands are carried through, and nothing ends."""

from __future__ import annotations

import signal
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Optional

import pytest

from tests.pdu.monitoring.halls import private
from tests.waiting import PATIENCE_S, finished, until

from .running import CLIENTS, DRAWING, TOKENS, Answer, Gateway, Site, certificate, gateway, site

SESSIONS = "/redfish/v1/SessionService/Sessions"
OTHER = """
[client.other]
token_file = "other.token"
machines = ["srv-*"]
may = ["read"]
"""


@pytest.fixture
def alone(tmp_path: Path) -> Iterator[Site]:
    with site(tmp_path) as made:
        yield made


def hung_up(running: Gateway, here: Site, word: str = "reloaded: ") -> str:
    """Send SIGHUP, and wait for the line that says what came of it."""
    log = here.folder / "gateway.log"
    before = log.read_text().count(word)
    running.process.send_signal(signal.SIGHUP)
    assert until(lambda: log.read_text().count(word) > before)
    return log.read_text().splitlines()[-1]


def renewed(here: Site, name: str, text: str) -> None:
    private(here.folder / name, text)


def test_a_token_is_revoked_and_a_new_client_is_let_in(alone: Site) -> None:
    private(alone.folder / "other.token", "other-0123456789abcdef0123\n")
    other = "Bearer other-0123456789abcdef0123"
    with gateway(alone.folder) as running:
        login = {"UserName": "reader", "Password": TOKENS["reader"]}
        session = running.ask("POST", SESSIONS, login, who="").headers["x-auth-token"]
        own = running.ask(
            "POST", SESSIONS, {**login, "UserName": "admin", "Password": TOKENS["admin"]}, who=""
        )
        kept = own.headers["x-auth-token"]
        assert running.ask("GET", "/v1/machines", who="reader").status == 200
        assert running.ask("GET", "/v1/machines", who="", Authorization=other).status == 401
        clients = CLIENTS.replace("client.reader", "client.gone").replace(
            'token_file = "reader.token"', f'token_sha256 = "{"0" * 64}"'
        )
        renewed(alone, "clients.toml", clients + OTHER)
        assert hung_up(running, alone) == "reloaded: 5 clients, 4 machines, 2 PDUs"
        assert running.ask("GET", "/v1/machines", who="reader").status == 401
        assert running.ask("GET", SESSIONS, who="", X_Auth_Token=session).status == 401
        assert running.ask("GET", SESSIONS, who="", X_Auth_Token=kept).status == 200
        assert running.ask("GET", "/v1/machines", who="", Authorization=other).status == 200


def test_the_list_and_the_drawing_are_read_again(alone: Site) -> None:
    with gateway(alone.folder) as running:
        assert running.switch("srv-2", "off").status == 200
        listed = (alone.folder / "hall.csv").read_text()
        # `left` is another unit now, and srv-9 is new
        swapped = listed.replace(
            f":{alone.left.port},pdu,device=left", f":{alone.right.port},pdu,device=right"
        )
        (alone.folder / "hall.csv").write_text(swapped)
        machine = '[[machine]]\nname = "srv-9"\ncords = ["right/2"]\n'
        (alone.folder / "hall.power.toml").write_text(DRAWING + machine, "utf-8")
        hung_up(running, alone)
        assert running.ask("GET", "/v1/machines/srv-2").json["state"] == "on"
        assert running.ask("GET", "/redfish/v1/Systems/srv-9").json["PowerState"] == "On"
        assert running.ask("POST", "/maas/srv-9/off").status == 200
        assert alone.writes() == ["left/2=off", "right/2=off"]


def test_files_that_are_wrong_change_nothing(alone: Site) -> None:
    with gateway(alone.folder) as running:
        renewed(alone, "clients.toml", CLIENTS.replace('"srv-2"', '"srv-3"'))
        line = hung_up(running, alone, "not reloaded, nothing changes: ")
        assert "no machine of the drawing matches 'srv-3'" in line
        assert running.ask("GET", "/v1/machines/srv-2", who="one").status == 200
        health = running.ask("GET", "/v1/health").json
        assert not health["ok"] and "'srv-3'" in health["files"]["reason"]
        healthy = running.ask("GET", "/healthz", who="").text
        assert healthy == "ok\nthe files were not read again: the old ones are in use\n"
        (alone.folder / "hall.csv").chmod(0)
        renewed(alone, "clients.toml", CLIENTS)
        (alone.folder / "hall.csv").unlink()
        hung_up(running, alone, "not reloaded, nothing changes: ")
        assert running.ask("GET", "/v1/machines/srv-2").json["state"] == "on"


def served_certificate(running: Gateway) -> bytes:
    pem = ssl.get_server_certificate(("127.0.0.1", running.port), ca_certs=running.ca)
    return ssl.PEM_cert_to_DER_cert(pem)


def test_the_certificate_is_renewed(alone: Site) -> None:
    with gateway(alone.folder, tls=True) as running:
        before = served_certificate(running)
        certificate(alone.folder)  # also of a new authority
        hung_up(running, alone)
        after = served_certificate(running)
        assert after != before and running.ask("GET", "/v1/machines").status == 200
        # a key of another certificate: the one in use stays
        (alone.folder / "cert.pem").write_bytes((alone.folder / "ca.pem").read_bytes())
        hung_up(running, alone, "not reloaded, nothing changes: --cert, --key: ")
        assert served_certificate(running) == after


@pytest.mark.sample(1)
@pytest.mark.parametrize("ending", [False, True])
def test_a_command_that_runs_is_carried_through(alone: Site, ending: bool) -> None:
    """Its client, machine and PDU are gone after SIGHUP; it goes off and on again all the same, and
    also if the gateway is then asked to end."""
    reached, going = threading.Event(), threading.Event()

    def hold(words: str, answer: bytes) -> Optional[bytes]:
        if words.startswith("INSTCMD"):
            reached.set()
            assert going.wait(PATIENCE_S)
        return answer

    alone.left.faults.rewrite = hold
    found: list[Answer] = []
    with gateway(alone.folder) as running:
        thread = threading.Thread(
            target=lambda: found.append(running.switch("srv-2", "restart", pause_s=0.1))
        )
        thread.start()
        assert reached.wait(PATIENCE_S)
        rest = '[client.one]\ntoken_file = "one.token"\nmachines = ["row*"]\nmay = ["read"]\n'
        renewed(alone, "clients.toml", rest)
        drawing = DRAWING.partition("[[machine]]")[0]
        drawing += '[[machine]]\nname = "row 1"\ncords = ["right/3"]\n'
        (alone.folder / "hall.power.toml").write_text(drawing, "utf-8")
        assert hung_up(running, alone) == "reloaded: 1 client, 1 machine, 1 PDU"
        if ending:
            running.process.send_signal(signal.SIGTERM)
            running.process.send_signal(signal.SIGHUP)
        going.set()
        finished(thread)
        if ending:
            assert running.process.wait(PATIENCE_S) == 0
        else:
            assert running.ask("GET", "/v1/machines/srv-2").status == 401
    assert found[0].status == 200 and found[0].json["state"] == "on"
    assert alone.writes() == ["left/2=off", "left/2=on"]
