"""Makes random halls: the simulated plant, its drawing as a file's text, and its readings."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import Any, NamedTuple

from tests.hall.plant import Bar, Box, Outlet, Plant, Supply, rounded

_LINES = ("L1", "L2", "L3")


class RandomHall(NamedTuple):
    """One hall."""

    plant: Plant
    #: hall.power.toml
    drawing: str
    #: a document in the form of `pdu check --json`, with topology
    readings: dict[str, Any]


class Habits(NamedTuple):
    """How a hall is kept."""

    #: ratings over the present load, one of them for each line
    spare: tuple[float, ...]
    #: the parts of PDUs that meter outlets, lines, nothing, and that do not answer
    metering: tuple[int, int, int, int]
    #: how often the drawing says which outlets are behind a line, and what it is rated
    knows_outlets: float
    knows_ratings: float


#: most is known, and there is room for a take-over
TIDY = Habits((2.5, 3.0, 4.0), (97, 1, 1, 1), 1.0, 1.0)
#: much is not known, and breakers are small
LOOSE = Habits((1.05, 1.5, 2.2, 2.5, 3.0, 4.0), (86, 7, 5, 2), 0.8, 0.96)


def random_hall(
    rng: random.Random, habits: Habits, racks: int, machines: int, outlets: int = 12
) -> RandomHall:
    """A hall with this many racks, and about this many machines in each."""
    plant = _empty(rng)
    for number in range(racks):
        bars = _rack(rng, plant, f"r{number}", outlets)
        _fill(rng, plant, bars, f"r{number}", machines)
    _rate(rng, plant, habits)
    return RandomHall(plant, _drawn(rng, plant, habits), _read(rng, plant, habits))


def _empty(rng: random.Random) -> Plant:
    panels: dict[str, list[str]] = {}
    lines: dict[str, float] = {}
    if rng.random() < 0.5:
        panels = {"PA": ["A"], "PB": ["B"]}
        if rng.random() < 0.6:
            lines = {f"{panel}/{line}": 0.0 for panel in panels for line in _LINES}
    return Plant(["A", "B"], panels, lines, {}, [])


def _rack(rng: random.Random, plant: Plant, rack: str, count: int) -> list[Bar]:
    bars = []
    sources = ["PA", "PB"] if plant.panels else ["A", "B"]
    for number, side in enumerate(("left", "right")):
        inputs = [sources[0] if rng.random() < 0.08 else sources[number]]
        if rng.random() < 0.05:
            inputs = list(sources)
        three = rng.random() < 0.5
        lines = _LINES if three else _LINES[:1]
        breakers = [f"B{place}" for place in range(1, 4)] if rng.random() < 0.4 else []
        outlets: dict[str, Outlet] = {}
        between = three and rng.random() < 0.3
        for outlet in range(1, count + 1):
            first = outlet % len(lines)
            own = (lines[first], lines[(first + 1) % 3]) if between else (lines[first],)
            number = first if three else outlet % 3  # a breaker is on one line
            breaker = breakers[number] if breakers else ""
            outlets[str(outlet)] = Outlet(own, breaker, rng.random() > 0.03)
        bar = Bar(
            f"{rack}-{side}",
            inputs,
            outlets,
            rack,
            dict.fromkeys(lines, 0.0),
            dict.fromkeys(breakers, 0.0),
            common=three and rng.random() < 0.7,
        )
        if plant.panel_lines and len(inputs) == 1:
            shift = rng.randrange(3)
            bar.of = {
                line: f"{inputs[0]}/{_LINES[(place + shift) % 3]}"
                for place, line in enumerate(lines)
            }
        plant.bars[bar.name] = bar
        bars.append(bar)
    return bars


def _fill(rng: random.Random, plant: Plant, bars: Sequence[Bar], rack: str, machines: int) -> None:
    free = {bar.name: list(bar.outlets) for bar in bars}
    for number in range(machines):
        count = rng.choices((1, 2, 4), (15, 65, 20))[0]
        spares = count > 1 and rng.random() < 0.15
        supplies = []
        for cord in range(count):
            bar = bars[cord % 2] if rng.random() > 0.05 else bars[0]
            if not free[bar.name]:
                continue
            outlet = free[bar.name].pop(rng.randrange(len(free[bar.name])))
            filtered = rng.random() < 0.3
            supplies.append(
                Supply(
                    bar.name,
                    outlet,
                    rng.uniform(0.8, 1.2),
                    dead=rng.random() < 0.04,
                    spare=spares and cord >= count // 2,
                    filter_a=rng.uniform(0.01, 0.05) if filtered else 0.0,
                )
            )
        if not supplies:
            continue
        needs = rng.randint(1, len(supplies) - 1) if len(supplies) > 2 else 1
        if spares:
            needs = 1
        plant.boxes.append(
            Box(
                f"{rack}/m{number}",
                supplies,
                needs,
                rng.uniform(0.5, 5.0),
                rng.uniform(0.0, 0.3),
                # outlets that carry nothing and that nobody drew are no part of what is claimed
                drawn=rng.random() > 0.05 or any(one.dead or one.spare for one in supplies),
                change=rng.uniform(0.985, 1.035),
            )
        )


def _rate(rng: random.Random, plant: Plant, habits: Habits) -> None:
    """Give each line and breaker a rating above what it carries now."""
    loads = plant.loads()
    for bar in plant.bars.values():
        for ratings in (bar.lines, bar.breakers):
            for name in ratings:
                ratings[name] = _rating(rng, habits, loads.get(f"{bar.name}/{name}", 0.0))
    for line in plant.panel_lines:
        plant.panel_lines[line] = _rating(rng, habits, loads.get(line, 0.0) * 1.1)
    # IEC 60898-1: it holds up to 1.13 times, and trips at 1.45 times; others trip earlier
    plant.trips_at = {place: rng.uniform(1.0, 1.45) for place in plant.ratings()}


def _rating(rng: random.Random, habits: Habits, load: float) -> float:
    return round(max(6.0, load * rng.choice(habits.spare)), 1)


# ---- the drawing ---------------------------------------------------------------------------------


def _drawn(rng: random.Random, plant: Plant, habits: Habits) -> str:
    lines = ['standard = "IEC 60898-1"']
    lines += [f'[[feed]]\nname = "{name}"' for name in plant.feeds]
    for panel, inputs in plant.panels.items():
        lines.append(f'[[panel]]\nname = "{panel}"\ninputs = {_list(inputs)}')
        for place, rating in plant.panel_lines.items():
            if place.startswith(f"{panel}/"):
                lines.append(f'[[panel.line]]\nname = "{place[3:]}"\nbreaker_a = {rating}')
    for bar in plant.bars.values():
        lines.append(f'[[pdu]]\nname = "{bar.name}"\ninputs = {_list(bar.inputs)}')
        lines.append(f'rack = "{bar.rack}"')
        knows, rated = rng.random() < habits.knows_outlets, rng.random() < habits.knows_ratings
        for line, rating in bar.lines.items():
            lines.append(f'[[pdu.line]]\nname = "{line}"')
            lines += [f"breaker_a = {rating}"] if rated else []
            behind = [name for name, one in bar.outlets.items() if line in one.lines]
            lines += [f"outlets = {_list(behind)}"] if knows else []
            if line in bar.of and rng.random() < 0.8:
                lines.append(f'of = "{bar.of[line]}"')
        for breaker, rating in bar.breakers.items():
            lines.append(f'[[pdu.breaker]]\nname = "{breaker}"\nbreaker_a = {rating}')
            behind = [name for name, one in bar.outlets.items() if one.breaker == breaker]
            lines += [f"outlets = {_list(behind)}"] if knows else []
    for box in plant.boxes:
        if box.drawn:
            cords = [f"{one.pdu}/{one.outlet}" for one in box.supplies]
            lines.append(f'[[machine]]\nname = "{box.name}"\ncords = {_list(cords)}')
            lines.append(f"needs = {box.needs}")
    return "\n".join(lines) + "\n"


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(f'"{text}"' for text in texts) + "]"


# ---- the readings --------------------------------------------------------------------------------


def _read(rng: random.Random, plant: Plant, habits: Habits) -> dict[str, Any]:
    currents, loads = plant.currents(), plant.loads()
    pdus = []
    for bar in plant.bars.values():
        kind = rng.choices(("outlets", "lines", "none", "away"), habits.metering)[0]
        step, cut = rng.choice((0.1, 0.01, 0.001)), rng.random() < 0.5
        made: dict[str, Any] = {"name": bar.name, "outlets": [], "load_a": None}
        pdus.append(made)
        nobodys = any(
            not box.drawn and one.pdu == bar.name for box in plant.boxes for one in box.supplies
        )
        # what nobody drew or reads is no part of what is claimed
        if kind == "away" and not nobodys:
            made["error"] = {"kind": "unreachable", "reason": "no answer"}
            continue
        for name, outlet in bar.outlets.items():
            state = "on" if outlet.on else "off"
            if rng.random() < 0.02:
                state = "unknown"
            current = currents.get((bar.name, name), 0.0)
            shown = rounded(current, step, cut) if kind in ("outlets", "away") else None
            made["outlets"].append({"identity": name, "state": state, "current_a": shown})
        if kind == "lines" or (kind == "outlets" and rng.random() < 0.5):
            shown_lines = {
                line: rounded(loads.get(f"{bar.name}/{line}", 0.0), step, cut) for line in bar.lines
            }
            made["load_a"] = sum(shown_lines.values())
            if rng.random() < 0.6:
                made["topology"] = {
                    "meters": [
                        {"kind": "line", "label": line, "current_a": shown}
                        for line, shown in shown_lines.items()
                    ]
                }
    return {"pdus": pdus}
