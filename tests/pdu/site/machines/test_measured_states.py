"""A machine at outlets whose units measure the voltage behind the relay, and at outlets that only
say what they were commanded to: what a proof of off by states says of each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from pdu.core.cli.exit_codes import DONE, NOT_SEEN
from tests.pdu.monitoring.halls import private
from tests.pdu.running import run
from tests.peers.unit_pdus import UnitPeers
from tests.simulators.synlink import TOKEN
from tests.simulators.unit_servers import PASSWORD, USER

_DRAWING = """
[[feed]]
name = "A"
[[pdu]]
name = "left"
inputs = ["A"]
[[pdu]]
name = "right"
inputs = ["A"]
[[machine]]
name = "measured"
cords = ["left/1-286331153", "left/2-286331153"]
[[machine]]
name = "mixed"
cords = ["left/4-286331153", "right/4"]
"""
_SITE = ("--drawing", "hall.power.toml", "--list", "hall.csv", "--auth", "logins.toml")


class Site(NamedTuple):
    """The simulated units: `left` is a SynLink, `right` a NETIO."""

    left: Any
    right: Any


@pytest.fixture(name="site")
def _site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    synlink, netio = UnitPeers("synlink"), UnitPeers("netio")
    with synlink.serve(synlink.device()) as left, netio.serve(netio.device()) as right:
        rows = [
            f"left,synlink,127.0.0.1:{left.port},token,scheme=http",
            f"right,netio,127.0.0.1:{right.port},user,scheme=http",
        ]
        Path("hall.csv").write_text("\n".join(["name,handler,address,auth,settings", *rows]))
        logins = f'[auth.token]\ntoken = "{TOKEN}"\n[auth.user]\nusername = "{USER}"\n'
        private(Path("logins.toml"), f'{logins}password = "{PASSWORD}"\n')
        Path("hall.power.toml").write_text(_DRAWING)
        yield Site(left.device, right.device)


def machine(
    capsys: pytest.CaptureFixture[str], action: str, name: str, *more: str
) -> tuple[int, str, str]:
    words = ["machine", action, name, *_SITE, "--state-dir", "kept", "--confirm", "state", *more]
    return run(capsys, *words, *(["--yes"] if action == "off" else []))


def test_a_check_says_which_states_are_measured(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = machine(capsys, "check", "measured")
    assert code == DONE and "a voltage measured behind the relay" in out
    code, out, _ = machine(capsys, "check", "mixed")
    assert code == DONE and "of right/4 only the relay's commanded position is known" in out


def test_off_says_where_no_voltage_is_left(site: Site, capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = machine(capsys, "off", "mixed")
    assert code == DONE
    assert "left/4-286331153 has no voltage behind its relay" in out and "right/4 has" not in out


def test_a_relay_that_is_welded_shut_is_seen_only_where_it_is_measured(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.left.welded = {2}
    code, _, err = machine(capsys, "off", "measured")
    assert code == NOT_SEEN and "left/2-286331153 was not seen off after the command" in err
    code, out, _ = machine(capsys, "status", "measured", "--json")
    (first, second) = json.loads(out)["outlets"]
    assert (first["state"], first["measured"]) == ("off", True)
    assert (second["state"], second["measured"]) == ("unknown", False)
    doubt = "its state is OFF, voltageDetection True"
    assert second["reason"] == f"its state is unknown: {doubt}"


def test_a_bad_health_is_said_and_the_measured_state_stands(
    site: Site, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = site.left.outlet
    monkeypatch.setattr(
        site.left, "outlet", lambda number: {**usual(number), "relayHealth": "END OF LIFE"}
    )
    code, out, _ = machine(capsys, "status", "measured")
    assert code == DONE and "on, measured" in out and "its relayHealth is END OF LIFE" in out
    code, out, _ = machine(capsys, "off", "measured")
    assert code == DONE and "left/1-286331153: its relayHealth is END OF LIFE" in out


def test_the_fence_agent_fails_at_a_relay_that_is_welded_shut(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.left.welded = {2}
    files = "list=hall.csv drawing=hall.power.toml auth=logins.toml confirm=state".split()
    options = [word for file in files for word in ("--" + file.replace("=", " ")).split()]
    code, _, err = run(capsys, "fence", "--action", "off", "--plug", "measured", *options)
    assert code == 1 and "left/2-286331153 was not seen off after the command" in err
    code, out, err = run(capsys, "fence", "--action", "status", "--plug", "measured", *options)
    assert code == 1 and "its state is OFF, voltageDetection True" in out + err
