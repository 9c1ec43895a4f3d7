"""What a NUT driver no longer lists, or lists with another text: losses.txt (tests/tables.py).

A line has the variables of a unit, with the short names of decoding.txt; `rows 4` and `dev1.rows 3`
stand for so many outlets, those with odd numbers on, `metered` with their figures. Each variable is
taken away, and given texts of other types, and so are PAIRS pairs at random. After `- `, variables
that are taken away together.

On the right stand the changes after which a figure, a state or an outlet is another one, or gone
without a reason: those of which no reader can tell the list from that of another unit. The title
says why. `python -m tests.tables tests.handlers.nut.loss_table` writes right sides.
"""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple, Optional

from handlers.nut.devices import ListedDevice, figures_of
from handlers.nut.outlets import decode_outlets
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, measured
from handlers.shared.settings import Settings
from tests.handlers.nut.clients import DEFAULTS, WITH_WHOLE_LOAD
from tests.handlers.nut.decoding_table import variables_of
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("losses.txt"))
# Texts of other types. Another number, or another word of the same table, is another true value.
SPOILT_TEXTS = ("", "n/a", "nan", "1,5", "1 A", "-1")
PAIRS = 60  # of each unit
SEED = 144
#: variable -> its text; None for one that is gone
Change = Mapping[str, Optional[str]]


class Reading(NamedTuple):
    """What DCImanager would see."""

    #: load, energy and power of the unit; the figures of each outlet
    figures: Mapping[str, Figure]
    states: Mapping[str, Optional[bool]]
    #: why a state is not known
    reasons: Mapping[str, str]


def shown(case: Case) -> str:
    """The right side of a case, as the code gives it now."""
    parts: list[str] = []
    together: list[Change] = []
    for part in case.left.split("; "):
        if part.startswith("- "):
            names = variables_of("; ".join(f"{name}: " for name in part[2:].split(" + ")))
            together.append(dict.fromkeys(set(names) - {"device.type"}))
        elif ":" in part:
            parts.append(part)
        else:
            parts += _outlets(part)
    return silent_changes(variables_of("; ".join(parts)), together)


def _outlets(words: str) -> Iterator[str]:
    """The variables of `dev1.rows 3 metered`."""
    rows, count, *metered = words.split(" ")
    for number in range(1, int(count) + 1):
        row = f"{rows.removesuffix('rows')}o{number}"
        is_on = number % 2 == 1
        yield f"{row}.status: {'on' if is_on else 'off'}"
        yield f"{row}.desc: Outlet {number}"
        yield f"{row}.id: {number}"
        if metered:
            yield f"{row}.current: {'0.5' if is_on else '0.0'}"
            yield f"{row}.realpower: {'100' if is_on else '0'}"
            yield f"{row}.energy: {number}000"


def silent_changes(unit: Mapping[str, str], together: list[Change]) -> str:
    """The changes of the variables of a unit after which it is read as another one."""
    settings = WITH_WHOLE_LOAD if unit.get("device.type") == "ups" else DEFAULTS
    before = _read(unit, settings)
    assert before is not None
    silent: list[Change] = []
    for change in (*_singles(unit), *together, *_pairs(unit)):
        assert change.keys() <= unit.keys()
        if any(other.items() <= change.items() for other in silent):
            continue
        texts = {name: change.get(name, text) for name, text in unit.items()}
        listed = {name: text for name, text in texts.items() if text is not None}
        if _is_silent(before, _read(listed, settings)):
            silent.append(change)
    return "; ".join(" + ".join(_words(change)) for change in silent) or "nothing"


def _words(change: Change) -> Iterator[str]:
    for name in sorted(change):
        yield name if change[name] is None else f"{name} {change[name]!r}"


def _singles(unit: Mapping[str, str]) -> Iterator[Change]:
    """The changes of one variable: without it, or with one of SPOILT_TEXTS."""
    for name in unit:
        for text in (None, *SPOILT_TEXTS):
            yield {name: text}


def _pairs(unit: Mapping[str, str]) -> Iterator[Change]:
    """Changes of two variables at once, at random."""
    chance = random.Random(SEED)
    for _ in range(PAIRS):
        yield {
            name: chance.choice([None, None, *SPOILT_TEXTS])
            for name in chance.sample(sorted(unit), 2)
        }


def _read(variables: Mapping[str, str], settings: Settings) -> Optional[Reading]:
    """None for an error."""
    try:
        device = decode_outlets(variables, ["load.off"], {}, settings)
    except PduHandlerError:
        return None
    figures = figures_of([ListedDevice("", "rack", device)], with_power=True)
    by_name: dict[str, Figure] = {
        "load": figures.load_a,
        "energy": figures.energy_kwh,
        "power": figures.power_w,
    }
    for identity, outlet in figures.ports.items():
        for field, figure in outlet._asdict().items():
            by_name[f"outlet {identity} {field}"] = figure
    return Reading(
        figures=by_name,
        states={outlet.identity: outlet.state for outlet in device.outlets},
        reasons={outlet.identity: outlet.reason for outlet in device.outlets},
    )


def _is_silent(before: Reading, after: Optional[Reading]) -> bool:
    """Whether something differs without an error and without a reason."""
    if after is None:
        return False
    if before.states.keys() != after.states.keys():
        return True
    for name, figure in before.figures.items():
        later_figure = after.figures.get(name)
        is_lost = later_figure is None and measured(figure) is not None
        is_other = measured(later_figure) is not None and later_figure != figure
        if is_lost or is_other:
            return True
    for identity, state in before.states.items():
        later_state = after.states[identity]
        if later_state is None and not after.reasons[identity]:
            return True
        if later_state is not None and later_state is not state:
            return True
    return False
