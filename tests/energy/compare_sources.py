"""The twin's month through a meter's journal, Prometheus and VictoriaMetrics: three audits.

    python -m tests.energy.compare_sources --pdus 6 --days 31

Each PDU is an outlet that knows its joules, with faults that all three can see. Prints the three
intervals of each, and fails if one is without the truth, or if they differ by more than they say.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import io
import itertools
import json
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Optional

from handlers.shared.meter_figures import MeterFigures
from pdu import root
from pdu.energy.journal.clocks import Instant
from pdu.energy.journal.days import Days, day_of
from pdu.energy.journal.journal_format import MeterStart
from pdu.energy.meter import journal_writer
from pdu.energy.registers.values import EnergyInterval
from pdu.pdus.adapters.nameplate import Nameplate
from pdu.pdus.reading import PolledOutlet, Reading
from pdu.pdus.states import UP

from . import stored, twin

FIRST = 1790812800.0  # 2026-10-01T00:00:00Z
LIMIT_KW, STEP = 3.68, 0.01
_CLEAN = twin.Plan(0, jitter=2.0, reading=1.0, step=STEP, breaker_kw=LIMIT_KW)
#: months with faults that each way shows
_MONTHS = (
    _CLEAN,
    _CLEAN._replace(zeros=3, ones=2),
    _CLEAN._replace(gaps=3),
    _CLEAN._replace(resets=2, zeros=1),
    _CLEAN._replace(spikes=2, freezes=1),
    _CLEAN._replace(resets=1, replacements=1, gaps=2, ones=1),
)


class Twin(NamedTuple):
    """A PDU with one outlet."""

    name: str
    month: twin.Month


class Compared(NamedTuple):
    """What was found of one PDU: true, and by each audit."""

    name: str
    truth: float
    answers: Sequence[EnergyInterval]

    @property
    def agree(self) -> bool:
        """Whether each interval has the truth, and no two audits' best energies are farther from
        each other than their wider interval is wide: times of VictoriaMetrics are less exact.
        """
        slack = 1e-6
        best = [one.best for one in self.answers]
        return max(best) - min(best) <= max(one.width for one in self.answers) and all(
            one.low - slack <= self.truth <= one.high + slack for one in self.answers
        )


def twins(pdus: int, days: int) -> Iterator[Twin]:
    """Months of which no source hides a change."""
    for number in range(pdus):
        usual = _MONTHS[number % len(_MONTHS)]._replace(days=float(days))
        for seed in itertools.count(1000 * number):
            plan = usual._replace(seed=seed)
            month = twin.month(plan)
            if not month.hidden:
                yield Twin(f"twin{number}", month)
                break


def samples(made: Sequence[Twin]) -> stored.Stored:
    """As a server stores what `pdu exporter --identity` serves of them."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in made:
        target = f'instance="{one.name}",job="pdu"'
        for poll in one.month.polls:
            time = round(FIRST + poll.begin, 3)
            joules = float(round(poll.value * stored.JOULES))
            assert poll.uptime is not None
            for series, value in (
                (f'pdu_info{{{target},family="acme",firmware="1",serial="{poll.serial}"}}', 1.0),
                (f"pdu_uptime_seconds{{{target}}}", round(poll.uptime, 2)),
                (f"pdu_up{{{target}}}", 1.0),
                (f"scrape_duration_seconds{{{target}}}", round(poll.end - poll.begin, 3)),
                (f'pdu_outlet_energy_joules_total{{{target},outlet="1"}}', joules),
                (f'pdu_outlet_current_amperes{{{target},outlet="1"}}', poll.amps),
            ):
                found.setdefault(series, []).append((time, value))
    return found


def journal(folder: Path, made: Sequence[Twin]) -> None:
    """As `pdu meter` writes what it reads of them."""
    units = [
        journal_writer.PduLines(number, journal_writer.PduHeading(one.name, "nut", one.name))
        for number, one in enumerate(made)
    ]
    polls = sorted(
        (FIRST + poll.begin, number, poll)
        for number, one in enumerate(made)
        for poll in one.month.polls
    )
    with Days(str(folder)) as days:
        for _, group in itertools.groupby(polls, key=lambda one: day_of(one[0])):
            taken = [*group]
            time = taken[0][0]
            records = [MeterStart("1", "boot", time, 0.0, 300.0).record()]
            for unit in units:
                unit.forget()
            for _, number, poll in taken:
                records += units[number].lines(_taken(poll))
            days.append(records, time)


def _taken(poll: twin.Poll) -> journal_writer.PollResult:
    assert poll.monotonic is not None
    reading = Reading(
        [PolledOutlet("1", UP, figures=MeterFigures(poll.amps, energy_kwh=poll.value))],
        None,
        None,
        answered=True,
        plate=Nameplate("acme", poll.serial, "1", poll.uptime),
    )
    begin = Instant(FIRST + poll.begin, poll.monotonic)
    length = poll.end - poll.begin
    return journal_writer.PollResult(
        begin, Instant(begin.utc + length, begin.mono + length), reading
    )


def audited(source: str, days: int) -> Mapping[str, EnergyInterval]:
    """What the command says of each PDU."""
    begin = datetime.datetime.fromtimestamp(FIRST, datetime.timezone.utc).date()
    end = begin + datetime.timedelta(days=days)
    period = ("--from", str(begin), "--to", str(end))
    said = io.StringIO()
    with contextlib.redirect_stdout(said):
        limits = ("--limit-kw", str(LIMIT_KW), "--step", str(STEP), "--json")
        root.run(["energy", "audit", source, *period, *limits])
    found: Mapping[str, Any] = json.loads(said.getvalue())
    return {
        pdu["name"]: EnergyInterval(**pdu["outlets"][0]["kwh"])
        for pdu in found["pdus"]
        if pdu["outlets"]
    }


def compared(made: Sequence[Twin], sources: Sequence[str], days: int) -> Sequence[Compared]:
    """All audits of all PDUs."""
    answers = [audited(source, days) for source in sources]
    return [Compared(one.name, one.month.truth, [by[one.name] for by in answers]) for one in made]


def main(arguments: Optional[Sequence[str]] = None) -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--pdus", type=int, default=6)
    parser.add_argument("--days", type=int, default=31)
    chosen = parser.parse_args(arguments)
    made = [*twins(chosen.pdus, chosen.days)]
    with tempfile.TemporaryDirectory() as folder:
        kept = Path(folder, "kept")
        journal(kept, made)
        data = samples(made)
        with (
            stored.prometheus(Path(folder), data) as one,
            stored.victoria(Path(folder), data) as two,
        ):
            found = compared(made, (str(kept), one, two), chosen.days)
    print(f"{'kWh':<8}{'truth':>10}{'journal':>26}{'Prometheus':>26}{'VictoriaMetrics':>26}")
    for each in found:
        spans = "".join(f"{one.low:>15.3f} – {one.high:.3f}" for one in each.answers)
        print(f"{each.name:<8}{each.truth:>10.3f}{spans}{'' if each.agree else '  DIFFERS'}")
    return 0 if all(each.agree for each in found) else 1


if __name__ == "__main__":
    raise SystemExit(main())
