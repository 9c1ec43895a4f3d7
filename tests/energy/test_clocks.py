"""Months of a meter whose clock was wrong for a while: its files, and what the audit makes of them.

The reader reads each five minutes, 1 kW flows, and the period is a day: the truth is 24 kWh.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

import pytest

from pdu import root
from pdu.energy.journal.clocks import Instant
from pdu.energy.journal.days import Days
from pdu.energy.journal.file_naming import FileClock

from .test_journals import DAY, FIRST, HOUR, head, poll, unit

BACK = 946684800.0 - FIRST  # to 2000-01-01
ASKED = ("--from", "2026-10-01", "--to", "2026-10-02", "--limit-kw", "3.68", "--step", "0.01")


class Run(NamedTuple):
    """A run of the meter: true times in h after the period's begin, and how its clock was set."""

    begin: float
    end: float
    #: true time in h since when -> s that the clock says more, and what the kernel says
    settings: Sequence[tuple[float, float, Optional[bool]]] = ((-99.0, 0.0, None),)


def metered(folder: Path, runs: Sequence[Run]) -> None:
    """Write what a meter would have written."""
    for number, run in enumerate(runs):
        boot = f"b{number}"
        with Days(str(folder)) as days:
            clock = FileClock(days.last)
            for place in range(round((run.end - run.begin) * 12)):
                hour = run.begin + place / 12.0
                _, shift, word = [one for one in run.settings if one[0] <= hour][-1]
                time, ran = FIRST + hour * HOUR, 60.0 + place * 300.0
                named = clock.time(Instant(time + shift, ran), word)
                lines: list[Any] = []
                if days.is_new(named):
                    lines = [{**head(time + shift, boot), "mono": ran}, unit("A1")]
                line = {**poll(time, "A1", shift), "mono": [ran, ran + 1.0]}
                days.append([*lines, line if word is None else {**line, "sync": word}], named)


CASES = {
    "in 2000 at the start of its machine": [
        Run(-30, 10), Run(10.5, 50, [(-99, BACK, None), (11.5, 0.0, None)]),
    ],
    "in 2000 at the first start": [Run(-30, 50, [(-99, BACK, None), (-29, 0.0, None)])],
    "in 2000 for a whole start": [
        Run(-30, 10), Run(10.2, 11, [(-99, BACK, False)]), Run(11.2, 50),
    ],
    "40 days ahead at the start of its machine": [
        Run(-30, 10), Run(10.2, 50, [(-99, 40 * DAY, None), (10.5, 0.0, None)]),
    ],
    "40 days ahead for a quarter of an hour": [
        Run(-30, 50, [(-99, 0.0, None), (10, 40 * DAY, None), (10.25, 0.0, None)]),
    ],
    "10 years ahead for a quarter of an hour": [
        Run(-30, 50, [(-99, 0.0, None), (10, 3652 * DAY, None), (10.25, 0.0, None)]),
    ],
    "10 years ahead for a day and a half, and the files with it": [
        Run(-30, 90, [(-99, 0.0, True), (-12, 3652 * DAY, False), (24, 0.0, True)]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
@pytest.mark.sample(4)
def test_a_wrong_clock_costs_no_month(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    metered(tmp_path, CASES[name])
    root.run(["energy", "audit", str(tmp_path), *ASKED, "--json"])
    found = json.loads(capsys.readouterr().out)
    (outlet,) = found["pdus"][0]["outlets"]
    assert outlet["kwh"]["low"] <= 24.0 <= outlet["kwh"]["high"] < outlet["kwh"]["low"] + 1.0
    assert outlet["grade"] != "not billable" and outlet["read"] > 0.9
    # what was wrong is said
    assert any(one["kind"] == "clock" for one in outlet["events"]) or "first" in name
