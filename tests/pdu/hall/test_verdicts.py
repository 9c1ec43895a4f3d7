"""What a cord does now, by its outlet's state, current and power."""

from __future__ import annotations

from typing import Any, Optional

import pytest

from pdu.hall.walk.verdicts import CordNow, Now, cords_now
from pdu.pdus import saved_readings
from pdu.site.drawing import drawing_file
from pdu.site.drawing.drawing import Cord
from tests.pdu.hall.test_graph import PAIR


def now(
    state: str,
    current: Optional[float],
    power: Optional[float] = None,
    metered: bool = False,
    beside: tuple[Optional[float], Optional[float]] = (1.0, None),
    step: float = 0.05,
) -> CordNow:
    """The left cord of a machine whose right cord carries what is `beside`, in A and W."""

    def pdu(name: str, state: str, amperes: Optional[float], watts: Optional[float]) -> Any:
        outlets = [{"identity": "1", "state": state, "current_a": amperes}]
        facts = {"1": {"power_w": watts}}
        topology = {"meters": [], "outlets": facts}
        return {"name": name, "outlets": outlets, "topology": topology, "metered": metered}

    pdus = [pdu("left", state, current, power), pdu("right", "on", *beside)]
    machine = drawing_file.parsed(PAIR, "hall.toml").machines["srv"]
    readings = saved_readings.parse_readings({"pdus": pdus}, "readings.json")
    left, right = cords_now(machine, readings, {"left": step, "right": 0.05}, 0.1)
    assert right.now is Now.CARRIES and right.cord == Cord("right", "1")
    return left


@pytest.mark.parametrize(
    "state, current, power, expected",
    [
        ("on", None, None, Now.UNMETERED),
        ("on", 1.0, None, Now.CARRIES),
        ("on", 0.0, None, Now.IDLE),
        ("on", 0.1, None, Now.IDLE),
        # more than idle, and less than a quarter of an equal share of both
        ("on", 0.11, None, Now.IDLE),
        # an input filter may draw 0.25 A, which 0.27 A of a step of 0.05 A may be
        ("on", 0.27, None, Now.WEAK),
        ("on", 0.28, None, Now.CARRIES),
        # watts tell more
        ("on", 1.0, 6.0, Now.WEAK),
        ("on", 1.0, 6.1, Now.CARRIES),
        ("on", 0.2, 6.1, Now.CARRIES),
        ("on", None, 6.0, Now.WEAK),
        ("on", None, 6.1, Now.CARRIES),
        ("on", 0.1, 60.0, Now.IDLE),
        ("off", 0.1, None, Now.OFF),
        ("off", None, None, Now.OFF),
        ("off", 0.11, None, Now.CONTRADICTORY),
        ("unknown", 1.0, 60.0, Now.UNKNOWN),
    ],
)
def test_a_cord_carries_what_no_dead_supply_draws(
    state: str, current: Optional[float], power: Optional[float], expected: Now
) -> None:
    found = now(state, current, power)
    assert found.now is expected
    if expected is Now.OFF:
        assert (found.low_a, found.high_a, found.known_a) == (0.0, 0.0, 0.0)
    elif current is None:
        assert (found.low_a, found.high_a, found.known_a) == (0.0, None, 0.0)
    else:
        low = max(0.0, current - 0.025)
        assert (found.low_a, found.high_a) == pytest.approx((low, current + 0.05))
        assert found.known_a == found.high_a


def test_a_supply_that_works_carries_a_quarter_of_an_equal_share() -> None:
    """Of 8 A or 1,600 W on both cords, that is 1 A or 200 W."""
    assert now("on", 1.0, beside=(7.0, None)).now is Now.CARRIES
    assert now("on", 0.99, beside=(7.0, None)).now is Now.IDLE
    assert now("on", 1.0, 201.0, beside=(7.0, 1399.0)).now is Now.CARRIES
    assert now("on", 1.0, 200.0, beside=(7.0, 1400.0)).now is Now.WEAK


@pytest.mark.parametrize(
    "state, expected", [("unknown", Now.CARRIES), ("on", Now.CARRIES), ("off", Now.CONTRADICTORY)]
)
def test_an_outlet_without_a_relay_is_on_unless_it_says_that_it_is_off(
    state: str, expected: Now
) -> None:
    assert now(state, 1.0, metered=True).now is expected


def test_a_cord_of_an_outlet_that_was_not_read_may_carry_anything() -> None:
    machine = drawing_file.parsed(PAIR, "hall.toml").machines["srv"]
    found = cords_now(
        machine, saved_readings.parse_readings({"pdus": []}, "readings.json"), {}, 0.1
    )
    assert [one[1:] for one in found] == [(Now.UNREAD, 0.0, None)] * 2


def test_an_idle_current_is_none_also_where_it_is_an_equal_share() -> None:
    assert now("on", 0.1, beside=(0.5, 60.0), step=0.01).now is Now.IDLE
