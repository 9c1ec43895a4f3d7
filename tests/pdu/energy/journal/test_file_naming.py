"""Which time names a meter's files: a clock that is wrong for a while begins no file."""

from __future__ import annotations

import math

from pdu.energy.journal.clocks import Instant
from pdu.energy.journal.file_naming import FileClock

from ..meter.readings import NOON

DAY = 86400.0
IN_2000 = 946684800.0


def test_a_clock_that_is_ahead_names_no_file_until_the_kernel_or_a_day_says_so() -> None:
    for ahead in (1.5 * DAY, 40 * DAY, 3652 * DAY):
        files = FileClock(NOON - 300.0)
        assert files.time(Instant(NOON, 0.0), None) == NOON
        assert files.time(Instant(NOON + 300.0 + ahead, 300.0), False) == NOON + 300.0
        assert math.isclose(files.ahead, ahead)
        # it is right again
        assert files.time(Instant(NOON + 600.0, 600.0), None) == NOON + 600.0 and not files.ahead
        assert files.time(Instant(NOON + ahead, 900.0), None) == NOON + 900.0
        assert files.time(Instant(NOON + ahead, 1200.0), True) == NOON + ahead
        held = FileClock(NOON)
        late = [held.time(Instant(NOON + ahead + at, at), False) for at in (0.0, DAY - 1.0, DAY)]
        assert late == [NOON, NOON + DAY - 1.0, NOON + ahead + DAY]


def test_the_last_line_of_an_earlier_meter_counts_and_a_meter_that_stood_goes_on() -> None:
    assert FileClock(NOON).time(Instant(NOON + 40 * DAY, 5.0), None) == NOON
    assert FileClock(NOON).time(Instant(NOON + 3 * DAY, 5.0), True) == NOON + 3 * DAY
    assert FileClock(NOON).time(Instant(NOON + 0.9 * DAY, 5.0), None) == NOON + 0.9 * DAY
    assert FileClock(None).time(Instant(NOON, 5.0), None) == NOON


def test_a_clock_that_was_never_set_is_believed_once_it_is() -> None:
    for last in (None, NOON):
        files = FileClock(last)
        assert files.time(Instant(IN_2000, 1.0), None) == IN_2000
        assert files.time(Instant(NOON, 301.0), None) == NOON
