"""The rehearsal against the truth, on random halls:

    python -m tests.hall.trial --halls 10000

In each hall something fails in the simulated plant, breakers trip, and every verdict and interval
is compared: dark <= truth <= dark + cannot say, and each line's true current lies inside its
interval.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Mapping, Sequence

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode, nodes
from pdu.core.inventory import saved_readings
from pdu.hall.failure.rehearsal import Hall, RehearsalOutcome
from pdu.hall.walk.verdicts import Verdict
from tests.hall.halls import LOOSE, TIDY, Habits, RandomHall, random_hall
from tests.hall.plant import Plant

_TOLERANCE_A = 1e-6


class Trial:
    """Counts over many halls. `wrong`: what must not happen -> where it did, with the hall's
    seed.
    """

    def __init__(self, habits: Habits) -> None:
        self._habits = habits
        self.counts: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = {
            "called dark, and runs": [],
            "said to stay, and went dark": [],
            "a load above its interval": [],
            "a load below its interval": [],
            "said to trip, and did not": [],
            "a load rose, and is not shown": [],
        }
        self.widths: list[float] = []

    def run(self, seed: int) -> None:
        """One hall, one failure."""
        rng = random.Random(seed)
        racks, machines = rng.choice((1, 2, 3)), rng.choice((2, 5, 8))
        made = random_hall(rng, self._habits, racks, machines)
        drawing = drawing_file.parsed(made.drawing, "hall.power.toml")
        hall = Hall(drawing, saved_readings.parse_readings(made.readings, "readings.json"))
        failed = _failure(rng, nodes(drawing))
        outcome = hall.rehearse(failed)
        self._compare(seed, made, outcome, rng)

    def _compare(
        self, seed: int, made: RandomHall, outcome: RehearsalOutcome, rng: random.Random
    ) -> None:
        plant = made.plant
        ran = {box.name: plant.runs(box) for box in plant.boxes}
        before = plant.loads()
        peaks = plant.fail([one.full_name for one in outcome.failed], rng)
        verdicts = {one.machine: one.verdict for one in outcome.touched}
        verdicts.update(dict.fromkeys(outcome.already, Verdict.DARK))
        for box in plant.boxes:
            if not box.drawn:
                continue
            verdict = verdicts.get(box.name, Verdict.STAYS)
            runs = plant.runs(box)
            self.counts["machines"] += 1
            self.counts[verdict.value] += 1
            fell = ran[box.name] and not runs
            self.counts["fell"] += fell
            if verdict is Verdict.DARK and runs:
                self.wrong["called dark, and runs"].append(f"hall {seed}: {box.name}")
            if verdict is Verdict.STAYS and fell:
                self.wrong["said to stay, and went dark"].append(f"hall {seed}: {box.name}")
            if fell and self._drawing_says_safe(plant, box.name):
                self.counts["the drawing alone calls safe"] += 1
        self._compare_loads(seed, plant, outcome, before, peaks)

    @staticmethod
    def _drawing_says_safe(plant: Plant, name: str) -> bool:
        """Whether enough cords have power by the drawing, dead supplies or not."""
        box = next(one for one in plant.boxes if one.name == name)
        fed = [plant.outlet_lives(plant.bars[one.pdu], one.outlet) for one in box.supplies]
        return sum(fed) >= box.needs

    def _compare_loads(
        self,
        seed: int,
        plant: Plant,
        outcome: RehearsalOutcome,
        before: dict[str, float],
        peaks: dict[str, float],
    ) -> None:
        after = plant.loads()
        shown = {one.name: one for one in outcome.loads}
        for one in outcome.loads:
            place = one.name
            self.counts["lines"] += 1
            self.counts[f"line {one.fit.word}"] += 1
            if one.load.high < float("inf"):
                middle = (one.load.high + one.load.low) / 2
                self.widths.append((one.load.high - one.load.low) / middle if middle else 0.0)
            if peaks.get(place, 0.0) > one.load.high + _TOLERANCE_A:
                text = f"hall {seed}: {place} {peaks[place]} A, {one.load}"
                self.wrong["a load above its interval"].append(text)
            alive = place not in plant.gone
            if plant.place_lives(place) and after.get(place, 0.0) < one.load.low - _TOLERANCE_A:
                text = f"hall {seed}: {place} {after[place]} A, {one.load}"
                self.wrong["a load below its interval"].append(text)
            if one.name in outcome.trips and alive and place in peaks:
                self.wrong["said to trip, and did not"].append(f"hall {seed}: {place}")
        for place, peak in peaks.items():
            if place not in shown and peak > before.get(place, 0.0) * 1.0001 + _TOLERANCE_A:
                self.wrong["a load rose, and is not shown"].append(f"hall {seed}: {place} {peak} A")

    def lines(self) -> list[str]:
        """The figures."""
        counts, widths = self.counts, sorted(self.widths)
        middle = widths[len(widths) // 2] if widths else 0.0
        return [
            f"{counts['machines']} machines: {counts['dark']} dark, {counts['stays']} stay,"
            f" {counts['stays unless a breaker trips']} unless a breaker trips,"
            f" {counts['cannot say']} cannot say",
            f"{counts['fell']} went dark in truth;"
            f" {counts['the drawing alone calls safe']} of them the drawing alone calls safe",
            f"{counts['lines']} lines and breakers: {counts['line fits']} fit,"
            f" {counts['line above its limit, holds']} above their limit,"
            f" {counts['line may trip']} may trip, {counts['line overloads']} overload,"
            f" {counts['line cannot say']} cannot say",
            f"median width of the bounded intervals {middle:.0%}",
            *wrong_lines(self.wrong),
        ]


def wrong_lines(wrong: Mapping[str, Sequence[str]]) -> list[str]:
    """How many mistakes of each kind, and the first of them."""
    return [f"{law}: {len(texts)} {'; '.join(texts[:10])}".rstrip() for law, texts in wrong.items()]


def _failure(rng: random.Random, known: Sequence[HallNode]) -> list[HallNode]:
    kind = rng.choices(("feed", "panel", "pdu", "breaker"), (40, 10, 30, 20))[0]
    fitting = [one for one in known if one.kind == kind] or list(known)
    count = 2 if rng.random() < 0.1 and len(fitting) > 1 else 1
    return rng.sample(fitting, count)


def main() -> None:
    """Print the figures of a trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    given = parser.parse_args()
    wrong = 0
    for name, habits in (("tidy", TIDY), ("loose", LOOSE)):
        trial, begin = Trial(habits), time.monotonic()
        for seed in range(given.first, given.first + given.halls // 2):
            trial.run(seed)
        print(f"{given.halls // 2} {name} halls in {time.monotonic() - begin:.0f} s")
        print("\n".join(f"  {line}" for line in trial.lines()))
        wrong += sum(map(len, trial.wrong.values()))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
