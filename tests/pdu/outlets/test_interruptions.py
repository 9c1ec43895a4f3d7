"""Interruptions of `status`, `off` and the question for a password: output, exit codes and the
terminal's echo.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import termios
import time
from typing import Any, NamedTuple

import pytest

from pdu.cli import exit_codes
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests.needs import ROOT
from tests.pdu.running import run, use_pdu
from tests.waiting import PATIENCE_S, asleep, bounded, until


class Interrupting:
    """Counts the calls of `make` and `port_down`, and sends the signal `number` to its own process
    during the call of number `last_call`.
    """

    def __init__(self, number: int, last_call: int) -> None:
        self.number, self.last_call, self.calls = number, last_call, 0

    def make(self, data: object) -> Interrupting:
        self._count()
        return self

    def status(self) -> PduView:
        return PduView(ports=[PduPortView(identity=identity) for identity in ("1", "2", "3")])

    def port_down(self, port: PduPortView) -> PduPortView:
        self._count()
        port.power_status = EnumPowerStatus.DOWN
        return port

    def _count(self) -> None:
        self.calls += 1
        if self.calls == self.last_call:
            os.kill(os.getpid(), self.number)


SWITCHED = {"identity": "1", "state": "off", "done": True, "sent": True}
UNKNOWN = {"identity": "2", "state": "unknown", "done": False, "sent": True}
UNTOUCHED = {**UNKNOWN, "identity": "3", "sent": False}


class Interruption(NamedTuple):
    """The call during which a signal arrives, and what is then told of outlets 1 to 3."""

    call_number: int
    #: as in JSON
    outlets: list[dict[str, object]]
    switched: list[str]
    reason: str


INTERRUPTIONS = {
    "between two": Interruption(
        call_number=4,
        outlets=[SWITCHED, {**UNTOUCHED, "identity": "2"}, UNTOUCHED],
        switched=["1"],
        reason="no command was sent to outlets 2, 3",
    ),
    "during the second": Interruption(
        call_number=5,
        outlets=[SWITCHED, UNKNOWN, UNTOUCHED],
        switched=["1"],
        reason="outlet 2 may or may not have switched; no command was sent to outlet 3",
    ),
    "during the last": Interruption(
        call_number=7,
        outlets=[SWITCHED, {**SWITCHED, "identity": "2"}, {**UNKNOWN, "identity": "3"}],
        switched=["1", "2"],
        reason="outlet 3 may or may not have switched",
    ),
}
SIGNALS = pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
EACH_INTERRUPTION = pytest.mark.parametrize("case", INTERRUPTIONS.values(), ids=INTERRUPTIONS)


@SIGNALS
@EACH_INTERRUPTION
def test_an_interruption_tells_switched_outlets_from_doubtful_and_untouched_ones(
    number: int,
    case: Interruption,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    previous_handler = signal.getsignal(number)
    use_pdu(monkeypatch, Interrupting(number, case.call_number).make)
    code, out, err = run(capsys, "off", "x", "192.0.2.7", "1", "2", "3", "--yes")
    assert code == exit_codes.INTERRUPTED
    assert err == f"interrupted: 192.0.2.7: {case.reason}\n"
    lines = [f"outlet {identity} of 192.0.2.7 is off (x)" for identity in case.switched]
    assert out.splitlines() == lines
    assert signal.getsignal(number) is previous_handler


@SIGNALS
@EACH_INTERRUPTION
def test_json_of_an_interruption_has_each_outlet_of_the_line(
    number: int,
    case: Interruption,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    use_pdu(monkeypatch, Interrupting(number, case.call_number).make)
    code, out, err = run(capsys, "off", "x", "192.0.2.7", "1", "2", "3", "--yes", "--json")
    assert (code, err) == (exit_codes.INTERRUPTED, "")
    document = json.loads(out)
    assert document["outlets"] == case.outlets
    assert document["error"]["kind"] == "interrupted"
    assert document["error"]["reason"] == case.reason


def test_an_interruption_after_the_last_command_says_that_all_were_answered(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    use_pdu(monkeypatch, Interrupting(0, 0).make)
    monkeypatch.setattr(time, "sleep", interrupted)
    code, out, err = run(capsys, "off", "x", "192.0.2.7", "1", "--yes")
    assert code == exit_codes.INTERRUPTED
    assert out == "outlet 1 of 192.0.2.7 is off (x)\n"
    assert err == "interrupted: 192.0.2.7: every command had been answered\n"


class InterruptedStatus:
    """A handler whose status at the host 192.0.2.8 is interrupted by Ctrl-C."""

    def __init__(self, data: Any) -> None:
        self.host = data.ip

    def status(self) -> PduView:
        if self.host == "192.0.2.8":
            raise KeyboardInterrupt
        return PduView(ports=[PduPortView(identity="1", power_status=EnumPowerStatus.UP)])


def test_ctrl_c_keeps_the_answers_of_the_hosts_that_were_read_before(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, InterruptedStatus)
    code, out, err = run(capsys, "status", "x", "192.0.2.7", "192.0.2.8", "192.0.2.9", "--json")
    assert (code, err) == (exit_codes.INTERRUPTED, "")
    reading, interruption = map(json.loads, out.splitlines())
    assert reading["host"] == "192.0.2.7"
    assert [outlet["state"] for outlet in reading["outlets"]] == ["on"]
    assert interruption["host"] == "192.0.2.8"
    assert interruption["error"]["kind"] == "interrupted"


def test_ctrl_c_at_the_first_host_is_told_in_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    use_pdu(monkeypatch, InterruptedStatus)
    code, out, err = run(capsys, "status", "x", "192.0.2.8", "192.0.2.9", "--json")
    assert (code, err) == (exit_codes.INTERRUPTED, "")
    assert json.loads(out)["error"]["kind"] == "interrupted"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_at_the_question_for_a_password_turns_the_echo_of_the_terminal_on_again(
    number: signal.Signals,
) -> None:
    person, inner = os.openpty()
    command = [sys.executable, "-m", "pdu", "status", "nut", "192.0.2.1", "-s", "username=operator"]
    environment = {key: value for key, value in os.environ.items() if key != "PDU_PASSWORD"}
    process = subprocess.Popen(
        ["sh", "-c", 'exec "$@" <"$0"', os.ttyname(inner), *command],
        cwd=ROOT,
        stdout=inner,
        stderr=inner,
        env=environment,
        start_new_session=True,
    )
    try:
        with process, bounded(process):
            output = b""
            while b"password of operator" not in output:
                assert select.select([person], [], [], PATIENCE_S)[0], output
                output += os.read(person, 1000)
            assert until(
                lambda: not termios.tcgetattr(inner)[3] & termios.ECHO and asleep(process.pid)
            )
            process.send_signal(number)
            assert process.wait(PATIENCE_S) == exit_codes.INTERRUPTED
            assert termios.tcgetattr(inner)[3] & termios.ECHO
    finally:
        os.close(person)
        os.close(inner)
