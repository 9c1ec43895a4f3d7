"""The system's log has a line for each command that was sent, also for one that failed."""

from __future__ import annotations

import getpass
import syslog

import pytest

from handlers.shared.errors import Unreachable
from pdu.reading import outlet_power
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests.pdu.running import run, use_pdu


class Unit:
    """Outlet 7 is on; `error` is that of a command to switch it off."""

    def __init__(self) -> None:
        self.state = EnumPowerStatus.UP
        self.error = ""

    def make(self, data: object) -> Unit:
        return self

    def status(self) -> PduView:
        return PduView([PduPortView("7", self.state)])

    def port_down(self, port: PduPortView) -> PduPortView:
        if self.error:
            raise Unreachable(self.error)
        port.power_status = self.state = EnumPowerStatus.DOWN
        return port

    def port_up(self, port: PduPortView) -> PduPortView:
        port.power_status = self.state = EnumPowerStatus.UP
        return port


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Unit:
    double = Unit()
    monkeypatch.setattr(outlet_power, "AGAIN_S", 0.0)
    monkeypatch.delenv("SUDO_USER", raising=False)
    use_pdu(monkeypatch, double.make)
    return double


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    log_lines: list[str] = []
    monkeypatch.setattr(syslog, "syslog", lambda priority, line: log_lines.append(line))
    return log_lines


def test_each_command_has_a_line_and_a_reading_has_none(
    unit: Unit, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "status", "x", "192.0.2.7")
    assert lines == []
    run(capsys, "off", "x", "192.0.2.7", "7", "--yes")
    run(capsys, "on", "x", "192.0.2.7", "7", "--yes")
    run(capsys, "cycle", "x", "192.0.2.7", "7", "--yes", "--pause", "0")
    user = getpass.getuser()
    assert lines == [
        f"{user} commanded {state}, outlet 7 of 192.0.2.7: now {state}"
        for state in ("off", "on", "off", "on")
    ]


def test_a_command_that_failed_has_its_kind_of_error(
    unit: Unit, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    unit.error = "the secret is s3cr3t"
    run(capsys, "off", "x", "192.0.2.7", "7", "--yes")
    (line,) = lines
    # it may not have switched
    assert line.endswith(" commanded off, outlet 7 of 192.0.2.7: error unreachable")


def test_nothing_is_written_for_an_outlet_that_is_not_there(
    unit: Unit, lines: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    run(capsys, "off", "x", "192.0.2.7", "7", "8", "--yes")
    assert lines == []
