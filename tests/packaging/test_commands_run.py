"""The command lines of all pages run as written, against simulated PDUs.

A PDU's address (HOST, 192.0.2.N) is replaced by a simulator's, and questions are answered by a
person at a terminal. elsewhere.txt has the beginnings of lines that do not run here, each with the
test that runs it, or with a reason if no test of this project can.
"""

from __future__ import annotations

import contextlib
import os
import re
import signal
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from builder import command
from handlers import VERSION
from pdu import root
from tests import terminal
from tests.needs import PACKAGES, ROOT, program
from tests.pdu.monitoring.halls import PDU, environment
from tests.ports import at_reserved_port
from tests.simulators.nut_server import ADMIN, NutServer, SwitchedPdu
from tests.simulators.redfish import RedfishService
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_agent.devices.apc import rpdu2
from tests.simulators.xerus import Model, XerusPdu, image
from tests.waiting import PATIENCE_S, bounded, run_program, start_program

from .acme import PROFILE, strip
from .test_documented_commands import lines
from .test_pages import PAGES

_ELSEWHERE: dict[str, str] = {}
for _line in Path(__file__).with_name("elsewhere.txt").read_text("utf-8").splitlines()[1:]:
    _begin, _, _place = _line.partition(" -> ")
    _ELSEWHERE[_begin.replace("VERSION", VERSION)] = _place
_HOST = re.compile(r"HOST(\[:PORT\])?|192\.0\.2\.\d+(:443)?")
_HANDLERS = ("raritan", "snmp", "redfish", "nut")
_PDU_OF_LIST = "r1-left"  # a PDU of the owner's list in the pages
_UNTIL_STOPPED = {"replay"}  # commands that serve until they are stopped


class Documented(NamedTuple):
    """A command line of a page."""

    page: str
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        return " ".join(self.words)


def _documented_lines() -> list[Documented]:
    """The command lines of all pages."""
    documented_lines = []
    for path in PAGES:
        page = str(path.relative_to(ROOT))
        for line in lines(path.read_text("utf-8")):
            documented_lines.append(Documented(page, tuple(line.words)))
    return documented_lines


def elsewhere(text: str) -> str:
    """Where the line runs, by the longest beginning of `_ELSEWHERE` that it has; "" if it runs
    here.
    """
    begins = [begin for begin in _ELSEWHERE if f"{text} ".startswith((f"{begin} ", f"{begin}/"))]
    return _ELSEWHERE[max(begins, key=len)] if begins else ""


def _lines_that_run_here() -> list[Documented]:
    """The lines that run here, each from the last page that has it."""
    line_by_words = {}
    for line in _documented_lines():
        if not elsewhere(line.text):
            line_by_words[line.words] = line
    return list(line_by_words.values())


HERE = _lines_that_run_here()


def test_the_other_lines_run_in_tests_that_exist() -> None:
    places = {elsewhere(line.text) for line in _documented_lines()} - {""}
    assert set(_ELSEWHERE.values()) == places, "an entry that no line needs"
    assert [name for name in places if "/" in name and not (ROOT / name).is_file()] == []
    assert len(HERE) > 10
    programs_of_lines = {line.words[0] for line in HERE} - {"pdu"}
    assert programs_of_lines <= PACKAGES.keys(), "it is not known which package brings one of these"


@contextlib.contextmanager
def _served(words: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """A simulated PDU for the line: its address, and the environment with its login."""
    handlers_of_line = [word for word in words if word in _HANDLERS]
    handler = handlers_of_line[0] if handlers_of_line else "snmp"
    if handler == "raritan" or words[0] == "openssl":
        # `sequence` has to name every outlet of the unit
        outlets = 3 if "sequence" in words else 4
        model = Model(outlets=outlets, phases=3, in_rush_guard_ms=0, cycle_delay_s=0)
        with XerusPdu(model) as unit:
            login = {"PDU_PASSWORD": unit.password, "PDU_FINGERPRINT": unit.fingerprint}
            yield f"{unit.host}:{unit.port}", login
    elif handler == "redfish":
        with RedfishService() as service:
            login = {"PDU_PASSWORD": service.password, "PDU_VERIFY": "no"}
            yield f"{service.host}:{service.port}", login
    elif handler == "nut":
        with NutServer([SwitchedPdu("rack1", outlets=8)]) as server:
            yield f"{server.host}:{server.port}", {"PDU_PASSWORD": ADMIN.password}
    else:
        is_acme = any("acme" in word for word in words)
        strip_or_pdu = strip() if is_acme else rpdu2(outlets=8)
        # `identify` also tries the TCP port of this number, which no other test's server may have
        with at_reserved_port(lambda port: Agent(strip_or_pdu, port)) as agent:
            yield f"{agent.host}:{agent.port}", {"PDU_COMMUNITY": "private"}


def _addressed(words: Sequence[str], address: str) -> list[str]:
    """The line with the address of the simulator in place of the first one that is documented."""
    host, _, port = address.partition(":")
    if "find" in words:
        network = [f"{host}/32" if "/" in word else word for word in words]
        return [*network, "--port", port, "--no-mdns"]  # traffic stays on loopback
    addressed_words = list(words)
    if "--listen" in words:
        # another program may use the port that the page names
        addressed_words[words.index("--listen") + 1] = "127.0.0.1:0"
    for place, word in enumerate(words):
        if _HOST.fullmatch(word):
            addressed_words[place] = address
            break
    return addressed_words


def _files(folder: Path, words: Sequence[str], address: str) -> None:
    """Write the files that the line reads, as its page describes them."""
    names = {word for option, word in zip(words, words[1:]) if option not in ("-o", "--out")}
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / "docs").symlink_to(ROOT / "docs")
    if words[:2] == ("pdu", "check") and "hall.csv" not in names:
        usual_list = folder / ".config" / "pdu" / "pdus.csv"
        usual_list.parent.mkdir(parents=True)
        usual_list.write_text(f"name,handler,address,auth,settings\nr1,snmp,{address},snmp,\n")
        logins = usual_list.with_name("logins.toml")
        logins.write_text('[auth.snmp]\ncommunity = "public"\n')
        logins.chmod(0o600)
    if "hall.csv" in names or "logins.toml" in names:
        (folder / "hall.csv").write_text(
            f"name,handler,address,auth,settings\nrack 1 left,snmp,{address},snmp,\n"
        )
        (folder / "logins.toml").write_text('[auth.snmp]\ncommunity = "public"\n')
        (folder / "logins.toml").chmod(0o600)
    if _PDU_OF_LIST in names:
        pdu_list = f"name,handler,address,auth,settings\n{_PDU_OF_LIST},snmp,{address},,\n"
        for name in ("named.csv", "hall.csv"):
            (folder / name).write_text(pdu_list)
    if "pdu.bin" in names:
        (folder / "pdu.bin").write_bytes(image("4.4.1.6-53300"))
    if "unit.snmprec" in names:
        text = (ROOT / "docs" / "own-pdu" / "acme-bar.snmprec").read_text("utf-8")
        (folder / "unit.snmprec").write_text(text, "utf-8")
    if any(name.startswith("dist/") for name in names):
        command.main(["--profile", str(PROFILE), "--out", str(folder / "dist")])


def _write_certificate(folder: Path) -> None:
    """Write cert.pem and key.pem, as an owner makes them for his PDU."""
    with XerusPdu() as unit:
        key, certificate = unit.authority.issue()
    (folder / "cert.pem").write_bytes(certificate)
    (folder / "key.pem").write_bytes(key)


def _until_stopped(words: Sequence[str], folder: Path) -> str:
    """The first line of a command that runs until SIGTERM."""
    process = start_program([*PDU, *words], cwd=folder, env=environment())
    with process, bounded(process, PATIENCE_S):
        assert process.stdout is not None
        first_line: str = process.stdout.readline()
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
        assert process.wait(PATIENCE_S) == 0
    return first_line


def _run_as_process(name: str, arguments: Sequence[str]) -> None:
    """Run a command in a process of its own: it ends well, and prints something."""
    command_words = PDU if name == "pdu" else (program(name),)
    process = run_program([*command_words, *arguments], env=environment())
    assert process.returncode == 0, process.stderr
    assert process.stdout, process.stderr


@pytest.mark.sample(12)
@pytest.mark.parametrize("line", HERE, ids=lambda line: f"{line.page}: {line.text}")
def test_the_line_runs_as_written(
    line: Documented,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for key in [key for key in os.environ if key.startswith("PDU_")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HOME", str(tmp_path))  # where the usual list is
    name, *arguments = line.words
    with _served(line.words) as (address, login):
        _files(tmp_path, line.words, address)
        if "cert.pem" in line.words:
            _write_certificate(tmp_path)
        arguments = _addressed(arguments, address)
        if name == "pdu" and arguments[0] in _UNTIL_STOPPED:
            assert "127.0.0.1:" in _until_stopped(arguments, tmp_path)
            return
        monkeypatch.chdir(tmp_path)
        # `pdu check` forks, which this process with its threads must not do.
        if name != "pdu" or arguments[0] == "check":
            _run_as_process(name, arguments)
            return
        if _PDU_OF_LIST in line.words:
            login["PDU_LIST"] = str(tmp_path / "named.csv")
        for key, value in login.items():
            monkeypatch.setenv(key, value)
        monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
        code = root.run(arguments)
    output = capsys.readouterr()
    assert code == 0, output.out + output.err
    assert output.out or output.err
