"""Clocks that were wrong for a while: each poll lies at its true time, or within what is told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import NamedTuple, Optional

import pytest

from handlers.shared.errors import SettingsError
from pdu.energy.journal.clock import WORDS, PollClock, jumps_by_monotonic

from .polls import OutletFigures, Poll, read

FIRST = 1790812800.0  # 2026-10-01T00:00:00Z
HOUR, DAY = 3600.0, 86400.0
TO_2000 = 946684800.0 - FIRST  # to 2000-01-01


class Stretch(NamedTuple):
    """Polls each five minutes while the clock is set in one way."""

    hours: float
    #: what the clock says more than the truth, in s
    shift: float = 0.0
    word: Optional[bool] = None
    #: how long the reader's machine was down before, in s; None: it ran on
    down: Optional[float] = None


def shown(stretches: Sequence[Stretch]) -> tuple[PollClock, list[float]]:
    """The times that the audit takes, and the true ones."""
    truth, begins, monotonic = list[float](), list[float](), list[float]()
    boots, words = set[int](), bytearray()
    time, ran = FIRST, 1000.0
    for one in stretches:
        if one.down is not None:
            time, ran = time + one.down, 30.0
            boots.add(len(begins))
        for _ in range(max(1, round(one.hours * 12.0))):
            truth.append(time)
            begins.append(time + one.shift)
            monotonic.append(ran)
            words.append(WORDS[one.word])
            time, ran = time + 300.0, ran + 300.0
    ends = [begin + 1.0 for begin in begins]
    return jumps_by_monotonic(begins, ends, monotonic, boots, bytes(words)), truth


def doubt(stretches: Sequence[Stretch], after: int = 0) -> float:
    """By how much times may be wrong at most, in s. The truth is looked for within that."""
    clock, truth = shown(stretches)
    found = [*zip(clock.begins, clock.ends, truth)]
    for number, (begin, end, time) in enumerate(found):
        assert begin - clock.slack - 2.0 <= time <= end + clock.slack + 2.0, (number, time - begin)
    assert list(clock.begins) == sorted(clock.begins)
    return clock.slack + max(end - begin for begin, end, _ in found[after:])


RIGHT = Stretch(72)
CASES = {
    "in 2000 at the start of its machine, then set": [
        RIGHT, Stretch(0.5, TO_2000 - 5.0, down=2400.0), Stretch(72),
    ],
    "in 2000 at the first start, then set": [Stretch(0.5, TO_2000), Stretch(72)],
    "in 2000 at two starts, then set": [
        RIGHT, Stretch(0.5, TO_2000, down=600.0), Stretch(24), Stretch(1, TO_2000, down=7200.0),
        Stretch(24),
    ],
    "40 days ahead at the start of its machine": [
        RIGHT, Stretch(0.25, 40 * DAY, down=600.0), Stretch(72),
    ],
    "10 years ahead at the start of its machine": [
        RIGHT, Stretch(0.25, 3652 * DAY, down=600.0), Stretch(72),
    ],
    "40 days back at the start of its machine": [
        RIGHT, Stretch(0.25, -40 * DAY, down=9000.0), Stretch(72),
    ],
    "10 years ahead for a quarter of an hour": [
        RIGHT, Stretch(0.25, 3652 * DAY), Stretch(72),
    ],
    "40 days ahead at the first start, as the kernel says": [
        Stretch(2, 40 * DAY, False), Stretch(72, 0.0, True),
    ],
    "40 days ahead for longer than it was right, as the kernel says": [
        Stretch(12, 0.0, True), Stretch(72, 40 * DAY, False), Stretch(12, 0.0, True),
    ],
    "100 s behind before it was synchronised": [
        Stretch(12, -100.0, False), Stretch(72, 0.0, True),
    ],
    "40 days ahead for a whole start, as the kernel says of the next": [
        Stretch(24, 0.0, True), Stretch(1, 40 * DAY, False, down=60.0),
        Stretch(72, 0.0, True, down=60.0),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_a_clock_that_was_wrong_for_a_while_costs_no_month(name: str) -> None:
    assert doubt(CASES[name]) <= 900.0


@pytest.mark.parametrize(
    ("origin", "boot", "is_refused"),
    [(1e6, "b", True), (1e6, "c", False), (2e6, "b", False), (None, "b", False)],
)
def test_polls_that_a_folder_has_twice_are_refused(
    origin: Optional[float], boot: str, is_refused: bool
) -> None:
    """Ten polls once more: the register would fall, and what it counted be billed twice. By one
    clock alone it is a jump, or a start of the machine.
    """
    polls = list[Poll]()
    for at, is_again in [*((at, False) for at in range(40)), *((at, True) for at in range(30, 60))]:
        begin, figures = FIRST + 900.0 * at, [OutletFigures("1", 100.0 + at, 1.0, None)]
        monotonic = None
        if origin is not None:
            monotonic = 900.0 * at + (origin if is_again else 1e6)
        this_boot = boot if is_again else "b"
        polls.append(Poll("rack1", begin, begin + 1.0, figures, monotonic, this_boot))
    pdu = read("rack1", polls)
    if is_refused:
        with pytest.raises(SettingsError, match="rack1: .* by both clocks of the reader"):
            pdu.clock()
    else:
        assert pdu.clock().jumps


def test_polls_of_a_start_whose_clock_was_never_right_are_between_those_beside_it() -> None:
    """Nothing says how long the machine was down before and after: 2 hours and 3."""
    stretches = [
        RIGHT,
        Stretch(1, TO_2000, down=2 * HOUR),
        Stretch(2, TO_2000, down=60.0),
        Stretch(72, down=3 * HOUR),
    ]
    clock, _ = shown(stretches)
    assert doubt(stretches) == pytest.approx(5 * HOUR, abs=1800.0) and not clock.slack
    assert "at unknown times" in clock.jumps[0].reason


@pytest.mark.parametrize("first", range(0, 400, 50))
@pytest.mark.sample(2)
def test_the_true_time_is_always_within_what_is_told(first: int) -> None:
    for seed in range(first, first + 50):
        chance = random.Random(seed)
        stretches = [Stretch(chance.uniform(24, 96), 0.0, chance.choice([None, True]))]
        for _ in range(chance.randrange(1, 5)):
            down = chance.uniform(30.0, 2 * DAY)
            wrong = chance.choice([TO_2000, TO_2000 - 9 * DAY])
            kind = chance.randrange(4)
            if kind == 0:
                stretches += [Stretch(chance.uniform(0.1, 6), wrong, False, down)]
            elif kind == 1:
                stretches += [Stretch(chance.uniform(0.1, 6), wrong, None, down), Stretch(24)]
            elif kind == 2:
                ahead = chance.uniform(-90, 4000) * DAY
                stretches += [Stretch(chance.uniform(0.1, 6), ahead, False, down)]
                stretches += [Stretch(chance.uniform(6, 48), 0.0, True)]
            else:
                stretches += [Stretch(chance.uniform(6, 48), 0.0, None, down)]
        stretches += [Stretch(24, 0.0, chance.choice([None, True]), 60.0)]
        clock, truth = shown(stretches)
        for begin, end, time in zip(clock.begins, clock.ends, truth):
            assert begin - clock.slack - 2.0 <= time <= end + clock.slack + 2.0, seed
