"""The core without HTTP and without PDUs: what is read, sent, shared and proven."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Awaitable, Iterator
from pathlib import Path
from typing import Any, Callable, NamedTuple, Optional, TypeVar

import pytest

from handlers.shared.errors import Unreachable
from pdu.gateway import gateway_pdus
from pdu.gateway.command_log import CommandLog
from pdu.gateway.errors import ApiError
from pdu.gateway.pdu_queue import PduQueue
from pdu.gateway.power import PowerRequest
from pdu.gateway.power_service import PowerService
from pdu.pdus.reading import PolledOutlet, Reading, error_of
from pdu.site.drawing.drawing import Cord, Machine
from pdu.site.machines import pdu_access
from pdu_common.helper import EnumPowerStatus as State
from tests.waiting import PATIENCE_S

T = TypeVar("T")
SRV = Machine("srv", (Cord("a", "1"), Cord("b", "1")))
OTHER = Machine("other", (Cord("a", "2"),))
CORE = Machine("core", (Cord("b", "3"),), protected=True)


class Device(NamedTuple):
    """As a ListedPdu."""

    name: str


class FakeTarget(NamedTuple):
    device: Device


TARGETS: Any = [FakeTarget(Device(name)) for name in ("a", "b")]


class Pdus:
    """In place of polling and `pdu_access`: outlets by PDU, and what was asked of them."""

    def __init__(self) -> None:
        self.states = {"a": {"1": State.UP, "2": State.UP}, "b": {"1": State.UP, "3": State.UP}}
        self.log: list[str] = []
        self.dead: set[str] = set()
        #: PDUs that accept commands and do not carry them out
        self.stuck: set[str] = set()
        #: PDUs whose relays close again after the command off was reported as carried out
        self.closing: set[str] = set()
        self.hold: Optional[threading.Event] = None
        self.talking: dict[str, int] = {}
        self.most = 0

    def read(self, target: Any) -> Reading:
        begun = time.monotonic()
        try:
            with self._dialogue(target.device.name, "read"):
                listed = self.states[target.device.name].items()
                outlets = [PolledOutlet(*one) for one in listed]
        except Unreachable as error:
            return Reading(failure=error_of(error), begun=begun)
        return Reading(outlets, answered=True, begun=begun)

    def switch(self, target: Any, identity: str, on: bool) -> State:
        name = target.device.name
        with self._dialogue(name, f"{identity}={'on' if on else 'off'}"):
            if self.hold is not None:
                assert self.hold.wait(PATIENCE_S)
            if name in self.stuck:
                return State.UNKNOWN
            self.states[name][identity] = State.UP if on or name in self.closing else State.DOWN
            return State.UP if on else State.DOWN

    @contextlib.contextmanager
    def _dialogue(self, name: str, what: str) -> Iterator[None]:
        self.log.append(f"{name} {what}")
        self.talking[name] = self.talking.get(name, 0) + 1
        self.most = max(self.most, self.talking[name])
        try:
            if name in self.dead:
                raise Unreachable("no answer", name)
            yield
        finally:
            self.talking[name] -= 1


@pytest.fixture
def pdus(monkeypatch: pytest.MonkeyPatch) -> Pdus:
    made = Pdus()
    monkeypatch.setattr(gateway_pdus, "poll_states", made.read)
    monkeypatch.setattr(pdu_access, "switch", made.switch)
    return made


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Runs a function of a new board, whose journal is kept between calls."""

    def ran(do: Callable[[PowerService], Awaitable[T]], fresh_s: float = 0.0) -> T:
        monkeypatch.setattr(gateway_pdus, "FRESH_S", fresh_s)

        async def whole() -> T:
            with contextlib.closing(CommandLog(str(tmp_path / "j"))) as book:
                machines = {one.name: one for one in (SRV, OTHER, CORE)}
                service = PowerService(machines, TARGETS, book, lambda _: None)
                try:
                    return await do(service)
                finally:
                    await service.close()

        return asyncio.run(whole())

    return ran


@pytest.mark.parametrize(
    "a, b, state",
    [
        (State.UP, State.UP, State.UP),
        (State.DOWN, State.DOWN, State.DOWN),
        (State.UP, State.DOWN, State.UNKNOWN),
        (State.UP, State.UNKNOWN, State.UNKNOWN),
        (State.DOWN, State.UNKNOWN, State.UNKNOWN),
        (State.UNKNOWN, State.UNKNOWN, State.UNKNOWN),
    ],
)
def test_a_machine_is_what_all_its_outlets_are(
    pdus: Pdus, run: Callable[..., Any], a: State, b: State, state: State
) -> None:
    pdus.states["a"]["1"], pdus.states["b"]["1"] = a, b
    found = run(lambda service: service.state("srv"))
    assert found.state is state and bool(found.reason) == (state is State.UNKNOWN)


def test_an_unread_pdu_or_a_missing_outlet_makes_its_machines_unknown(
    pdus: Pdus, run: Callable[..., Any]
) -> None:
    pdus.dead.add("b")
    del pdus.states["a"]["2"]
    found = run(lambda service: service.states(["srv", "other"]))
    assert {name: one.state for name, one in found.items()} == {
        "srv": State.UNKNOWN,
        "other": State.UNKNOWN,
    }
    assert "no answer" in found["srv"].reason and "no such outlet" in found["other"].reason


def test_requests_share_a_reading_but_none_from_before_a_command(
    pdus: Pdus, run: Callable[..., Any]
) -> None:
    async def ask(service: PowerService) -> list[State]:
        await asyncio.gather(*(service.states(["srv", "other"]) for _ in range(20)))
        assert sorted(pdus.log) == ["a read", "b read"]
        await service.command("me", PowerRequest("other", "off"))
        return [(await service.state("other")).state for _ in range(3)]

    assert run(ask, 60.0) == [State.DOWN] * 3 and pdus.log.count("a read") == 2


def test_a_restart_is_off_everywhere_and_proven_before_on(
    pdus: Pdus, run: Callable[..., Any]
) -> None:
    found = run(lambda service: service.command("me", PowerRequest("srv", "restart", 0.01)))
    assert found.is_done and found.state is State.UP
    assert sorted(pdus.log[:2]) == ["a 1=off", "b 1=off"]
    assert sorted(pdus.log[2:4]) == ["a read", "b read"]
    assert sorted(pdus.log[4:]) == ["a 1=on", "b 1=on"]


def test_a_restart_of_a_machine_that_does_not_stay_off_is_not_done(
    pdus: Pdus, run: Callable[..., Any]
) -> None:
    pdus.closing.add("b")
    found = run(lambda service: service.command("me", PowerRequest("srv", "restart", 0.01)))
    assert (found.is_done, found.state) == (False, State.UNKNOWN)
    assert found.reason == "it did not stay off, so it was not switched on"
    assert not any(line.endswith("=on") for line in pdus.log)


@pytest.mark.parametrize("fault", ["dead", "stuck"])
@pytest.mark.parametrize("action", ["off", "on", "restart"])
def test_what_is_not_proven_is_not_done_and_not_switched_on_again(
    pdus: Pdus, run: Callable[..., Any], fault: str, action: str
) -> None:
    getattr(pdus, fault).add("b")
    found = run(lambda service: service.command("me", PowerRequest("srv", action)))
    assert (found.is_done, found.state) == (False, State.UNKNOWN) and "b/1" in found.reason
    sent = "on" if action == "on" else "off"
    assert sorted(pdus.log) == [f"a 1={sent}", f"b 1={sent}"]


def test_one_dialogue_with_a_pdu_at_a_time(pdus: Pdus, run: Callable[..., Any]) -> None:
    async def ask(service: PowerService) -> None:
        await asyncio.gather(
            service.command("me", PowerRequest("srv", "off")),
            service.command("me", PowerRequest("other", "off")),
            *(service.state("srv") for _ in range(10)),
        )

    run(ask)
    assert pdus.most == 1


def test_a_key_switches_once_whoever_waits_and_whatever_ends(
    pdus: Pdus, run: Callable[..., Any]
) -> None:
    off = PowerRequest("other", "off")

    async def first(service: PowerService) -> Any:
        pdus.hold = threading.Event()
        gone = asyncio.ensure_future(service.command("me", off, "k"))
        while not pdus.log:
            await asyncio.sleep(0.001)
        gone.cancel()  # its client left
        again = asyncio.ensure_future(service.command("me", off, "k"))
        with pytest.raises(ApiError) as other:
            await service.command("me", PowerRequest("other", "on"), "k")
        assert other.value.status == 422
        with pytest.raises(ApiError) as busy:
            await service.command("you", off, "k")  # the key is another client's
        assert (busy.value.status, busy.value.kind) == (409, "busy")
        pdus.hold.set()
        return await again

    found = run(first)
    assert found.is_done and found.is_repeated and pdus.log == ["a 2=off"]
    pdus.hold = None
    assert run(lambda service: service.command("me", off, "k")) == found
    with pytest.raises(ApiError):
        run(lambda service: service.command("me", PowerRequest("srv", "off"), "k"))
    assert pdus.log == ["a 2=off"]


def test_a_protected_machine_is_never_switched(pdus: Pdus, run: Callable[..., Any]) -> None:
    with pytest.raises(ApiError) as refused:
        run(lambda service: service.command("me", PowerRequest("core", "off")))
    assert refused.value.status == 403 and pdus.log == []


def test_nothing_is_sent_that_is_not_written_down(
    pdus: Pdus, run: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Any:
        raise ApiError(503, "journal", "full")

    monkeypatch.setattr(CommandLog, "begin", full)
    with pytest.raises(ApiError):
        run(lambda service: service.command("me", PowerRequest("srv", "off"), "k"))
    assert pdus.log == []


def test_readings_go_before_commands_that_wait(pdus: Pdus, run: Callable[..., Any]) -> None:
    """Of 12 commands to one PDU, eleven would be between a question and its answer."""
    pdus.states["a"].update({str(outlet): State.UP for outlet in range(10, 22)})
    names = [f"m{outlet}" for outlet in range(10, 22)]

    async def ask(service: PowerService) -> State:
        machines = {name: Machine(name, (Cord("a", name[1:]),)) for name in names}
        service.renew({**service.machines, **machines}, TARGETS)
        pdus.hold = threading.Event()
        commands = [
            asyncio.ensure_future(service.command("me", PowerRequest(name, "off")))
            for name in names
        ]
        begun = {"event": "begin"}.items()
        while sum(begun <= line.record.items() for line in service._log.recent()) < len(names):
            await asyncio.sleep(0.001)
        for _ in range(50):  # until all of them wait
            await asyncio.sleep(0.001)
        asked = [asyncio.ensure_future(service.state("other")) for _ in range(5)]
        await asyncio.sleep(0)
        pdus.hold.set()
        state = (await asked[0]).state
        await asyncio.gather(*asked, *commands)
        return state

    assert run(ask) is State.UP
    assert pdus.log.index("a read") == 1 and pdus.log.count("a read") == 1


def test_commands_have_their_turn_among_readings_that_do_not_end() -> None:
    """Readings go first, but a command waits for one batch of them only."""
    seen: list[str] = []

    async def whole() -> None:
        turns = PduQueue()

        async def readings() -> None:
            while "command 2" not in seen:
                async with turns.reading():
                    seen.append("reading")
                    await asyncio.sleep(0)

        async def command(number: int) -> None:
            async with turns.command():
                seen.append(f"command {number}")
                await asyncio.sleep(0)

        await asyncio.gather(readings(), readings(), readings(), command(1), command(2))

    asyncio.run(asyncio.wait_for(whole(), PATIENCE_S))
    first, second = seen.index("command 1"), seen.index("command 2")
    assert 0 < second - first <= 4


def test_who_leaves_the_line_leaves_no_hole_in_it() -> None:
    async def whole() -> list[str]:
        turns, seen = PduQueue(), []

        async def one(name: str) -> None:
            async with turns.command():
                seen.append(name)
                await asyncio.sleep(0)

        tasks = [asyncio.ensure_future(one(str(number))) for number in range(5)]
        await asyncio.sleep(0)
        tasks[1].cancel()
        while "2" not in seen:
            await asyncio.sleep(0)
        tasks[3].cancel()  # perhaps it has the turn already
        await asyncio.gather(*tasks, return_exceptions=True)
        async with turns.reading():
            return seen

    assert asyncio.run(asyncio.wait_for(whole(), PATIENCE_S)) == ["0", "2", "4"]


def test_a_command_is_carried_through_as_it_was_begun(pdus: Pdus, run: Callable[..., Any]) -> None:
    """Its machine and PDU are gone from the files before its second half."""

    async def ask(service: PowerService) -> Any:
        pdus.hold = threading.Event()
        task = asyncio.ensure_future(service.command("me", PowerRequest("other", "restart")))
        while not pdus.log:
            await asyncio.sleep(0.001)
        service.renew({}, [])
        with pytest.raises(ApiError):
            await service.state("other")
        pdus.hold.set()
        return await task

    found = run(ask)
    assert found.is_done and pdus.log == ["a 2=off", "a read", "a 2=on"]
