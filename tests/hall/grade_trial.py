"""The rehearsal against halls with a physical life of their own, in four grades of order:

    python -m tests.hall.grade_trial --halls 10000

In each hall something fails. No machine that is drawn rightly may be called dark and run, nor be
said to stay and go dark. For each grade it prints how many of the machines that a failure touches
nobody can decide for sure.
"""

from __future__ import annotations

import argparse
import random
import time
from collections import Counter
from collections.abc import Mapping
from typing import Union

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode, nodes
from pdu.core.inventory import saved_readings
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.walk.verdicts import Judged, Verdict
from tests.hall.grades import GRADES, Grade, failures, graded_hall
from tests.hall.life import Feed, Part, Rated, Server, Strip, Way, name_of
from tests.hall.trial import wrong_lines


class GradeTrial:
    """Counts over many halls of one grade. `wrong`: what must not happen -> where it did, with the
    hall's seed.
    """

    def __init__(self, grade: Grade) -> None:
        self.grade = grade
        self.counts: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = {
            "called dark, and runs": [],
            "said to stay, and went dark": [],
        }

    def run(self, seed: int) -> None:
        """One hall, one failure."""
        rng = random.Random(f"{self.grade.name} {seed}")
        made = graded_hall(rng, self.grade)
        life = made.life
        drawing = drawing_file.parsed(made.drawing, "hall.power.toml")
        hall = Hall(drawing, saved_readings.parse_readings(made.readings, "readings.json"))
        drawn = set(nodes(hall.drawing))
        known = [(_node(what, one), one) for what, one in failures(life)]
        known = [pair for pair in known if pair[0] in drawn]
        kind = rng.choices(("feed", "ups", "panel", "pdu", "breaker"), (35, 5, 10, 25, 25))[0]
        node, one = rng.choice([pair for pair in known if pair[0].kind == kind] or known)
        ran = {server.name: life.runs(server) for server in life.servers}
        outcome = hall.rehearse([node])
        life.fail([one], rng)
        judged = {each.machine: each for each in outcome.touched}
        for server in life.servers:
            if server.drawn and ran[server.name]:
                self._compare(f"{self.grade.name} {seed} {node}", server, judged, life.runs(server))

    def _compare(
        self, where: str, server: Server, judged: Mapping[str, Judged], runs: bool
    ) -> None:
        found = judged.get(server.name)
        verdict = Verdict.STAYS if found is None else found.verdict
        self.counts["machines"] += 1
        if found is None and runs:
            return
        self.counts["touched"] += found is not None
        self.counts[verdict.value] += 1
        if server.crossed:
            self.counts["crossed"] += 1
            return
        if verdict is Verdict.STAYS and not runs:
            self.wrong["said to stay, and went dark"].append(f"{where}: {server.name}")
        if verdict is Verdict.DARK and runs:
            self.wrong["called dark, and runs"].append(f"{where}: {server.name}")

    def lines(self) -> list[str]:
        """The figures."""
        counts = self.counts
        touched = counts["touched"] or 1
        return [
            f"{self.grade.name}: {counts['machines']} machines, {counts['touched']} touched:"
            f" {counts['dark']} dark, {counts['stays']} stay,"
            f" {counts['stays unless a breaker trips']} unless a breaker trips,"
            f" {counts['cannot say']} cannot say ({counts['cannot say'] / touched:.0%})",
            *(f"  {line}" for line in wrong_lines(self.wrong)),
        ]


def _node(kind: str, one: Union[Feed, Rated, Strip]) -> HallNode:
    """What it is in the drawing."""
    if isinstance(one, (Way, Part)):
        return HallNode.breaker(name_of(one).rpartition("/")[0], one.name)
    return HallNode(kind, one.name)


def main() -> None:
    """Print the figures of a trial."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    given = parser.parse_args()
    wrong = 0
    for grade in GRADES:
        trial, begin = GradeTrial(grade), time.monotonic()
        for seed in range(given.first, given.first + given.halls // len(GRADES)):
            trial.run(seed)
        print("\n".join(trial.lines()))
        print(f"  {time.monotonic() - begin:.0f} s", flush=True)
        wrong += sum(map(len, trial.wrong.values()))
    raise SystemExit(1 if wrong else 0)


if __name__ == "__main__":
    main()
