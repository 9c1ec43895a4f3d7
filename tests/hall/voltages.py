"""Halls of several voltages, with a physics of their own: what flows is compared with what is said.

    python -m tests.hall.voltages --halls 10000

Each feed has a voltage, each board below it may be behind a transformer, a UPS or neither, and each
machine takes constant watts, at a power factor of its own, wherever its cords are. When a feed
dies, what remains carries all of it: each line's true current lies within its interval, and a
breaker that holds by the answer carries no more than its rating.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator
from dataclasses import dataclass, field

from pdu.core.drawing import drawing_file
from pdu.core.drawing.drawing import HallNode
from pdu.core.inventory import saved_readings
from pdu.hall.failure.rehearsal import Hall
from pdu.hall.walk.load_limits import ABOVE_LIMIT, FITS
from pdu.hall.walk.verdicts import Verdict
from tests.hall.trial import wrong_lines

_FEEDS = {"A": (230.0, 480.0), "B": (230.0, 48.0, 110.0)}
_BELOW = (None, 208.0, 48.0)
# a supply draws so much more at another voltage, in parts
_EFFICIENCY = (0.99, 1.02)


@dataclass
class Side:
    """A feed with a board and a PDU."""

    name: str
    feed_v: float
    board_v: float
    is_ups: bool
    ratings: dict[str, float] = field(default_factory=dict)


@dataclass
class Load:
    """A machine."""

    name: str
    watts: float
    #: side -> its share while all have power
    shares: dict[str, float]

    def watts_at(self, side: str, living: frozenset[str]) -> float:
        whole = sum(share for name, share in self.shares.items() if name in living)
        return self.watts * self.shares[side] / whole if side in living and whole else 0.0


class VoltageHall:
    """One hall."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.sides = {}
        for name, volts in _FEEDS.items():
            feed_v = rng.choice(volts)
            own = rng.choice(_BELOW)
            # 120 and 208, 277 and 480 V are one network: the drawing refuses them
            board_v = feed_v if own is None else own
            self.sides[name] = Side(name, feed_v, board_v, rng.random() < 0.4)
        self.loads = [self._load(number) for number in range(rng.randint(1, 8))]
        for key, most in self.amperes(frozenset(self.sides)).items():
            self.sides[key[0]].ratings[key[1:]] = max(0.5, most * rng.uniform(0.9, 3.5))

    def _load(self, number: int) -> Load:
        rng = self.rng
        sides = [*self.sides] if rng.random() < 0.8 else [rng.choice([*self.sides])]
        shares = {side: rng.uniform(0.6, 1.4) for side in sides}
        return Load(f"m{number}", rng.uniform(150.0, 900.0), shares)

    def factor(self, volts: float, number: int) -> float:
        """The power factor of a machine there; direct current has none."""
        if volts == 48.0:
            return 1.0
        return random.Random(f"{volts} {number}").uniform(0.92, 0.99)

    def amperes(self, living: frozenset[str]) -> dict[str, float]:
        """`Ap`: the PDU's line of side A; `Ab`: the line of the board above it."""
        found: dict[str, float] = {}
        for name, side in self.sides.items():
            at_board = at_feed = 0.0
            for number, load in enumerate(self.loads):
                watts = load.watts_at(name, living) if name in load.shares else 0.0
                va = watts / self.factor(side.board_v, number)
                at_board += va / side.board_v
                at_feed += va / side.feed_v
            found[f"{name}p"], found[f"{name}b"] = at_board, at_feed
        return found

    def drawing(self) -> str:
        lines = ['standard = "IEC 60898-1"'] if self.rng.random() < 0.5 else []
        tables = []
        for name, side in self.sides.items():
            kind = "ups" if side.is_ups else "panel"
            lines += ["[[feed]]", f'name = "{name}"', f"voltage_v = {side.feed_v:g}"]
            lines += ["[[panel]]", f'name = "M{name}"', f'inputs = ["{name}"]', "[[panel.line]]"]
            lines += ['name = "T"', f"breaker_a = {side.ratings['b']:.2f}", "phases = 1"]
            board = [f"[[{kind}]]", f'name = "R{name}"', f'inputs = ["M{name}/T"]']
            if side.board_v != side.feed_v:
                board.append(f"voltage_v = {side.board_v:g}")
            pdu = ["[[pdu]]", f'name = "p{name}"', f'inputs = ["R{name}"]', "[[pdu.line]]"]
            pdu += ['name = "L1"', f"breaker_a = {side.ratings['p']:.2f}"]
            tables += [board, pdu]
        for number, load in enumerate(self.loads):
            cords = ", ".join(f'"p{side}/{number}"' for side in load.shares)
            tables.append(["[[machine]]", f'name = "{load.name}"', f"cords = [{cords}]"])
        self.rng.shuffle(tables)
        return "\n".join([*lines, *(line for table in tables for line in table)]) + "\n"

    def readings(self) -> dict[str, object]:
        everything = frozenset(self.sides)
        pdus = []
        for name, side in self.sides.items():
            outlets = []
            for number, load in enumerate(self.loads):
                if name in load.shares:
                    watts = load.watts_at(name, everything)
                    amps = watts / self.factor(side.board_v, number) / side.board_v
                    outlets.append(
                        {"identity": str(number), "state": "on", "current_a": round(amps, 3)}
                    )
            pdus.append({"name": f"p{name}", "outlets": outlets})
        return {"taken": 0, "pdus": pdus}


def is_comparable(hall: VoltageHall) -> bool:
    """Whether a drawing may have these voltages together."""
    volts = {v for side in hall.sides.values() for v in (side.feed_v, side.board_v)}
    return not any(1.68 < high / low < 1.78 for high in volts for low in volts)


class VoltageTrial:
    """Counts; `wrong`: what must not happen -> where it did."""

    def __init__(self) -> None:
        self.compared = self.several = 0
        self.wrong: dict[str, list[str]] = {
            "a current outside its interval": [],
            "a breaker that holds carries more than its rating": [],
            "a machine is dark, and was said to stay": [],
        }

    def run(self, seed: int) -> None:
        """One hall, one failed feed."""
        rng = random.Random(seed)
        made = VoltageHall(rng)
        if not is_comparable(made):
            return
        drawing = drawing_file.parsed(made.drawing(), "hall.power.toml")
        hall = Hall(drawing, saved_readings.parse_readings(made.readings(), "readings.json"))
        gone = rng.choice([*made.sides])
        outcome = hall.rehearse([HallNode("feed", gone)])
        living = frozenset(made.sides) - {gone}
        true = made.amperes(living)
        self.several += drawing.has_several_voltages
        places = {f"p{name}/L1": f"{name}p" for name in living}
        places.update({f"M{name}/T": f"{name}b" for name in living})
        for load in outcome.loads:
            if load.name not in places:
                continue
            self.compared += 1
            current = true[places[load.name]]
            where = f"hall {seed}: {load.name} {current:.2f} A, said {load.load[:2]}"
            if not load.load.low <= current * _EFFICIENCY[1]:
                self.wrong["a current outside its interval"].append(where)
            if not current * _EFFICIENCY[0] <= load.load.high:
                self.wrong["a current outside its interval"].append(where)
            if load.fit.word in (FITS, ABOVE_LIMIT) and current > (load.rating_a or 0.0):
                law = "a breaker that holds carries more than its rating"
                self.wrong[law].append(where)
        for machine in outcome.touched:
            load_of = next(one for one in made.loads if one.name == machine.machine)
            is_dark = not living & load_of.shares.keys()
            if machine.verdict is Verdict.STAYS and is_dark:
                law = "a machine is dark, and was said to stay"
                self.wrong[law].append(f"hall {seed}: {machine.machine}")

    def lines(self) -> Iterator[str]:
        """The figures."""
        yield f"{self.several} halls of several voltages, {self.compared} currents compared"
        yield from wrong_lines(self.wrong)


def main() -> int:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--halls", type=int, default=10_000)
    given = parser.parse_args()
    trial = VoltageTrial()
    for seed in range(given.halls):
        trial.run(seed)
    print("\n".join(trial.lines()))
    return int(any(trial.wrong.values()))


if __name__ == "__main__":
    raise SystemExit(main())
