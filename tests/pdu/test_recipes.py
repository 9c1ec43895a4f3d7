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

from tests.needs import ROOT, found
from tests.pdu.monitoring.halls import PDU, environment, hall, private
from tests.peers import PEERS, Peer
from tests.ports import reserved
from tests.waiting import PATIENCE_S, until

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
    for old, new in (
        (PROGRAM, str(pdu)),
        (ADDRESS, f"{unit.address}:{unit.snmp['port']}"),
        (COMMUNITY, str(secret)),
    ):
        text = text.replace(old, new)
    path = folder / name
    path.write_text(text)
    return path


def is_on(unit: Peer) -> bool:
    return bool(unit.books().states[OUTLET])


def test_pdudaemon_switches_an_outlet(unit: Peer, tmp_path: Path) -> None:
    daemon, port = installed("pdudaemon"), reserved()
    settings = json.loads(recipe("pdudaemon.conf", unit, tmp_path).read_text())
    settings["daemon"]["port"] = port
    path = tmp_path / "own.conf"
    path.write_text(json.dumps(settings))
    with running([daemon, f"--conf={path}", f"--logfile={tmp_path}/log"]):
        url = f"http://127.0.0.1:{port}/power/control/{{}}?hostname=rack-1&port={OUTLET}"
        assert until(lambda: answers(url.format("off")))
        assert until(lambda: not is_on(unit))
        assert until(lambda: answers(url.format("on")))
        assert until(lambda: is_on(unit))


def answers(url: str) -> bool:
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


def test_labgrid_switches_an_outlet_and_sees_a_failure(unit: Peer, tmp_path: Path) -> None:
    path = recipe("labgrid.yaml", unit, tmp_path)
    for word in ("off", "on"):
        assert labgrid(path, word).returncode == 0
        assert is_on(unit) is (word == "on")
    path.write_text(path.read_text().replace(" 3 --yes", " 99 --yes"))
    assert labgrid(path, "off").returncode != 0


def labgrid(path: Path, word: str) -> subprocess.CompletedProcess[str]:
    installed("labgrid-client")
    return run([installed("python"), "-c", _LABGRID, str(path), word])


def test_ansible_switches_an_outlet_and_sends_nothing_in_check_mode(
    unit: Peer, tmp_path: Path
) -> None:
    program, path = installed("ansible-playbook"), recipe("outlet.yml", unit, tmp_path)
    host = f"{unit.address}:{unit.snmp['port']}"
    command = [program, "-i", "pdu,", str(path), "-e", f"outlet={OUTLET}"]
    path.write_text(path.read_text().replace("inventory_hostname", f"'{host}'"))
    check = run([*command, "-e", "state=off", "--check"])
    assert (check.returncode, unit.books().writes) == (0, []), check.stdout
    process = run([*command, "-e", "state=off"])
    assert (process.returncode, is_on(unit)) == (0, False), process.stdout
    assert "changed=1" in process.stdout
    assert run([*command, "-e", "state=of"]).returncode != 0
    failure = run([program, "-i", "pdu,", str(path), "-e", "outlet=99", "-e", "state=on"])
    assert failure.returncode != 0
    assert "no outlet" in failure.stdout


def test_zabbix_agent_reads_a_list(tmp_path: Path) -> None:
    agent = system("zabbix_agentd", "zabbix-agent")
    with hall(tmp_path) as simulated_hall:
        text = (DOCS / "zabbix-agent.conf").read_text("utf-8")
        text = text.replace(PROGRAM, f'"{ROOT}/.venv/bin/python" "{ROOT}/pdu/__main__.py"')
        path = tmp_path / "agent.conf"
        path.write_text(
            "Server=127.0.0.1\n" + text.replace("/etc/pdu/logins.toml", str(simulated_hall.logins))
        )
        process = run(
            [agent, "-c", str(path), "-t", f"pdu.check[{simulated_hall.list(dead=True)}]"]
        )
    value = process.stdout.partition("[t|")[2].rpartition("]")[0]
    results = {row["name"]: row["result"] for row in json.loads(value)["pdus"]}
    assert results == {**{name: "well" for name in PEERS}, "dead": "unreachable"}


def test_the_zabbix_template_takes_what_check_prints(tmp_path: Path) -> None:
    template = (DOCS / "zabbix-template.yaml").read_text("utf-8")
    of_outlets = set(re.findall(r"\.outlets\[.*?\]\.(\w+)\.first\(\)", template))
    of_pdus = set(re.findall(r"#PDU\}\"\)\]\.(\w+)\.first\(\)", template))
    assert of_outlets
    assert of_pdus
    with hall(tmp_path) as simulated_hall:
        process = run(
            [
                *PDU,
                "check",
                str(simulated_hall.list()),
                "--auth",
                str(simulated_hall.logins),
                "--json",
            ]
        )
    for row in json.loads(process.stdout)["pdus"]:
        assert {"name", *of_pdus} <= row.keys()
        assert all({"identity", *of_outlets} <= outlet.keys() for outlet in row["outlets"])


def run(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        env={**environment(), "ANSIBLE_NOCOLOR": "1", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
