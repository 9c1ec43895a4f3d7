"""`pdu cycle`: on simulated PDUs, and how it ends if something fails between off and on."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import sys
import time
from typing import Any, Callable

import pytest

from handlers.shared import errors
from pdu.cli import exit_codes
from pdu.cli.states import word
from pdu.outlets import cycle_command
from pdu.reading import outlet_power
from pdu.reading.outlet_power import OutletPower, RestartStage
from pdu_common.helper import EnumPowerStatus, PduPortView, PduView
from tests import terminal
from tests.pdu.running import run, use_login, use_pdu
from tests.peers import PEERS
from tests.simulators import synlink
from tests.simulators.redfish import RedfishService, units
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN
CYCLE = ["cycle", "x", "192.0.2.7", "3"]


@pytest.mark.parametrize("name", PEERS)
def test_an_outlet_of_every_handler_is_switched_off_and_on_again(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with PEERS[name]() as peer:
        arguments = use_login(monkeypatch, peer)
        states = peer.books().states
        identity = next(identity for identity, is_on in states.items() if is_on)
        command = ["cycle", name, peer.address, identity, "--pause", "0", "--yes", *arguments]

        code, out, err = run(capsys, *command, "--json")

        assert (code, err) == (0, "")
        (outlet,) = json.loads(out)["outlets"]
        assert outlet == {"identity": identity, "state": "on", "done": True}
        assert peer.books().states == states
        assert len(peer.books().writes) >= 2


def test_a_cycle_logs_in_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PDU_PASSWORD", PASSWORD)
    device = synlink.SimulatedPdu()
    with HttpServer(device) as server:
        login = ["--username", USER, "-s", "scheme=http"]
        address, identity = f"127.0.0.1:{server.port}", device.identity(1)
        command = ["cycle", "synlink", address, identity, "--pause", "0", "--yes", *login]
        assert run(capsys, *command)[0] == exit_codes.DONE
    assert len(device.sessions) == 1


def test_a_cycle_opens_one_session_of_a_redfish_service(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(units.sessions_only(), tls=False) as service:
        monkeypatch.setenv("PDU_PASSWORD", service.password)
        login = ["--username", service.user, "-s", "scheme=http", "-s", "session=session"]
        address = f"127.0.0.1:{service.port}"
        command = ["cycle", "redfish", address, "A1", "--pause", "0", "--yes", *login]
        assert run(capsys, *command)[0] == exit_codes.DONE
        assert service.access.opened == 1
        assert not service.has_sessions


class Unit:
    """One outlet, 3, whose commands and states the test chooses. Counts the commands."""

    def __init__(self) -> None:
        self.state = UP
        self.sent: list[str] = []
        self.answers: dict[str, Callable[[], EnumPowerStatus]] = {}

    def make(self, data: object) -> Unit:
        return self

    def status(self) -> PduView:
        return PduView([PduPortView("3", self.state)])

    def port_down(self, port: PduPortView) -> PduPortView:
        return self._command("down", DOWN, port)

    def port_up(self, port: PduPortView) -> PduPortView:
        return self._command("up", UP, port)

    def _command(self, name: str, target_state: EnumPowerStatus, port: PduPortView) -> PduPortView:
        self.sent.append(name)
        if name in self.answers:
            port.power_status = self.answers[name]()
        else:
            port.power_status = self.state = target_state
        return port


@pytest.fixture
def unit(monkeypatch: pytest.MonkeyPatch) -> Unit:
    unit_double = Unit()
    monkeypatch.setattr(outlet_power, "AGAIN_S", 0.01)
    use_pdu(monkeypatch, unit_double.make)
    return unit_double


def raising(error: BaseException) -> Callable[[], EnumPowerStatus]:
    def answer() -> EnumPowerStatus:
        raise error

    return answer


def test_a_no_to_the_question_sends_nothing(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("n\n"))
    code, _, err = run(capsys, *CYCLE)
    assert code == exit_codes.NOT_CONFIRMED
    assert unit.sent == []
    question = "switch off outlet 3 (now on) of 192.0.2.7, and on again after 10 s? [y/N] "
    assert err.startswith(question)
    assert err.count("[y/N]") == 1


def test_it_asks_once_with_the_name_the_state_and_the_pause(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", terminal.Person("y\n"))
    code, out, err = run(capsys, *CYCLE, "--pause", "0")
    assert code == exit_codes.DONE
    assert unit.sent == ["down", "up"]
    assert err.count("[y/N]") == 1
    assert out == "outlet 3 of 192.0.2.7 was off and is on again (x)\n"


def test_without_a_terminal_nothing_is_asked_and_nothing_is_sent(
    unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = run(capsys, *CYCLE)
    assert code == exit_codes.NOT_CONFIRMED
    assert unit.sent == []


def test_an_outlet_that_does_not_exist_gets_no_command(
    unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    code, _, _ = run(capsys, "cycle", "x", "192.0.2.7", "4", "--yes")
    assert code == exit_codes.code_of("no-such-outlet")
    assert unit.sent == []


@pytest.mark.parametrize("state, words", [(DOWN, "is off already"), (UNKNOWN, "is unknown")])
def test_an_outlet_that_is_not_on_is_left_as_it_is(
    state: EnumPowerStatus, words: str, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.state = state
    code, out, err = run(capsys, *CYCLE, "--yes")
    assert (code, out) == (exit_codes.WRONG, "")
    assert words in err
    assert unit.sent == []


class Silent:
    """An outlet in one state, which must get no command."""

    def __init__(self, state: EnumPowerStatus) -> None:
        self._state = state

    def state(self) -> EnumPowerStatus:
        return self._state

    def command(self, *, on: bool) -> EnumPowerStatus:
        raise AssertionError(f"a command was sent: {on}")


@pytest.mark.parametrize("state", [DOWN, UNKNOWN])
@pytest.mark.parametrize("is_read", [True, False])
def test_what_was_not_seen_on_is_not_switched_off_whoever_asks(
    state: EnumPowerStatus, is_read: bool
) -> None:
    power = OutletPower(Silent(state))
    assert not (is_read and power.read_is_on())
    assert not power.switch_off()
    assert not power.switch_on()
    assert power.stage is RestartStage.UNTOUCHED


NOT_PROVEN_OFF = pytest.mark.parametrize(
    "end_state, words",
    [
        (UP, "outlet 3 is on now"),
        (DOWN, "outlet 3 is off; switch it on: pdu on x 192.0.2.7 3"),
        (UNKNOWN, "the state of outlet 3 is unknown: look at the PDU"),
    ],
    ids=["left on", "left off", "left unknown"],
)


def left_unproven(unit: Unit, end_state: EnumPowerStatus) -> Callable[[], EnumPowerStatus]:
    """A command after which the outlet has this state, and which proves none."""

    def answer() -> EnumPowerStatus:
        unit.state = end_state
        return UNKNOWN

    return answer


def left_unanswered(unit: Unit, end_state: EnumPowerStatus) -> Callable[[], EnumPowerStatus]:
    """A command after which the outlet has this state, and which gets no answer."""

    def answer() -> EnumPowerStatus:
        unit.state = end_state
        raise errors.Unreachable("no answer", "192.0.2.7", "port_down")

    return answer


@NOT_PROVEN_OFF
def test_an_outlet_that_is_not_proven_off_is_not_switched_on_and_its_state_is_said(
    end_state: EnumPowerStatus, words: str, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.answers["down"] = left_unproven(unit, end_state)
    code, _, err = run(capsys, *CYCLE, "--yes")
    assert code == exit_codes.NOT_SEEN
    assert unit.sent == ["down"]
    assert words in err
    assert "not-seen: outlet 3" in err


@NOT_PROVEN_OFF
def test_an_outlet_whose_command_is_not_answered_is_not_switched_on_and_its_state_is_said(
    end_state: EnumPowerStatus, words: str, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.answers["down"] = left_unanswered(unit, end_state)
    code, _, err = run(capsys, *CYCLE, "--yes")
    assert code == exit_codes.code_of("unreachable")
    assert unit.sent == ["down"]
    assert words in err
    assert "not-seen: outlet 3" not in err


@NOT_PROVEN_OFF
@pytest.mark.parametrize("is_answered", [True, False], ids=["answered", "no answer"])
def test_json_has_the_state_of_an_outlet_that_is_not_proven_off(
    end_state: EnumPowerStatus,
    words: str,
    is_answered: bool,
    unit: Unit,
    capsys: pytest.CaptureFixture[str],
) -> None:
    command = left_unproven if is_answered else left_unanswered
    unit.answers["down"] = command(unit, end_state)
    _, out, _ = run(capsys, *CYCLE, "--yes", "--json")
    assert unit.sent == ["down"]
    document = json.loads(out)
    assert document["outlets"] == [{"identity": "3", "state": word(end_state), "done": False}]
    assert words in document["note"]
    assert ("error" in document) is not is_answered


def test_a_terminal_that_is_lost_does_not_leave_the_outlet_off(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    previous_handler = signal.getsignal(signal.SIGHUP)

    class LostTerminal(io.StringIO):
        """Each write fails, as on a terminal whose other side was closed."""

        def isatty(self) -> bool:
            return True

        def write(self, text: str) -> int:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def lose() -> EnumPowerStatus:
        unit.state = DOWN
        monkeypatch.setattr(sys, "stderr", LostTerminal())
        os.kill(os.getpid(), signal.SIGHUP)
        return DOWN

    unit.answers["down"] = lose
    code, out, _ = run(capsys, *CYCLE, "--yes", "--pause", "0.1")
    assert code == exit_codes.DONE
    assert unit.sent == ["down", "up"]
    assert unit.state == UP
    assert out == "outlet 3 of 192.0.2.7 was off and is on again (x)\n"
    assert signal.getsignal(signal.SIGHUP) is previous_handler


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_of_the_pause_says_which_outlet_is_off_and_how_to_switch_it_on(
    number: int, unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    previous_handler = signal.getsignal(number)
    monkeypatch.setattr(cycle_command, "_pause", lambda *_: os.kill(os.getpid(), number))

    code, out, err = run(capsys, *CYCLE, "--yes", "--username", "admin")

    assert (code, out) == (exit_codes.INTERRUPTED, "")
    assert unit.sent == ["down"]
    assert err.splitlines() == [
        "interrupted: 192.0.2.7: outlet 3 was switched off, and not on again",
        "outlet 3 is off; switch it on: pdu on x 192.0.2.7 3 --username admin",
    ]
    assert signal.getsignal(number) is previous_handler


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_json_has_the_state_of_an_outlet_whose_pause_was_interrupted(
    number: int, unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cycle_command, "_pause", lambda *_: os.kill(os.getpid(), number))
    code, out, _ = run(capsys, *CYCLE, "--yes", "--json")
    assert code == exit_codes.INTERRUPTED
    (outlet,) = json.loads(out)["outlets"]
    assert outlet["state"] == "off"


@pytest.mark.parametrize(
    "command, words",
    [
        ("down", "may or may not have been switched off, and was not switched on"),
        ("up", "was off, and may or may not have been switched on"),
    ],
)
def test_an_interruption_of_a_command_says_that_its_effect_is_not_known(
    command: str, words: str, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.answers[command] = raising(KeyboardInterrupt())
    code, _, err = run(capsys, *CYCLE, "--yes", "--pause", "0")
    assert code == exit_codes.INTERRUPTED
    assert unit.sent[-1] == command
    assert words in err
    assert "if it is off, switch it on: pdu on x 192.0.2.7 3" in err


@pytest.mark.parametrize(
    "answer, code",
    [
        pytest.param(lambda: UNKNOWN, exit_codes.NOT_SEEN, id="not seen"),
        pytest.param(
            raising(errors.Refused("no", "9")), exit_codes.code_of("refused"), id="refused"
        ),
    ],
)
def test_a_command_to_switch_on_that_fails_goes_out_once_and_the_remedy_is_said(
    answer: Any, code: int, unit: Unit, capsys: pytest.CaptureFixture[str]
) -> None:
    unit.answers["up"] = answer
    exit_code, _, err = run(capsys, *CYCLE, "--yes", "--pause", "0")
    assert exit_code == code
    assert unit.sent == ["down", "up"]
    assert "switch it on: pdu on x 192.0.2.7 3" in err


def test_the_pause_is_waited_for(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    slept: list[float] = []
    clock = [0.0]

    def sleep(seconds: float) -> None:
        if unit.sent == ["down"]:
            slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    assert run(capsys, *CYCLE, "--yes", "--pause", "2.5")[0] == 0
    assert sum(slept) == 2.5
    assert unit.sent == ["down", "up"]


def falling_back(
    unit: Unit, state: EnumPowerStatus, final_state: EnumPowerStatus
) -> Callable[[], EnumPowerStatus]:
    """A command after which the state is read once, and a moment later the other one."""

    def answer() -> EnumPowerStatus:
        unit.state = final_state
        return state

    return answer


@pytest.mark.parametrize(
    "command, state, final_state, sent",
    [("down", DOWN, UP, ["down"]), ("up", UP, DOWN, ["down", "up"])],
    ids=["down", "up"],
)
def test_a_relay_that_falls_back_in_a_cycle_is_not_told_as_switched(
    command: str,
    state: EnumPowerStatus,
    final_state: EnumPowerStatus,
    sent: list[str],
    unit: Unit,
    capsys: pytest.CaptureFixture[str],
) -> None:
    unit.answers[command] = falling_back(unit, state, final_state)
    code, out, _ = run(capsys, *CYCLE, "--pause", "0", "--yes", "--json")
    assert code == exit_codes.NOT_SEEN
    (outlet,) = json.loads(out)["outlets"]
    assert outlet == {"identity": "3", "state": word(final_state), "done": False}
    assert unit.sent == sent


@pytest.mark.parametrize(
    "command, method, state, final_state", [("off", "down", DOWN, UP), ("on", "up", UP, DOWN)]
)
def test_a_relay_that_falls_back_is_not_told_as_switched(
    command: str,
    method: str,
    state: EnumPowerStatus,
    final_state: EnumPowerStatus,
    unit: Unit,
    capsys: pytest.CaptureFixture[str],
) -> None:
    unit.answers[method] = falling_back(unit, state, final_state)
    code, out, err = run(capsys, command, "x", "192.0.2.7", "3", "--yes")
    assert code == exit_codes.NOT_SEEN
    assert f"outlet 3 of 192.0.2.7 is {word(final_state)}" in out
    assert err.startswith("not-seen: ")
    assert unit.sent == [method]


def test_a_session_that_the_unit_ends_in_the_pause_is_renewed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with RedfishService(units.sessions_only(), tls=False) as service:

        def end_sessions(outcome: object, pause_s: float) -> None:
            service.access.sessions.clear()

        monkeypatch.setenv("PDU_PASSWORD", service.password)
        monkeypatch.setattr(cycle_command, "_pause", end_sessions)
        login = ["--username", service.user, "-s", "scheme=http", "-s", "session=session"]
        address = f"127.0.0.1:{service.port}"
        command = ["cycle", "redfish", address, "A1", "--pause", "0", "--yes", *login]

        code, _, _ = run(capsys, *command)

        assert code == exit_codes.DONE
        assert service.access.opened == 2
        assert service.books().states["A1"] is True


def test_an_outlet_that_cannot_be_read_after_the_pause_is_told_as_this_error(
    unit: Unit, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refuse_status() -> PduView:
        raise errors.Denied("the session has ended")

    def end_session(outcome: object, pause_s: float) -> None:
        monkeypatch.setattr(unit, "status", refuse_status)

    monkeypatch.setattr(cycle_command, "_pause", end_session)
    code, _, err = run(capsys, *CYCLE, "--pause", "0", "--yes")
    assert code == exit_codes.code_of("denied")
    assert unit.sent == ["down"]
    assert "the session has ended" in err
    assert "did not stay off" not in err
    assert "could not be read after the pause" in err
    assert "pdu on " in err
