"""Commands at a unit on which the number printed at an outlet is the identity of another one."""

from __future__ import annotations

import contextlib
import json
import shlex
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Callable

import pytest

from pdu.cli.exit_codes import code_of
from pdu.outlets import switching
from tests.pdu.recordings.planted_devices import arguments, replayed
from tests.pdu.running import run
from tests.simulators.snmp_agent import Agent
from tests.simulators.snmp_units import fixture
from tests.simulators.xerus import Model, XerusPdu


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    monkeypatch.setenv("PDU_COMMUNITY", "private")
    with Agent(fixture("synaccess-netbooter").device()) as agent:
        yield agent


def test_a_number_that_is_another_outlets_identity_switches_nothing(
    agent: Agent, capsys: pytest.CaptureFixture[str]
) -> None:
    for command in ("on", "off", "cycle"):
        code, out, err = run(capsys, command, "snmp", f"127.0.0.1:{agent.port}", "2", "--yes")
        assert (code, out) == (code_of("no-such-outlet"), "")
        assert "'2' is outlet 2, and number 2 on the unit is outlet 1: nothing was done" in err
        assert "write identity:2 or identity:1" in err
    assert not agent.counts["set"]


@contextlib.contextmanager
def _linked_units() -> Iterator[list[str]]:
    """HANDLER, HOST and options of two linked units, whose outlets are 1, 2, 2.1 and 2.2."""
    with XerusPdu(Model(outlets=2), links={2: Model(outlets=2)}) as pdu:
        place = f"127.0.0.1:{pdu.port}"
        yield ["raritan", place, "-s", "link_units=2", "-s", f"fingerprint={pdu.fingerprint}"]


@contextlib.contextmanager
def _eaton_9130() -> Iterator[list[str]]:
    """HANDLER, HOST and options of a UPS as usbhid-ups lists it: the `id` is the number + 1."""
    lines = ["ups.status: OL"]
    for number in (1, 2):
        lines += [f"outlet.{number}.id: {number + 1}", f"outlet.{number}.status: on"]
        lines.append(f"outlet.{number}.desc: PowerShare Outlet {number}")
    with replayed("nut", "\n".join(lines)) as unit:
        yield ["nut", *arguments(unit)]


@pytest.mark.parametrize("units", [_linked_units, _eaton_9130])
def test_a_number_that_is_another_outlets_identity_is_told_with_yes_too(
    units: Callable[[], AbstractContextManager[list[str]]],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", "xerus-own-words")
    with units() as (handler, host, *options):
        code, out, err = run(capsys, "off", handler, host, "2", "--yes", *options)
    assert (code, out) == (code_of("no-such-outlet"), "")
    assert "'2' is outlet 2, and number 2 on the unit is outlet " in err


def test_an_identity_that_is_written_as_one_is_switched_without_a_reading_before(
    agent: Agent, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise AssertionError("the outlet was looked up")

    monkeypatch.setattr(switching, "_all_outlets", fail)
    words = ("off", "snmp", f"127.0.0.1:{agent.port}", "identity:2", "--yes", "--json")
    code, out, _ = run(capsys, *words)
    (row,) = json.loads(out)["outlets"]
    assert (code, row["identity"], row["number"], row["state"]) == (0, "2", "3", "off")


def test_the_line_that_where_prints_switches_the_outlet_of_the_name(
    agent: Agent, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    path = tmp_path / "pdus.csv"
    path.write_text(f"name,handler,address\nr1,snmp,127.0.0.1:{agent.port}\n")
    _, out, _ = run(capsys, "where", "db", "--list", str(path))
    _, _, line = out.splitlines()[-1].partition(": pdu ")
    assert line == f"off r1 identity:2 --list {path}"
    code, out, _ = run(capsys, *shlex.split(line), "--yes")
    assert code == 0
    assert out.startswith("outlet 2 (number 3 on the unit) of r1 ")
