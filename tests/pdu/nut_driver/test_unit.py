"""One PDU's thread and its socket: order, proof, patience."""

from __future__ import annotations

import queue
import re
import threading
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, NamedTuple

import pytest

from handlers.shared.address import Address
from handlers.shared.errors import Unreachable
from pdu.nut_driver.driver_protocol import FAILED, SUCCESS
from pdu.nut_driver.nut_variables import CYCLE, OFF, ON, NutVariables, UpsdView
from pdu.nut_driver.outlet_numbers import OutletNumbers
from pdu.nut_driver.unit import DriverCommand, DriverPace, ServedPdu
from pdu.pdus.adapters.nameplate import Nameplate
from pdu.pdus.listed_pdu import ListedPdu
from pdu.pdus.reading import CallError, PolledOutlet, Reading
from pdu.pdus.states import DOWN, UNKNOWN, UP
from pdu.site.machines import outlet
from pdu_common.helper import EnumPowerStatus
from tests.waiting import PATIENCE_S

READ = Reading([PolledOutlet("1", UP), PolledOutlet("2", DOWN)], answered=True)


class Outlet(NamedTuple):
    """An outlet of a `Pdu`."""

    pdu: Pdu
    identity: str

    def command(self, on: bool) -> EnumPowerStatus:
        return self.pdu.command(self.identity, on)

    def state(self) -> EnumPowerStatus:
        try:
            found = self.pdu.reading().outlet(self.identity)
        except Exception:
            found = None
        return UNKNOWN if found is None else found.state


class Pdu:
    """A PDU with a unit. `sent`: its commands. `heard`: what the audience was told, in order."""

    def __init__(self, numbers: OutletNumbers, every: float = 3600.0, pause: float = 0.0) -> None:
        self.states = {"1": UP, "2": DOWN}
        self.sent: list[tuple[str, bool]] = []
        self.heard: queue.Queue[tuple[str, Any]] = queue.Queue()
        self.answer: Callable[[str, bool], EnumPowerStatus] = self.obey
        self.plates: queue.Queue[Nameplate] = queue.Queue()
        self.reading: Callable[[], Reading] = self.look
        target: Any = SimpleNamespace(
            device=ListedPdu("rack 1", "own", Address("192.0.2.8")),
            handler=SimpleNamespace(shown="own"),
        )
        self.unit = ServedPdu(
            target,
            UpsdView({}),
            numbers,
            DriverPace(every, 0.0, pause, 0.01),
            self,
            poll=lambda _: self.reading(),
            outlet=lambda _, identity: Outlet(self, identity),
            identify=lambda _: self.plates.get_nowait() if self.plates.qsize() else Nameplate(),
        )

    def look(self) -> Reading:
        return Reading([PolledOutlet(*one) for one in self.states.items()], answered=True)

    def obey(self, identity: str, on: bool) -> EnumPowerStatus:
        self.states[identity] = UP if on else DOWN
        return self.states[identity]

    def command(self, identity: str, on: bool) -> EnumPowerStatus:
        self.sent.append((identity, on))
        return self.answer(identity, on)

    def show(self, view: NutVariables) -> None:
        self.heard.put(("show", view))

    def mark(self, is_ok: bool) -> None:
        self.heard.put(("mark", is_ok))

    def say(self, text: str) -> None:
        self.heard.put(("say", text))

    def ask(self, number: int, action: str) -> DriverCommand:
        command = DriverCommand(
            number, action, lambda result: self.heard.put(("result", result)), self.say
        )
        self.unit.submit(command)
        return command

    def until(self, kind: str) -> list[tuple[str, Any]]:
        """What was told, up to the next of this kind."""
        found = [self.heard.get(timeout=PATIENCE_S)]
        while found[-1][0] != kind:
            found.append(self.heard.get(timeout=PATIENCE_S))
        return found


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second reading of a state comes at once."""
    monkeypatch.setattr(outlet, "AGAIN_S", 0.05)


@pytest.fixture
def numbers(tmp_path: Path) -> Iterator[OutletNumbers]:
    with OutletNumbers(str(tmp_path / "numbers.json")) as made:
        yield made


@pytest.fixture
def pdu(numbers: OutletNumbers) -> Iterator[Pdu]:
    made = Pdu(numbers)
    made.unit.start()
    assert made.until("mark")[-1] == ("mark", True)
    yield made
    made.unit.end()


def _held(pdu: Pdu) -> tuple[threading.Event, threading.Event]:
    """Let the first command wait. Returns what says that it has begun, and what lets it go on."""
    begun, may_end = threading.Event(), threading.Event()

    def slowly(identity: str, on: bool) -> EnumPowerStatus:
        begun.set()
        assert may_end.wait(PATIENCE_S)
        return pdu.obey(identity, on)

    pdu.answer = slowly
    return begun, may_end


def test_a_proven_command_succeeds_after_its_state_was_shown(pdu: Pdu) -> None:
    pdu.ask(1, OFF)
    told = pdu.until("result")
    assert told[-1] == ("result", SUCCESS) and pdu.sent == [("1", False)]
    assert next(view for kind, view in told if kind == "show").variables["outlet.1.status"] == "off"
    assert pdu.until("mark")[-1] == ("mark", True)  # it is read again at once


def test_a_list_that_some_clients_cannot_read_is_said_once(numbers: OutletNumbers) -> None:
    made = Pdu(numbers, every=0.01)
    made.states = {str(number): UP for number in range(1, 600)}
    made.unit.start()
    said = made.until("say")[-1][1]
    # the rows of 599 outlets as upsd sends them, with the name rack-1
    assert re.search(r"take [6-9][0-9]{4} bytes, .* reads 65536: give the PDU a shorter name", said)
    for _ in range(3):
        assert not [text for kind, text in made.until("mark") if kind == "say"]
    made.unit.end()


@pytest.mark.parametrize("error", [None, Unreachable("no answer"), SystemExit(3), KeyError("x")])
def test_a_command_without_proof_fails_and_is_not_repeated(
    pdu: Pdu, error: BaseException | None
) -> None:
    def answer(identity: str, on: bool) -> EnumPowerStatus:
        if error is not None:
            raise error
        return EnumPowerStatus.UNKNOWN

    pdu.answer = answer
    pdu.ask(1, OFF)
    told = pdu.until("result")
    assert told[-1] == ("result", FAILED) and pdu.sent == [("1", False)]
    shown = next(view for kind, view in told if kind == "show")
    assert "outlet.1.status" not in shown.variables
    assert any(kind == "say" and "not proven" in text for kind, text in told)
    assert pdu.until("show")[-1][1].variables["outlet.1.status"] == "on"
    assert pdu.sent == [("1", False)]


def test_a_cycle_is_off_and_then_on(pdu: Pdu) -> None:
    pdu.ask(1, CYCLE)
    assert pdu.until("result")[-1] == ("result", SUCCESS)
    assert pdu.sent == [("1", False), ("1", True)]


def test_a_cycle_whose_off_is_not_proven_switches_nothing_on(pdu: Pdu) -> None:
    pdu.answer = lambda identity, on: EnumPowerStatus.UNKNOWN
    pdu.ask(1, CYCLE)
    assert pdu.until("result")[-1] == ("result", FAILED) and pdu.sent == [("1", False)]


def test_a_cycle_whose_outlet_does_not_stay_off_switches_nothing_on(pdu: Pdu) -> None:
    def falls_back(identity: str, on: bool) -> EnumPowerStatus:
        return DOWN  # and reads on later

    pdu.answer = falls_back
    pdu.ask(1, CYCLE)
    told = pdu.until("result")
    assert told[-1] == ("result", FAILED) and pdu.sent == [("1", False)]
    assert any(kind == "say" and "did not stay off" in str(text) for kind, text in told)


@pytest.mark.parametrize("state", [DOWN, UNKNOWN])
def test_a_cycle_leaves_an_outlet_as_it_is_that_is_not_on_now(
    pdu: Pdu, state: EnumPowerStatus
) -> None:
    pdu.states["1"] = state  # since the last reading
    pdu.ask(1, CYCLE)
    assert pdu.until("result")[-1] == ("result", FAILED) and pdu.sent == []


def test_an_unknown_number_sends_nothing(pdu: Pdu) -> None:
    pdu.ask(3, ON)
    assert pdu.until("result")[-1] == ("result", FAILED) and pdu.sent == []


def test_commands_run_one_after_another_and_a_second_cycle_is_refused(pdu: Pdu) -> None:
    begun, may_end = _held(pdu)
    pdu.ask(1, CYCLE)
    assert begun.wait(PATIENCE_S)
    pdu.ask(2, ON)
    pdu.ask(1, CYCLE)  # a client that lost its connection may send it again
    assert pdu.until("result") == [
        ("say", "outlet 1 load.cycle: not sent: this outlet is being cycled"),
        ("result", FAILED),
    ]
    assert pdu.sent == [("1", False)]
    may_end.set()
    assert [pdu.until("result")[-1][1] for _ in range(2)] == [SUCCESS, SUCCESS]
    # the other outlet is switched while the cycle leaves its own off
    assert pdu.sent == [("1", False), ("2", True), ("1", True)]


def test_a_command_that_is_given_up_is_never_sent(pdu: Pdu) -> None:
    begun, may_end = _held(pdu)
    first = pdu.ask(1, OFF)
    assert begun.wait(PATIENCE_S)
    second = pdu.ask(2, ON)
    second.give_up("too late")
    assert pdu.until("result")[-1] == ("result", FAILED)
    first.give_up("too late")  # it has begun: it goes on
    pdu.ask(2, ON)
    pdu.unit.end()
    assert pdu.until("result")[-1] == ("result", FAILED)
    pdu.ask(2, OFF)
    assert pdu.until("result")[-1] == ("result", FAILED)
    may_end.set()
    assert pdu.until("result")[-1] == ("result", SUCCESS) and pdu.sent == [("1", False)]


def test_too_many_commands_are_refused(pdu: Pdu) -> None:
    begun, may_end = _held(pdu)
    pdu.ask(1, OFF)
    assert begun.wait(PATIENCE_S)
    for _ in range(32):
        pdu.ask(2, ON)
    assert pdu.heard.empty()
    pdu.ask(2, ON)
    assert pdu.until("result") == [
        ("say", "outlet 2 load.on: not sent: 32 commands wait for this PDU"),
        ("result", FAILED),
    ]
    pdu.unit.end()
    may_end.set()


def test_a_failed_reading_is_stale_and_said_once(numbers: OutletNumbers) -> None:
    pdu = Pdu(numbers, every=0.01)
    pdu.reading = lambda: Reading(failure=CallError("timeout", "no answer"))
    pdu.unit.start()
    assert pdu.until("say") == [("mark", False), ("say", "not read: no answer")]
    assert [pdu.until("mark") for _ in range(3)] == [[("mark", False)]] * 3
    pdu.reading = pdu.look
    told = pdu.until("say")
    assert told[-2:] == [("mark", True), ("say", "read again")]

    def wrong() -> Reading:
        raise RuntimeError("a mistake")

    pdu.reading = wrong
    assert "a mistake" in pdu.until("say")[-1][1]
    pdu.reading = pdu.look
    assert pdu.until("say")[-1] == ("say", "read again")
    pdu.reading = lambda: READ._replace(failure=CallError("protocol", "no figures"))
    assert pdu.until("say")[-1] == ("say", "read in part: no figures")


def test_an_outlet_without_a_kept_number_makes_the_data_stale(
    pdu: Pdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(OutletNumbers, "number_outlets", full)
    pdu.ask(1, OFF)
    pdu.until("result")
    told = pdu.until("mark")
    assert told[-1] == ("mark", False)
    assert "No space left" in pdu.until("say")[-1][1]


def test_while_an_outlet_is_cycled_others_are_switched(numbers: OutletNumbers) -> None:
    pdu = Pdu(numbers, pause=0.5)
    pdu.unit.start()
    pdu.until("mark")
    pdu.states["2"] = UP
    begun, may_end = _held(pdu)
    pdu.ask(1, CYCLE)
    assert begun.wait(PATIENCE_S)
    pdu.ask(2, CYCLE)
    pdu.ask(1, OFF)  # comes after the cycle, and does not end it
    may_end.set()
    assert [pdu.until("result")[-1][1] for _ in range(3)] == [SUCCESS] * 3
    # both are off before either is on again
    assert sorted(pdu.sent[:2]) == [("1", False), ("2", False)]
    on = pdu.sent.index(("1", True))
    assert pdu.sent.index(("1", False), on) > on and ("2", True) in pdu.sent
    assert pdu.states == {"1": DOWN, "2": UP}
    pdu.unit.end()


def test_a_cycle_whose_outlet_is_off_is_carried_through_when_the_driver_ends(
    numbers: OutletNumbers,
) -> None:
    pdu = Pdu(numbers, pause=0.3)
    pdu.unit.start()
    pdu.until("mark")
    pdu.ask(1, CYCLE)
    pdu.until("show")
    assert pdu.states["1"] == DOWN
    pdu.unit.end()
    assert pdu.until("result")[-1] == ("result", SUCCESS) and pdu.states["1"] == UP


def test_one_failed_reading_is_tried_again_soon(numbers: OutletNumbers) -> None:
    pdu = Pdu(numbers, every=3600.0)
    readings = iter([Reading(failure=CallError("timeout", "no answer")), pdu.look()])
    pdu.reading = lambda: next(readings)
    pdu.unit.start()
    assert pdu.until("mark")[-1] == ("mark", False)
    # the test would wait for an hour otherwise
    assert pdu.until("mark")[-1] == ("mark", True)
    pdu.unit.end()


def test_every_command_that_is_not_sent_is_said(pdu: Pdu) -> None:
    begun, may_end = _held(pdu)
    pdu.ask(1, OFF)
    assert begun.wait(PATIENCE_S)
    pdu.ask(2, ON)
    pdu.unit.end()
    ends = "outlet 2 load.on: not sent: the driver ends"
    assert pdu.until("result") == [("say", ends), ("result", FAILED)]
    pdu.ask(2, ON)
    assert pdu.until("result") == [("say", ends), ("result", FAILED)]
    may_end.set()
    assert pdu.until("result")[-1] == ("result", SUCCESS)


def test_the_nameplate_is_read_again_after_a_failed_reading(numbers: OutletNumbers) -> None:
    pdu = Pdu(numbers, every=0.01)
    pdu.plates.put(Nameplate(serial="ONE", model="M"))
    pdu.unit.start()

    def serial() -> str | None:
        return pdu.until("show")[-1][1].variables.get("device.serial")  # type: ignore[no-any-return]

    while serial() != "ONE":
        pass
    pdu.plates.put(Nameplate(serial="TWO"))
    pdu.reading = lambda: Reading(failure=CallError("timeout", "no answer"))
    while pdu.until("mark")[-1] != ("mark", False):
        pass
    pdu.reading = pdu.look
    while serial() != "TWO":
        pass
    pdu.unit.end()
