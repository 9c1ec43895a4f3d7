from __future__ import annotations

import logging
from typing import Optional, Union

import pytest

from handlers.shared.errors import Denied, PduHandlerError, ProtocolError, Refused, Unreachable
from handlers.shared.switching import switch
from pdu_common.helper import EnumPowerStatus

UP, DOWN, UNKNOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN, EnumPowerStatus.UNKNOWN


class Outlet:
    """An outlet with a clock and a list of readings and errors.

    The last one repeats. A write raises `answer`, if given.
    """

    def __init__(
        self,
        *readings: Union[EnumPowerStatus, PduHandlerError],
        answer: Union[None, PduHandlerError] = None,
    ) -> None:
        self._readings = list(readings)
        self._answer = answer
        self.now = 0.0
        self.slept: list[float] = []
        self.writes = 0
        self.reads = 0

    def write(self) -> None:
        self.writes += 1
        if self._answer is not None:
            raise self._answer

    def read(self) -> EnumPowerStatus:
        self.reads += 1
        reading = self._readings.pop(0) if len(self._readings) > 1 else self._readings[0]
        if isinstance(reading, PduHandlerError):
            raise reading
        return reading

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def switch(
        self,
        wanted: EnumPowerStatus,
        settling: float = 0.0,
        before: Optional[EnumPowerStatus] = None,
    ) -> EnumPowerStatus:
        return switch(
            self.write,
            self.read,
            wanted,
            settling=settling,
            before=before,
            clock=lambda: self.now,
            sleep=self.sleep,
        )


def test_the_wanted_state_ends_the_wait() -> None:
    outlet = Outlet(DOWN, DOWN, UP)
    assert outlet.switch(UP) is UP
    assert outlet.writes == 1
    assert outlet.reads == 3


@pytest.mark.parametrize("answer", [None, Unreachable("no answer")])
def test_a_state_that_falls_back_while_the_device_settles_is_not_the_wanted_one(
    answer: Union[None, PduHandlerError],
) -> None:
    settled = Outlet(UP, UP, answer=answer)
    fallen = Outlet(UP, DOWN, answer=answer)
    assert settled.switch(UP, settling=4.0) is UP
    assert settled.reads == 2
    assert settled.slept == [4.0]
    if answer is None:
        assert fallen.switch(UP, settling=4.0) is UNKNOWN
    else:
        with pytest.raises(Unreachable, match="its state was DOWN"):
            fallen.switch(UP, settling=4.0)


def test_a_device_is_given_the_time_to_settle_once() -> None:
    outlet = Outlet(UP, DOWN, UP)
    assert outlet.switch(UP, settling=4.0) is UP
    assert outlet.reads == 3
    assert outlet.slept == [4.0, 0.1]


def test_a_wanted_state_that_cannot_be_read_again_after_the_device_settled_proves_nothing() -> None:
    outlet = Outlet(UP, Denied("wrong password"), answer=Unreachable("no answer"))
    with pytest.raises(Unreachable, match="its state could not be read"):
        outlet.switch(UP, settling=4.0)


@pytest.mark.parametrize("wanted, seen", [(UP, DOWN), (DOWN, UP), (UP, UNKNOWN)])
def test_an_outlet_that_does_not_reach_the_wanted_state_is_unknown_and_the_last_reading_is_logged(
    wanted: EnumPowerStatus, seen: EnumPowerStatus, caplog: pytest.LogCaptureFixture
) -> None:
    outlet = Outlet(seen)
    with caplog.at_level(logging.INFO):
        state = outlet.switch(wanted)
    assert state is UNKNOWN
    assert outlet.writes == 1
    # it looked for ten seconds, at first often
    assert 9 < outlet.now <= 10
    assert outlet.slept[:5] == [0.1, 0.2, 0.4, 0.5, 0.5]
    assert f"was {seen.name} at the last reading, not {wanted.name}" in caplog.text


def test_the_log_has_the_seconds_that_slow_readings_took(caplog: pytest.LogCaptureFixture) -> None:
    outlet = Outlet(DOWN)
    slow = outlet.read

    def read() -> EnumPowerStatus:
        outlet.sleep(25.0)
        return slow()

    with caplog.at_level(logging.INFO):
        assert (
            switch(outlet.write, read, UP, clock=lambda: outlet.now, sleep=outlet.sleep) is UNKNOWN
        )
    assert outlet.reads == 1
    assert "after 25.0 s the outlet's state was DOWN" in caplog.text


@pytest.mark.parametrize("readings", [[], [DOWN]], ids=["none", "before the device went away"])
def test_a_state_that_cannot_be_read_after_a_write_is_unknown_and_logged(
    readings: list[EnumPowerStatus], caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO):
        assert Outlet(*readings, Unreachable("gone")).switch(UP) is UNKNOWN
    assert "the outlet's state could not be read: UNKNOWN" in caplog.text


def test_one_failed_reading_does_not_end_the_wait() -> None:
    assert Outlet(ProtocolError("half an answer"), DOWN).switch(DOWN) is DOWN


def test_a_denied_reading_ends_the_wait_and_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    outlet = Outlet(DOWN, Denied("wrong password"))
    with caplog.at_level(logging.INFO):
        assert outlet.switch(UP) is UNKNOWN
    assert outlet.reads == 2
    assert "the device denied a reading of the outlet's state: UNKNOWN" in caplog.text


@pytest.mark.parametrize("answer", [Unreachable("no answer"), ProtocolError("half an answer")])
def test_a_write_without_a_usable_answer_returns_the_wanted_state_if_the_outlet_has_it(
    answer: PduHandlerError,
) -> None:
    outlet = Outlet(UP, answer=answer)
    assert outlet.switch(UP) is UP
    assert outlet.writes == 1
    assert outlet.reads == 1


@pytest.mark.parametrize("kind", [Unreachable, ProtocolError])
@pytest.mark.parametrize("reading", [DOWN, UNKNOWN, Unreachable("gone"), Denied("wrong password")])
def test_the_error_for_a_write_without_a_usable_answer_says_that_the_outlet_may_have_switched(
    reading: Union[EnumPowerStatus, PduHandlerError], kind: type[PduHandlerError]
) -> None:
    outlet = Outlet(reading, answer=kind("no answer").at("pdu1", "port_up"))
    with pytest.raises(Unreachable, match="may or may not have switched") as error_info:
        outlet.switch(UP)
    assert outlet.writes == 1
    assert outlet.reads == 1
    assert error_info.value.host == "pdu1"
    assert error_info.value.operation == "port_up"


def test_a_refused_write_is_raised_without_a_reading() -> None:
    outlet = Outlet(UP, answer=Refused("locked", "3"))
    with pytest.raises(Refused):
        outlet.switch(UP)
    assert outlet.reads == 0


@pytest.mark.parametrize("before", [DOWN, UNKNOWN])
@pytest.mark.parametrize("refusal", [Refused("bad value", "badvalue"), Denied("read-only")])
def test_a_refused_command_that_was_carried_out_is_told_by_one_reading(
    refusal: PduHandlerError, before: EnumPowerStatus
) -> None:
    outlet = Outlet(UP, answer=refusal)
    assert outlet.switch(UP, before=before) is UP
    assert outlet.writes == 1
    assert outlet.reads == 1


@pytest.mark.parametrize(
    "before, reading, reads",
    [
        (DOWN, DOWN, 1),
        (DOWN, UNKNOWN, 1),
        (DOWN, Unreachable("gone"), 1),
        (DOWN, Denied("wrong password"), 1),
        (UP, UP, 0),  # nothing would show whether the command was carried out
    ],
)
def test_a_refusal_is_raised_if_the_state_did_not_become_the_wanted_one(
    before: EnumPowerStatus, reading: Union[EnumPowerStatus, PduHandlerError], reads: int
) -> None:
    outlet = Outlet(reading, answer=Refused("locked", "3"))
    with pytest.raises(Refused, match="locked"):
        outlet.switch(UP, before=before)
    assert outlet.writes == 1
    assert outlet.reads == reads
