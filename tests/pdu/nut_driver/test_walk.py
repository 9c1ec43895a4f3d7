"""The section about NUT of docs/doors.md, step by step, with a real upsd and a simulated PDU."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pdu.nut_driver.command import nut_driver
from tests.needs import ROOT, program
from tests.packaging.test_documented_commands import lines
from tests.pdu.monitoring import halls
from tests.pdu.monitoring.halls import PDU, environment
from tests.servers.upsd import Upsd, User
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices import apc
from tests.waiting import PATIENCE_S

from .driver_process import await_data, driving

DOCS = ROOT / "docs"
UNIT = DOCS / "doors" / "pdu-nut-driver.service"
PROGRAM = "/opt/pdu/bin/pdu"


def _section() -> str:
    text = (DOCS / "doors.md").read_text("utf-8")
    (found,) = re.findall(r"(?ms)^## NUT\n(.*?)(?=^## |\Z)", text)
    return str(found)


def _user(section: str) -> User:
    """The user that the page adds to upsd.users."""
    (block,) = re.findall(r"(?s)```ini\n(.*?)```", section)
    (name,) = re.findall(r"\[(\w+)\]", block)
    (password,) = re.findall(r"password = (\S+)", block)
    (right,) = re.findall(r"instcmds = \w+", block)
    return User(name, password, (right,))


def _run(words: list[str], folder: Path, typed: str = "") -> str:
    """What a program prints. Without a terminal, it reads the password from standard input."""
    done = subprocess.run(
        words,
        cwd=folder,
        env=environment(),
        input=typed,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


@pytest.mark.against("NUT upsd")
def test_the_pages_lines_switch_an_outlet(tmp_path: Path) -> None:
    section = _section()
    commands = [line.words for line in lines(section)]
    assert [words[0] for words in commands] == ["pdu", "pdu", "upsc", "upscmd"]
    printing, serving, reading, switching = commands
    with Agent(apc.rpdu2(outlets=4)) as agent:
        fleet = tmp_path / "hall.csv"
        fleet.write_text(
            "name,handler,address,auth,settings\n"
            f"rack 1 left,snmp,{agent.host}:{agent.port},snmp,timeout=20\n"
        )
        logins = halls.private(tmp_path / "logins.toml", '[auth.snmp]\ncommunity = "private"\n')
        sections = _run([*PDU, *printing[1:]], tmp_path)
        user = _user(section)
        with Upsd([], [user], more=sections) as upsd:
            assert serving[1:] == ["nut-driver", fleet.name, "--auth", logins.name]
            with driving(fleet, logins, upsd.state_path, "--every", 1):
                ups = reading[1]
                await_data(upsd, ups)
                where = f"{ups}@{upsd.host}:{upsd.port}"
                assert "outlet.1.status: on" in _run([program("upsc"), where], tmp_path)
                asked = [where if word == ups else word for word in switching[1:]]
                said = _run([program("upscmd"), *asked], tmp_path, f"{user.password}\n")
                assert "SUCCESS" in said and agent.books().states["1"] is False


def _started() -> list[str]:
    (line,) = re.findall(r"(?m)^ExecStart=(.+)$", UNIT.read_text("utf-8"))
    return shlex.split(line)


def test_the_unit_starts_a_driver_with_options_that_it_has() -> None:
    path, name, *arguments = _started()
    assert (path, name) == (PROGRAM, "nut-driver")
    context = nut_driver.make_context(name, arguments)
    assert str(context.params["numbers"]).startswith("/var/lib/pdu-nut-driver/")
    assert context.params["state_path"] == "/run/nut"


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("systemd-analyze is missing: apt-get install systemd")
    path = tmp_path / UNIT.name
    text = UNIT.read_text("utf-8").replace(PROGRAM, sys.executable)
    path.write_text(re.sub(r"(?m)^(User|Group|SupplementaryGroups)=.*$", "", text))
    done = subprocess.run(
        [analyze, "verify", "--man=no", path], capture_output=True, text=True, timeout=120
    )
    assert (done.returncode, done.stderr) == (0, "")
