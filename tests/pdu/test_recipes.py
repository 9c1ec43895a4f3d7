"""The files of docs/recipes, run by the programs that they are written for, against a simulated
PDU.

`sh .ci/setup recipes` installs these programs into .cache/recipes; what is missing skips its test.
"""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from pdu import root
from tests.needs import ROOT, found
from tests.pdu.monitoring.halls import environment, hall, private
from tests.ports import reserved
from tests.servers.peers import PEERS, Peer
from tests.waiting import PATIENCE_S, run_program, until

DOCS = ROOT / "docs" / "recipes"
INSTALLED = ROOT / ".cache" / "recipes" / "bin"
# as the recipes have them
PROGRAM, ADDRESS, COMMUNITY = "/opt/pdu/bin/pdu", "192.0.2.8", "/etc/pdu/community"
OUTLET = "3"


def installed(name: str) -> str:
    """A program that `sh .ci/setup recipes` installs. Skips the test if it is missing."""
    path = INSTALLED / name
    if not path.exists():
        pytest.skip(f"{name} is missing: sh .ci/setup recipes")
    return str(path)


def system(name: str, package: str) -> str:
    path = found(name)
    if path is None:
        pytest.skip(f"{name} is missing: apt-get install {package}")
    return path


@pytest.fixture
def unit() -> Iterator[Peer]:
    with PEERS["snmp"]() as peer:
        yield peer


def recipe(name: str, unit: Peer, folder: Path) -> Path:
    """A file of docs/recipes with the simulated PDU, its community and this tree's command."""
    pdu = folder / "pdu"
    pdu.write_text(f'#!/bin/sh\nexec "{ROOT}/.venv/bin/python" "{ROOT}/pdu/__main__.py" "$@"\n')
    pdu.chmod(0o755)
    secret = private(folder / "community", unit.snmp["community"])
    text = (DOCS / name).read_text("utf-8")
    text = text.replace(PROGRAM, str(pdu))
    text = text.replace(ADDRESS, f"{unit.address}:{unit.snmp['port']}")
    text = text.replace(COMMUNITY, str(secret))
    path = folder / name
    path.write_text(text)
    return path


def is_on(unit: Peer) -> bool:
    return bool(unit.truth().states[OUTLET])


def test_pdudaemon_switches_an_outlet(unit: Peer, tmp_path: Path) -> None:
    daemon = installed("pdudaemon")
    port = reserved()
    settings = json.loads(recipe("pdudaemon.conf", unit, tmp_path).read_text())
    settings["daemon"]["port"] = port
    path = tmp_path / "own.conf"
    path.write_text(json.dumps(settings))
    power = f"http://127.0.0.1:{port}/power/control"
    outlet = f"hostname=rack-1&port={OUTLET}"

    with running([daemon, f"--conf={path}", f"--logfile={tmp_path}/log"]):
        assert until(lambda: answers(f"{power}/off?{outlet}"))
        assert until(lambda: not is_on(unit))
        assert until(lambda: answers(f"{power}/on?{outlet}"))
        assert until(lambda: is_on(unit))


def answers(url: str) -> bool:
    """Whether the server answers a GET with success."""
    with contextlib.suppress(requests.ConnectionError):
        return requests.get(url, timeout=PATIENCE_S).ok
    return False


@contextlib.contextmanager
def running(command: list[str]) -> Iterator[None]:
    process = subprocess.Popen(
        command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE_S)


_LABGRID = """
import sys
from labgrid import Environment
driver = Environment(sys.argv[1]).get_target("main").get_driver("PowerProtocol")
getattr(driver, sys.argv[2])()
"""


def test_labgrid_switches_an_outlet(unit: Peer, tmp_path: Path) -> None:
    path = recipe("labgrid.yaml", unit, tmp_path)
    assert labgrid(path, "off").returncode == 0
    assert not is_on(unit)
    assert labgrid(path, "on").returncode == 0
    assert is_on(unit)


def test_labgrid_sees_a_failure(unit: Peer, tmp_path: Path) -> None:
    path = recipe("labgrid.yaml", unit, tmp_path)
    text = path.read_text()
    assert " 3 --yes" in text
    path.write_text(text.replace(" 3 --yes", " 99 --yes"))
    assert labgrid(path, "off").returncode != 0


def labgrid(path: Path, word: str) -> subprocess.CompletedProcess[str]:
    installed("labgrid-client")
    return run([installed("python"), "-c", _LABGRID, str(path), word])


def playbook(unit: Peer, folder: Path, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the recipe for Ansible on the simulated PDU, with these options."""
    path = recipe("outlet.yml", unit, folder)
    host = f"{unit.address}:{unit.snmp['port']}"
    path.write_text(path.read_text().replace("inventory_hostname", f"'{host}'"))
    return run([installed("ansible-playbook"), "-i", "pdu,", str(path), *more])


def test_ansible_sends_nothing_in_check_mode(unit: Peer, tmp_path: Path) -> None:
    process = playbook(unit, tmp_path, "-e", f"outlet={OUTLET}", "-e", "state=off", "--check")
    assert process.returncode == 0, process.stdout
    assert unit.truth().writes == []


def test_ansible_switches_an_outlet(unit: Peer, tmp_path: Path) -> None:
    process = playbook(unit, tmp_path, "-e", f"outlet={OUTLET}", "-e", "state=off")
    assert process.returncode == 0, process.stdout
    assert "changed=1" in process.stdout
    assert not is_on(unit)


@pytest.mark.parametrize(
    "outlet, state, words", [(OUTLET, "of", ""), ("99", "on", "no outlet")], ids=["state", "outlet"]
)
def test_ansible_sees_what_does_not_exist(
    outlet: str, state: str, words: str, unit: Peer, tmp_path: Path
) -> None:
    process = playbook(unit, tmp_path, "-e", f"outlet={outlet}", "-e", f"state={state}")
    assert process.returncode != 0
    assert words in process.stdout


def test_zabbix_agent_reads_a_list(tmp_path: Path) -> None:
    agent = system("zabbix_agentd", "zabbix-agent")
    path = tmp_path / "agent.conf"
    with hall(tmp_path) as simulated_hall:
        text = (DOCS / "zabbix-agent.conf").read_text("utf-8")
        text = text.replace(PROGRAM, f'"{ROOT}/.venv/bin/python" "{ROOT}/pdu/__main__.py"')
        text = text.replace("/etc/pdu/logins.toml", str(simulated_hall.logins))
        path.write_text(f"Server=127.0.0.1\n{text}")
        item = f"pdu.check[{simulated_hall.list(dead=True)}]"
        process = run([agent, "-c", str(path), "-t", item])
    # zabbix_agentd -t prints the item's key, then its value, a text: [t|VALUE]
    _, _, rest = process.stdout.partition("[t|")
    value, _, _ = rest.rpartition("]")
    results = {row["name"]: row["result"] for row in json.loads(value)["pdus"]}
    assert results == {**dict.fromkeys(PEERS, "well"), "dead": "unreachable"}


def test_the_zabbix_template_takes_what_check_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template = (DOCS / "zabbix-template.yaml").read_text("utf-8")
    outlet_keys = set(re.findall(r"\.outlets\[.*?\]\.(\w+)\.first\(\)", template))
    pdu_keys = set(re.findall(r"#PDU\}\"\)\]\.(\w+)\.first\(\)", template))
    assert outlet_keys
    assert pdu_keys
    with hall(tmp_path) as simulated_hall:
        files = [str(simulated_hall.list()), "--auth", str(simulated_hall.logins)]
        root.run(["check", *files, "--json"])
    for pdu in json.loads(capsys.readouterr().out)["pdus"]:
        assert {"name", *pdu_keys} <= pdu.keys()
        for outlet in pdu["outlets"]:
            assert {"identity", *outlet_keys} <= outlet.keys()


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    """Run a program to its end, without input."""
    return run_program(
        command,
        env={**environment(), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"},
        timeout=2 * PATIENCE_S,
    )
