"""Sums and the largest of figures of which some are not metered or not known; stale sensors."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Optional

import pytest

from handlers.raritan.readings import (
    NOT_KNOWN,
    NOT_METERED,
    MeteredValue,
    all_invalid,
    largest,
    sum_if_complete,
)
from handlers.raritan.rpc.sensors import NumericSensor
from handlers.shared.errors import ProtocolError

ONE, TWO = MeteredValue(True, 1.0), MeteredValue(True, 2.0)


@pytest.mark.parametrize(
    "parts, total, most",
    [
        ([], NOT_METERED, NOT_METERED),
        ([NOT_METERED], NOT_METERED, NOT_METERED),
        ([ONE, TWO], MeteredValue(True, 3.0), TWO),
        ([ONE, NOT_METERED], NOT_KNOWN, ONE),
        ([ONE, NOT_KNOWN], NOT_KNOWN, NOT_KNOWN),
        ([NOT_KNOWN, NOT_METERED], NOT_KNOWN, NOT_KNOWN),
    ],
)
def test_a_part_that_is_not_known_makes_the_whole_not_known(
    parts: list[MeteredValue], total: MeteredValue, most: MeteredValue
) -> None:
    assert (sum_if_complete(parts), largest(parts)) == (total, most)


def answered(valid: bool) -> Any:
    reading = NumericSensor.Reading(available=True, valid=valid, value=7.0)
    return SimpleNamespace(error=None, get=lambda: reading)


FAILED: Any = SimpleNamespace(error=ProtocolError("no such sensor"))


@pytest.mark.parametrize(
    "readings, stale",
    [
        ([answered(False), answered(False)], True),
        ([answered(False), FAILED], True),  # a call that failed says nothing of the others
        ([answered(False), None], True),
        ([answered(False), answered(True)], False),
        ([FAILED, None], False),
        ([], False),
    ],
)
def test_references_may_be_stale_if_some_sensors_answer_and_no_value_is_valid(
    readings: list[Optional[Any]], stale: bool
) -> None:
    assert all_invalid(readings) is stale
