"""What `pdu rehearse` answers, as JSON and exit code, against what happens in random halls:

    python -m tests.hall.trial --halls 10000 --returns 5000

The halls and what happens in them are of `physics`, which shares no line with the product. Each
machine and breaker is compared: what is said to stay never goes dark, what is dark at once is dark
at once, nothing happens before "not before" or after "at the latest", what fits never trips, what
comes back is there in the end, and exit code 0 is of halls in which nothing went dark or tripped.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import math
import random
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pdu import root
from tests.hall.physics import BOOT_S, FEEDS, Course, Life, PhysicalHall

_HOLDS = ("fits", "above its limit, holds")
_TOLERANCE_A, _TOLERANCE_S = 0.002, 0.6

FAILURE_LAWS = (
    "an answer is no answer",
    "a machine stays, and goes dark",
    "a machine is dark at once, and lives",
    "a machine goes dark before its time",
    "a machine lives after its latest time",
    "a machine goes dark with no breaker that it hangs on",
    "a breaker trips before its time",
    "a breaker holds after its latest time",
    "a breaker trips, and is not named",
    "a load is outside its interval",
    "a rating or limit is another one",
    "exit code 0, and something goes dark or trips",
)
RETURN_LAWS = (
    "an answer is no answer",
    "a machine comes back, and is dark",
    "a machine stays dark, and comes back",
    "a machine comes before its time",
    "a machine comes after its latest time",
    "a machine that lived on goes dark",
    "a breaker fits, and trips",
    "a breaker trips in every case, and holds",
    "a load is above its interval",
    "a rating or limit is another one",
    "exit code 0, and something is dark or trips",
)


class Trial:
    """Counts. `wrong`: what must not happen -> where it did, with the hall's seed."""

    def __init__(self, folder: str, laws: Sequence[str] = FAILURE_LAWS) -> None:
        self._folder = Path(folder)
        self.counts: Counter[str] = Counter()
        self.wrong: dict[str, list[str]] = {law: [] for law in laws}
        self._where = ""
        self._aliases: Mapping[str, str] = {}
        self._shifts_s = 0.0

    def _check(self, law: str, is_right: bool, text: str) -> None:
        if not is_right:
            self.wrong[law].append(f"{self._where}: {text}")

    def _ask(self, hall: PhysicalHall, *words: str) -> tuple[int, dict[str, Any]]:
        """The exit code and the answer of the command."""
        self._aliases = hall.aliases
        drawing, readings = self._folder / "hall.power.toml", self._folder / "now.json"
        drawing.write_text(hall.text)
        readings.write_text(json.dumps(hall.readings()))
        out, err = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            code = root.run(
                ("rehearse", str(drawing), "--readings", str(readings), *words, "--json")
            )
        try:
            answer: dict[str, Any] = json.loads(out.getvalue())
        except ValueError:
            self._check("an answer is no answer", False, f"{out.getvalue()[:300]} {err.getvalue()}")
            return code, {}
        if "level" not in answer:
            self._check("an answer is no answer", False, str(answer)[:300])
            return code, {}
        return code, answer

    def _breaker(self, name: str) -> str:
        """The breaker of a row: that of a conductor such as `P1/w0, L2`, or one of those that
        nobody told apart, `P1, the line of r1-a`.
        """
        alias = next((a for a in self._aliases if name in (a, *(f"{a}, L{n}" for n in "123"))), "")
        return self._aliases[alias] if alias else name.partition(", ")[0]

    def _conductor(self, name: str) -> str:
        """The breaker, or its conductor, of a row."""
        end = name[-4:] if name[-4:] in (", L1", ", L2", ", L3") else ""
        return self._breaker(name) + end

    def _ratings(self, hall: PhysicalHall, rows: Sequence[Mapping[str, Any]]) -> None:
        """Of what is drawn or read with a rating it is that one, and the limit a part of it."""
        parts = {part.name: part for part in hall.parts}
        for row in rows:
            name = row["name"]
            part = parts.get(self._breaker(name))
            # a spare line of a board feeds nothing
            if (
                part is not None
                and part.is_rated
                and ("inlet" in name or not any(map(name.startswith, self._aliases)))
            ):
                limit_a = part.rating * part.limit_percent / 100
                rated = row["rating_a"] == part.rating and abs(row["limit_a"] - limit_a) < 0.01
                law = "a rating or limit is another one"
                self._check(law, rated, f"{part.rating} {limit_a}: {row}")

    # ---- a failure -------------------------------------------------------------------------------

    def fail(self, seed: int) -> None:
        """One hall, one failure, now and then two."""
        hall = PhysicalHall(seed)
        rng = random.Random(f"failure {seed}")
        undrawn = {line for pdu in hall.pdus if not pdu.draws_lines for line in pdu.lines}
        nodes = [part for part in hall.parts if part.kind != "outlet" and part not in undrawn]
        feeds = [part for part in nodes if part.kind == "feed"]
        failed = [rng.choice(feeds if rng.random() < 0.5 else nodes)]
        failed += [rng.choice(nodes)] if rng.random() < 0.1 else []
        words = [word for part in failed for word in ("--fail", f"{part.kind}:{part.name}")]
        self._where = f"hall {seed} {' '.join(words)}"
        code, answer = self._ask(hall, *words)
        if not answer:
            return
        life = Life(hall, rng)
        self.counts["failures"] += 1
        outcome = answer["rehearsals"][0]
        self._ratings(hall, outcome["loads"])
        # the times of what trips count from the end of what feeds in the meantime
        life.loads_from_s = self._shifts_s = max(outcome["autonomy_s"].values(), default=0.0)
        course = life.fail(failed)
        said = {row["machine"]: row for row in outcome["machines"]}
        for machine in hall.machines:
            if machine.is_drawn and machine.name not in outcome["already_dark"]:
                if machine.name in life.ran:
                    self._machine(machine.name, said.get(machine.name), course)
                else:
                    becomes = said.get(machine.name, {}).get("becomes", "stays")
                    self.counts["dark before, and said to be dark or undecided"] += (
                        becomes != "stays"
                    )
            elif machine.is_drawn:
                law = "a machine is dark at once, and lives"
                self._check(law, machine.name not in life.ran, f"{machine.name} before")
        gone = {part.name for part in failed}
        self._breakers(outcome["loads"], course, gone)
        dark = [m.name for m in hall.machines
                if m.is_drawn and m.name in course.dark and m.name in life.ran]  # fmt: skip
        tripped = course.tripped.keys() - gone
        law = "exit code 0, and something goes dark or trips"
        self._check(law, code != 0 or not (dark or tripped), f"{dark} {sorted(tripped)}")
        self.counts[f"exit code {code}"] += 1

    def _machine(self, name: str, row: Any, course: Course) -> None:
        dark_s = course.dark.get(name, math.inf)
        becomes = "stays" if row is None else row["becomes"]
        self.counts[becomes if row is not None else "not touched"] += 1
        if becomes == "stays":
            law = "a machine stays, and goes dark"
            self._check(law, math.isinf(dark_s), f"{name} is dark at {dark_s}")
            return
        text = f"{name} {becomes}, is dark at {dark_s}: {row}"
        if becomes == "dark at once":
            # `at_the_latest_s`: nobody drew whether a UPS feeds it in the meantime
            latest_s = row["at_the_latest_s"]
            is_right = dark_s <= (1e9 if latest_s is None else latest_s)
            self._check("a machine is dark at once, and lives", is_right, text)
            return
        if becomes == "dark after its UPS":
            first_s = min(course.tripped.values(), default=math.inf)
            early = dark_s < min(first_s, row["autonomy_s"]) - _TOLERANCE_S
            self._check("a machine goes dark before its time", not early, text)
            self._check("a machine lives after its latest time", math.isfinite(dark_s), text)
            return
        not_before_s = row.get("not_before_s")
        if not_before_s is not None and row["breakers"]:
            early = dark_s < not_before_s - _TOLERANCE_S
            self._check("a machine goes dark before its time", not early, text)
        if row["verdict"] == "dark":
            latest_s = row["at_the_latest_s"]
            late = latest_s is None or dark_s > latest_s + self._shifts_s + _TOLERANCE_S
            self._check("a machine lives after its latest time", not late, text)
        elif becomes == "stays unless a breaker trips" and math.isfinite(dark_s):
            went = {**course.with_it, **course.tripped}
            tripped = [b for b in row["breakers"] if went.get(self._breaker(b), math.inf) <= dark_s]
            law = "a machine goes dark with no breaker that it hangs on"
            self._check(law, bool(tripped), f"{text} {course.tripped}")

    def _breakers(self, rows: Sequence[Mapping[str, Any]], course: Course, gone: set[str]) -> None:
        for row in rows:
            name, part = self._conductor(row["name"]), self._breaker(row["name"])
            self.counts[f"breaker {row['verdict']}"] += 1
            tripped_s = course.tripped.get(part, math.inf)
            low, high = course.loads.get(name, (math.inf, 0.0))
            text = f"{name} carries {low:.3f} to {high:.3f} A, trips at {tripped_s}: {row}"
            most = math.inf if row["high_a"] is None else row["high_a"]
            is_within = high <= most + _TOLERANCE_A
            if name in course.first and row["at_first_low_a"] is not None:
                is_within &= bool(self._shifts_s) or (
                    course.first[name] >= row["at_first_low_a"] - _TOLERANCE_A
                )
            # others that trip first may take load away, or its power
            if not course.tripped and name in course.first:
                is_within &= high >= row["low_a"] - _TOLERANCE_A
            self._check("a load is outside its interval", is_within, text)
            # of a breaker of several conductors the fullest trips it
            not_before_s = min(_not_before_s(r) for r in rows if self._breaker(r["name"]) == part)
            early = tripped_s < not_before_s - _TOLERANCE_S
            self._check("a breaker trips before its time", not early, text)
            if row.get("at_the_latest_s") is not None:
                ends_s = min(tripped_s, course.dead.get(part, math.inf))
                late = ends_s > row["at_the_latest_s"] + self._shifts_s + _TOLERANCE_S
                self._check("a breaker holds after its latest time", not late, text)
        named = {self._breaker(row["name"]) for row in rows}
        for name in course.tripped.keys() - gone:
            self.counts["breakers that tripped"] += 1
            law = "a breaker trips, and is not named"
            # what UPSes feed for a while is said to be dead then, and no more
            is_fed = course.tripped[name] <= self._shifts_s
            self._check(law, name in named or is_fed, name)

    # ---- a return --------------------------------------------------------------------------------

    def come_back(self, seed: int) -> None:
        """One hall, in which one or both feeds come back."""
        hall = PhysicalHall(f"return {seed}")
        rng = random.Random(f"return {seed}")
        kind = rng.choice(("both", "first", "alone"))
        names = rng.sample(FEEDS, 2)
        returned, gone = names[:1] if kind != "both" else names, names[1:]
        gone = gone if kind == "first" else []
        asked = returned + gone
        words = [word for name in asked for word in ("--return", f"feed:{name}")]
        for level in (0.0, 1.0):
            path = self._folder / f"more{level}.json"
            for machine in hall.machines:
                machine.watts = machine.idle_w + level * (machine.peak_w - machine.idle_w)
            path.write_text(json.dumps(hall.readings()))
            words += ["--metered", str(path)]
        for machine in hall.machines:
            machine.watts = rng.uniform(machine.idle_w, machine.peak_w)
        self._where = f"return {seed} {returned} without {gone}"
        code, answer = self._ask(hall, *words)
        if not answer:
            return
        outcome = answer["returns"][1 if gone else 0]
        feeds = {part.name: part for part in hall.parts if part.kind == "feed"}
        life = Life(hall, rng)
        course = life.back([feeds[name] for name in returned], [feeds[name] for name in gone])
        if course is None:
            self.counts["returns after a trip"] += 1
            return
        self.counts["returns"] += 1
        self._ratings(hall, outcome["breakers"])
        self._back(hall, outcome, life.ran, course)
        runs = {machine.name for machine in hall.machines if machine.runs()}
        drawn = {machine.name for machine in hall.machines if machine.is_drawn}
        usual = {m.name for m in hall.machines if sum(m.usual) >= m.needs}
        dark = (drawn & usual) - runs
        law = "exit code 0, and something is dark or trips"
        text = f"{sorted(dark)} {course.tripped}"
        self._check(law, code != 0 or not (dark or course.tripped), text)
        self.counts[f"exit code {code}"] += 1

    def _back(
        self, hall: PhysicalHall, outcome: Mapping[str, Any], ran: set[str], course: Course
    ) -> None:
        said = {row["machine"]: row for row in outcome["machines"]}
        late_s = 2 * BOOT_S + 1.0
        for machine in hall.machines:
            row, runs = said.get(machine.name), machine.runs()
            if not machine.is_drawn:
                continue
            if row is None:
                died = machine.name in ran and machine.name in course.dark
                self._check("a machine that lived on goes dark", not died, machine.name)
                continue
            text = f"{machine.name} runs {runs}: {row}"
            verdict = row["verdict"]
            self.counts[f"machine {verdict}"] += 1
            comes = verdict in ("comes back by itself", "comes up before what it needs")
            self._check("a machine comes back, and is dark", not comes or runs, text)
            is_dark = verdict == "stays dark"
            self._check("a machine stays dark, and comes back", not (is_dark and runs), text)
            at = course.started.get(machine.name)
            if comes and at is not None and machine.name not in ran:
                early = at < row["earliest_s"] - _TOLERANCE_S
                self._check("a machine comes before its time", not early, f"{text} {at}")
                latest = row["latest_s"]
                late = latest is not None and at > latest + late_s
                self._check("a machine comes after its latest time", not late, f"{text} {at}")
        for row in outcome["breakers"]:
            name, part = self._conductor(row["name"]), self._breaker(row["name"])
            tripped, dead = part in course.tripped, part in course.dead
            high = course.loads.get(name, (0.0, 0.0))[1]
            text = f"{name} carries {high:.3f} A, {course.tripped.get(part)}: {row}"
            self.counts[f"breaker {row['verdict']}"] += 1
            rows = [r for r in outcome["breakers"] if self._breaker(r["name"]) == part]
            holds = all(r["verdict"] in _HOLDS for r in rows)
            self._check("a breaker fits, and trips", not (holds and tripped), text)
            law = "a breaker trips in every case, and holds"
            self._check(law, not row["trips"] or tripped or dead, text)
            most = math.inf if row["high_a"] is None else row["high_a"]
            self._check("a load is above its interval", high <= most + _TOLERANCE_A, text)

    def lines(self) -> list[str]:
        """The figures."""
        return [
            *(f"{count:9,} {what}" for what, count in sorted(self.counts.items())),
            *wrong_lines(self.wrong),
        ]


def _not_before_s(row: Mapping[str, Any]) -> float:
    """Without `not_before_s` it holds for good."""
    return math.inf if row["verdict"] in _HOLDS else row.get("not_before_s", math.inf)


def wrong_lines(wrong: Mapping[str, Sequence[str]]) -> list[str]:
    """What must not happen, how often it did, and the first places."""
    return [
        f"{'WRONG' if texts else 'never'}: {law}" + "".join(f"\n    {t}" for t in texts[:3])
        + (f"\n    in all {len(texts)}" if texts else "")
        for law, texts in wrong.items()
    ]  # fmt: skip


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=10_000)
    parser.add_argument("--returns", type=int, default=5_000)
    parser.add_argument("--first", type=int, default=0, help="the seed of the first hall")
    given = parser.parse_args()
    begin, wrong = time.monotonic(), False
    with tempfile.TemporaryDirectory() as folder:
        failures, returns = Trial(folder), Trial(folder, RETURN_LAWS)
        for seed in range(given.first, given.first + given.halls):
            failures.fail(seed)
        for seed in range(given.first, given.first + given.returns):
            returns.come_back(seed)
    for trial in (failures, returns):
        print("\n".join(trial.lines()), flush=True)
        wrong |= any(trial.wrong.values())
    print(f"{time.monotonic() - begin:.0f} s")
    return int(wrong)


if __name__ == "__main__":
    raise SystemExit(main())
