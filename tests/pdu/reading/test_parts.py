"""A reading of one PDU, part by part: what each adds, and what an error costs."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, Optional, cast

import pytest

from handlers.dcimanager import Figures, Label
from handlers.shared.errors import PduHandlerError, ProtocolError, Unreachable
from handlers.shared.meter_figures import Figure, MeterFigures, NotKnown, NotMetered
from pdu.reading import parts
from pdu.reading.open_handler import OpenHandler
from pdu.reading.parts import FIGURES, POWER, STATES, CallError, Reading
from pdu_common.helper import EnumPowerStatus
from tests.simulators.clockwork import ManualClock


class Session:
    """A PDU with the outlets 1 and 2, of which 2 has no label. `power_error`: W cannot be read."""

    def __init__(self, power_error: Optional[Exception] = None) -> None:
        self.power_error = power_error

    def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
        return [("1", EnumPowerStatus.UP), ("2", EnumPowerStatus.DOWN)]

    def labels(self) -> Sequence[Label]:
        return [Label("1", "A1", "web-7\x1b")]

    def figures(self, *, with_power: bool) -> Figures:
        if with_power and self.power_error is not None:
            raise self.power_error
        return Figures(load_a=1.5, energy_kwh=None, ports={"1": MeterFigures(current_a=1.5)})


def read(session: Session, *read_parts: parts.Part, optional: Sequence[str] = ()) -> Reading:
    return parts.read_parts(cast(OpenHandler, session), read_parts, optional=optional)


def test_numbers_and_names_are_those_of_their_outlets() -> None:
    reading = read(Session(), parts.states, parts.labels)
    shown = [(outlet.identity, outlet.number, outlet.name) for outlet in reading.outlets]
    assert shown == [("1", "A1", r"web-7\x1b"), ("2", "", "")]
    assert reading.has_labels


def test_outlets_of_a_reading_without_states_are_unknown() -> None:
    reading = read(Session(), parts.labels, parts.figures)
    assert [(outlet.identity, outlet.state) for outlet in reading.outlets] == [
        ("1", EnumPowerStatus.UNKNOWN)
    ]
    assert reading.outlets[0].figures.current_a == 1.5
    assert not reading.has_states


def test_w_that_cannot_be_read_cost_w_alone() -> None:
    reading = read(Session(ProtocolError("no W")), parts.states, parts.power, optional=(FIGURES,))
    assert reading.failures == {POWER: CallError("protocol", "no W")}
    assert (reading.load_a, reading.power_w) == (1.5, NotKnown("no W"))


@pytest.mark.parametrize("error", [Unreachable("no answer"), ValueError("no list")])
def test_another_error_of_w_ends_the_reading(error: Exception) -> None:
    with pytest.raises(type(error)):
        read(Session(error), parts.states, parts.power, optional=(FIGURES,))


def test_a_part_that_is_not_optional_ends_the_reading_with_its_error() -> None:
    class Broken(Session):
        def states(self) -> Sequence[tuple[str, EnumPowerStatus]]:
            raise ProtocolError("no list of outlets")

    with pytest.raises(ProtocolError):
        read(Broken(), parts.states, parts.figures)
    reading = read(Broken(), parts.states, parts.figures, optional=(STATES,))
    assert reading.failures == {STATES: CallError("protocol", "no list of outlets")}
    assert reading.load_a == 1.5


@pytest.mark.parametrize(
    "kept_count, part", [(0, STATES), (1, FIGURES), (2, FIGURES)], ids=["first", "next", "end"]
)
def test_an_error_is_that_of_the_part_that_was_being_read_and_took_its_seconds(
    kept_count: int, part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = ManualClock()
    clock.now = 100.0
    monkeypatch.setattr(parts, "time", SimpleNamespace(monotonic=clock))
    error: PduHandlerError = Unreachable("no answer")

    def read_some(keep: Any) -> None:
        for _ in range(kept_count):
            keep(Reading(has_states=True))
        clock.now += 7.0
        raise error

    reading = parts.read_until_error([parts.states, parts.figures], read_some)
    assert reading.failures == {part: CallError("unreachable", "no answer")}
    assert reading.seconds == 7.0
    assert reading.has_states is (kept_count > 0)


class OfAnotherPack:
    """A figure's class that an archive has itself."""

    def __init__(self, reason: str) -> None:
        self.reason = reason


@pytest.mark.parametrize(
    "value, figure",
    [
        (2, 2.0),
        (None, None),
        (type("NotKnown", (OfAnotherPack,), {})("no answer"), NotKnown("no answer")),
        (type("NotMetered", (OfAnotherPack,), {})("no meter"), NotMetered("no meter")),
    ],
    ids=["number", "none", "not known", "not metered"],
)
def test_a_figure_of_an_archive_is_one_of_this_program(value: object, figure: Figure) -> None:
    """An archive has classes of its own. A figure that is not metered is never 0."""
    assert parts.converted_figure(value) == figure


def test_the_error_that_matters_most_is_the_silence_and_then_that_of_the_states() -> None:
    of_figures = CallError("protocol", "no list")
    of_states, silence = CallError("refused", "no"), CallError("unreachable", "no answer")
    reading = Reading().with_failure(FIGURES, of_figures)
    assert reading.failure == of_figures
    assert reading.with_failure(FIGURES, silence).failure == of_figures  # the first one counts
    reading = reading.with_failure(STATES, of_states)
    assert reading.failure == of_states
    assert reading.with_failure(POWER, silence).failure == silence
