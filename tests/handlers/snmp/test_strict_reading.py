from __future__ import annotations

from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Callable, NamedTuple, Optional, TypeVar

import pytest

from handlers.dcimanager.rows import Raw
from handlers.shared.errors import PduHandlerError
from handlers.snmp import detection
from handlers.snmp.decoding import Walked
from handlers.snmp.handler import SnmpPdu
from handlers.snmp.reader import Reader, SnmpReads
from pdu_common.helper import PduPortView
from tests.handlers.snmp.memory import Memory, table
from tests.handlers.snmp.units import EVERY_ROW
from tests.platform_calls import pdu_of
from tests.simulators.snmp_units import Fixture

Result = TypeVar("Result")


class LackingAnswer(Exception):
    """A decision asks for what was not read before it."""


class StrictDevice:
    """A device that is not asked while a decision is made."""

    def __init__(self, device: SnmpReads) -> None:
        self._device = device
        self._answers: dict[tuple[str, str], Any] = {}  # read for the next attempt
        self.is_deciding = False

    def walk(self, oid: str) -> Walked:
        walked: Walked = self._answer("walk", oid)
        return walked

    def get(self, oid: str) -> Optional[Raw]:
        value: Optional[Raw] = self._answer("get", oid)
        return value

    def quoted(self, words: str) -> str:
        return self._device.quoted(words)

    def _answer(self, method: str, oid: str) -> Any:
        if not self.is_deciding:
            self.read(method, oid)
        if (method, oid) not in self._answers:
            raise LackingAnswer(method, oid)
        answer = self._answers.pop((method, oid))
        if isinstance(answer, PduHandlerError):
            raise answer
        return answer

    def read(self, method: str, oid: str) -> None:
        """Keep the answer, or its error."""
        try:
            self._answers[method, oid] = getattr(self._device, method)(oid)
        except PduHandlerError as error:
            self._answers[method, oid] = error


class StrictReader(Reader):
    """Reads nothing while a decision is made, and keeps nothing that it computed."""

    def __init__(self, device: SnmpReads, root: str = "") -> None:
        self.strict_device = device if isinstance(device, StrictDevice) else StrictDevice(device)
        super().__init__(self.strict_device, root)

    def decide(self, function: Callable[[], Result]) -> Result:
        if self.strict_device.is_deciding:
            return super().decide(function)
        places, lacking = dict(self.places), set(self.lacking)
        requests: set[object] = set()
        is_complete = False
        while True:
            try:
                with self._deciding():
                    decision = super().decide(function)
                if is_complete:
                    return decision
                is_complete = True
            except LackingAnswer as answer:
                assert not is_complete, "with all answers, the decision asks for another one"
                assert answer.args not in requests, "the reader did not keep an answer"
                requests.add(answer.args)
                self.strict_device.read(*answer.args)
            except PduHandlerError:
                if is_complete:
                    raise
                is_complete = True
            # evidence is of the decisions before
            self.places.clear()
            self.places.update(places)
            self.lacking.intersection_update(lacking)

    @contextmanager
    def _deciding(self) -> Iterator[None]:
        self.strict_device.is_deciding = True
        try:
            yield
        finally:
            self.strict_device.is_deciding = False

    def once(self, method: Callable[..., Result], *arguments: Hashable) -> Result:
        return method(self, *arguments)


def _states(pdu: SnmpPdu) -> object:
    with pdu.open_session() as session:
        return session.device.profile.key, list(pdu.read_states(session))


def _shown_figures(pdu: SnmpPdu) -> object:
    with pdu.open_statistic(for_view=True) as session:
        return pdu.read_figures(session, with_power=False)


def _all_figures(pdu: SnmpPdu) -> object:
    with pdu.open_statistic() as session:
        return pdu.read_figures(session, with_power=True)


def _labels(pdu: SnmpPdu) -> object:
    with pdu.open_session() as session:
        return pdu.read_labels(session)


def _up(identity: str) -> Callable[[SnmpPdu], object]:
    return lambda pdu: pdu.port_up(PduPortView(identity), deadline=0.0, pause=0.0)


def _down(identity: str) -> Callable[[SnmpPdu], object]:
    return lambda pdu: pdu.port_down(PduPortView(identity), deadline=0.0, pause=0.0)


class Call(NamedTuple):
    """What a call of the handler did."""

    answer: str
    log: list[str]
    requests: list[str]  #: in order of their texts: an answer that is read early costs no other


def _call(
    unit: Fixture, method: Callable[[SnmpPdu], object], log: pytest.LogCaptureFixture
) -> Call:
    log.clear()
    pdu = pdu_of(unit)
    try:
        answer = repr(method(pdu))
    except PduHandlerError as error:
        answer = f"{type(error).__name__}: {error}"
    lines = [f"{record.levelname} {record.getMessage()}" for record in log.records]
    return Call(answer, lines, sorted(pdu.requests))


@EVERY_ROW
def test_no_decision_notices_when_its_answers_are_read(
    unit: Fixture, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    switched_outlet = (
        unit.switch.identity if unit.switch else next(iter(unit.expected.outlets), "1")
    )
    commands = [_up(switched_outlet), _down(switched_outlet), _down("99")]
    for method in (_states, _shown_figures, _all_figures, _labels, *commands):
        call = _call(unit, method, caplog)
        with monkeypatch.context() as patch:
            patch.setattr(detection, "Reader", StrictReader)
            strict_call = _call(unit, method, caplog)
        assert strict_call == call


A, B = "1.3.9.1.1", "1.3.9.1.2"


def test_a_strict_reading_shows_a_decision_that_depends_on_when_it_reads() -> None:
    """Whether a column was walked already is no property of the device."""
    device = Memory({**table(A, {"1": 10}), **table(B, {"1": 20})})

    def rows_without_walks(reader: Reader) -> int:
        count = len(reader.whole(walks=False).walk(A))
        reader.walk(A)
        reader.walk(B)
        return count

    reader, strict_reader = Reader(device), StrictReader(device)
    assert reader.decide(lambda: rows_without_walks(reader)) == 0
    assert strict_reader.decide(lambda: rows_without_walks(strict_reader)) == 1


def test_a_strict_reading_ends_where_a_decision_reads_past_the_reader() -> None:
    device = Memory(table(A, {"1": 10}))
    reader = StrictReader(device)

    def reads_twice() -> None:
        reader.strict_device.walk(A)
        reader.strict_device.walk(A)

    with pytest.raises(AssertionError, match="did not keep"):
        reader.decide(reads_twice)
