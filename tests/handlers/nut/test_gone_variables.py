"""What a driver no longer lists, or lists with another text, is never another figure, another state
or an outlet fewer in silence: each variable of several units, alone, and pairs of them.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple, Optional

import pytest

from handlers.nut.devices import ListedDevice, figures_of
from handlers.nut.outlets import decode_outlets
from handlers.shared.errors import PduHandlerError
from handlers.shared.meter_figures import Figure, measured
from handlers.shared.settings import Settings
from tests import foreign_files
from tests.handlers.nut.clients import DEFAULTS, WITH_WHOLE_LOAD

# Texts of other types. Another number, or another word of the same table, is another true value.
SPOILT_TEXTS = ("", "n/a", "nan", "1,5", "1 A", "-1")
PAIRS = 60  # of each unit
SEED = 144
#: variable -> its text; None for one that is gone
Change = Mapping[str, Optional[str]]


def rows(count: int, prefix: str = "", *, meters: bool = True) -> dict[str, str]:
    """The variables of outlets 1 to `count`: those with odd numbers are on."""
    variables: dict[str, str] = {}
    for number in range(1, count + 1):
        row = f"{prefix}outlet.{number}."
        is_on = number % 2 == 1
        variables.update(
            {
                f"{row}status": "on" if is_on else "off",
                f"{row}desc": f"Outlet {number}",
                f"{row}id": str(number),
            }
        )
        if meters:
            variables.update(
                {
                    f"{row}current": "0.5" if is_on else "0.0",
                    f"{row}realpower": "100" if is_on else "0",
                    f"{row}energy": f"{1000 * number}",
                }
            )
    return variables


PDU = {"device.type": "pdu", "driver.name": "snmp-ups", "driver.state": "quiet", "ups.status": ""}
INPUT = {"input.current": "1.5", "input.realpower": "300", "input.energy": "99500"}
LINES = {
    f"input.L{line}.{field}": text
    for line in (1, 2, 3)
    for field, text in (("current", f"{line}.5"), ("realpower", f"{200 * line}"))
}


def members(kind: str, **variables: str) -> dict[str, str]:
    """The variables of two members of a chain; N in a text stands for the member's number."""
    return {
        f"device.{number}.{name}": text.replace("N", str(number))
        for number in (1, 2)
        for name, text in {"type": kind, **variables}.items()
    }


UNITS: Mapping[str, Mapping[str, str]] = {
    "one phase": {**PDU, **INPUT, "input.phases": "1", "outlet.count": "4", **rows(4)},
    "three phases": {
        **PDU,
        **LINES,
        "input.phases": "3",
        "outlet.count": "3",
        **rows(3, meters=False),
    },
    "outlets alone": {**PDU, "outlet.count": "4", **rows(4)},
    "whole and outlets": {
        **PDU,
        "outlet.current": "9",
        "outlet.realpower": "2000",
        "outlet.count": "4",
        **rows(4),
    },
    "ups": {
        "device.type": "ups",
        "driver.name": "usbhid-ups",
        "driver.state": "updateinfo",
        "ups.status": "OL",
        "ups.load": "52",
        "ups.realpower": "500",
        "battery.charge": "100",
        "battery.runtime": "900",
        "input.current": "3.1",
        "output.current": "2.5",
        "output.voltage": "230",
        "outlet.count": "2",
        "outlet.1.protect.status": "protected",
        **rows(2, meters=False),
    },
    "transfer switch": {
        "device.type": "ats",
        "driver.name": "snmp-ups",
        "ups.status": "OL",
        "input.current": "3.6",
        "output.current": "3.4",
        "output.voltage": "230",
    },
    "chain": {
        **PDU,
        "device.count": "2",
        **members(
            "pdu",
            **{"input.current": "N.5", "input.energy": "N0000", "outlet.count": "3"},
        ),
        **rows(3, "device.1."),
        **rows(3, "device.2."),
    },
    "lines alone": {
        **PDU,
        **{name: text for name, text in LINES.items() if name.endswith("current")},
        "input.phases": "3",
        "outlet.count": "1",
        "outlet.1.desc": "Outlet 1",
        "outlet.1.status": "on",
    },
    "energy of the input": {**PDU, **INPUT, "outlet.count": "2", **rows(2, meters=False)},
    "outlets without a count": {
        "device.type": "ups",
        "driver.name": "tripplite_usb",
        "ups.status": "OL",
        **{f"outlet.{number}.switch": "1" for number in (1, 2, 3)},
    },
    "single meter of a load": {
        "device.type": "ups",
        "driver.name": "usbhid-ups",
        "ups.status": "OL OFF",
        "ups.load": "12",
        "battery.charge": "100",
    },
    "chain of transfer switches": {
        "device.type": "ats",
        "driver.name": "snmp-ups",
        "device.count": "2",
        **members("ats", **{"output.current": "N.5", "output.voltage": "230"}),
    },
}

# Lists that no reader can tell from those of another unit: variables that are gone -> why.
EXCEPTIONS: Mapping[str, Mapping[frozenset[str], str]] = {
    "one phase": {
        frozenset({"input.realpower"}): "some inputs meter A, and the W are the outlets'",
        frozenset({"input.energy"}): "some inputs meter A, and the kWh are the outlets'",
    },
    "energy of the input": {
        frozenset({"input.energy"}): "it is the only counter: the list is that of a unit without",
        frozenset({"input.realpower"}): "many inputs meter A alone",
    },
    "ups": {
        frozenset({"output.current", "ups.realpower"}): "many a UPS shows V and % alone",
    },
    "transfer switch": {
        frozenset({"output.current", "output.voltage"}): (
            "a transfer switch without an output in its list: the input is what it passes on"
        ),
    },
    "outlets without a count": {
        frozenset({"outlet.3.switch"}): "it is the last one, and nothing else names it",
        frozenset({"outlet.1.switch"}): "it is the first one: others begin with a higher number",
        frozenset({"outlet.2.switch"}): "nothing counts them, and numbers may have gaps",
    },
    "single meter of a load": {
        frozenset({"ups.load"}): "it is the only one that denies OFF",
    },
    "lines alone": {
        frozenset({"input.phases", "input.L3.current"}): (
            "two lines without a count are a device with two phases"
        ),
    },
}


class Reading(NamedTuple):
    """What DCImanager would see."""

    #: load, energy and power of the unit; the figures of each outlet
    figures: Mapping[str, Figure]
    states: Mapping[str, Optional[bool]]
    #: why a state is not known
    doubts: Mapping[str, str]


def read(variables: Mapping[str, str], settings: Settings) -> Optional[Reading]:
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
        doubts={outlet.identity: outlet.doubt for outlet in device.outlets},
    )


def silent_changes(before: Reading, after: Optional[Reading]) -> Iterator[str]:
    """What differs without an error and without a reason."""
    if after is None:
        return
    for name, figure in before.figures.items():
        yield from _figure_changes(name, figure, after.figures.get(name))
    for identity, state in before.states.items():
        yield from _state_changes(identity, state, after)
    for identity in after.states:
        if identity not in before.states:
            yield f"outlet {identity} is new"


def _figure_changes(name: str, figure: Figure, later_figure: Figure) -> Iterator[str]:
    """A figure that is gone without a reason, or another one."""
    if later_figure is None and measured(figure) is not None:
        yield f"{name}: {figure} -> nothing, without a reason"
    if measured(later_figure) is not None and later_figure != figure:
        yield f"{name}: {figure} -> {later_figure}"


def _state_changes(identity: str, state: Optional[bool], after: Reading) -> Iterator[str]:
    """A state that is gone without a reason, or the opposite one."""
    if identity not in after.states:
        yield f"outlet {identity} vanished"
        return
    later_state = after.states[identity]
    if later_state is not None and later_state is not state:
        yield f"outlet {identity}: {state} -> {later_state}"
    if later_state is None and not after.doubts[identity]:
        yield f"outlet {identity}: unknown without a reason"


def changed(unit: Mapping[str, str], change: Change) -> dict[str, str]:
    """The variables of a unit after a change."""
    texts = {name: change.get(name, text) for name, text in unit.items()}
    return {name: text for name, text in texts.items() if text is not None}


def singles(variables: Iterable[str]) -> Iterator[Change]:
    """Each change of one variable."""
    for name in variables:
        for text in (None, *SPOILT_TEXTS):
            yield {name: text}


def few_of_each_kind(unit: Mapping[str, str]) -> set[str]:
    """Of the variables whose names differ by numbers alone: the first, the middle and the last."""
    names_by_kind: dict[str, list[str]] = {}
    for name in unit:
        names_by_kind.setdefault(re.sub("[0-9]+", "#", name), []).append(name)
    few: set[str] = set()
    for names in names_by_kind.values():
        few.update((names[0], names[len(names) // 2], names[-1]))
    return few


def pairs(unit: Mapping[str, str]) -> Iterator[Change]:
    """Changes of two variables at once, at random."""
    chance = random.Random(SEED)
    for _ in range(PAIRS):
        yield {
            name: chance.choice([None, None, *SPOILT_TEXTS])
            for name in chance.sample(sorted(unit), 2)
        }


def settings_of(unit: Mapping[str, str]) -> Settings:
    return WITH_WHOLE_LOAD if unit.get("device.type") == "ups" else DEFAULTS


def unexplained(name: str, unit: Mapping[str, str], changes: Iterator[Change]) -> list[str]:
    """The silent changes of a reading, without the exceptions of the unit."""
    settings = settings_of(unit)
    before = read(unit, settings)
    assert before is not None
    sentences = []
    for change in changes:
        absent_variables = {variable for variable in change if change[variable] is None}
        if any(names <= absent_variables for names in EXCEPTIONS.get(name, {})):
            continue
        after = read(changed(unit, change), settings)
        sentences += [f"{change}: {text}" for text in silent_changes(before, after)]
    return sentences


@pytest.mark.parametrize("name", UNITS)
def test_a_variable_that_is_gone_or_spoilt_is_never_another_figure_or_state(name: str) -> None:
    unit = UNITS[name]
    assert unexplained(name, unit, singles(unit)) == []
    assert unexplained(name, unit, pairs(unit)) == []


@pytest.mark.parametrize(
    "every",
    [pytest.param(False, id="few"), pytest.param(True, id="every", marks=pytest.mark.trial)],
)
@pytest.mark.parametrize("name", foreign_files.names("nut/dumps"))
def test_the_same_of_a_dump_of_a_real_device(name: str, every: bool) -> None:
    lines = foreign_files.text("nut/dumps", f"{name}.dev").splitlines()
    rows = (line.partition(": ") for line in lines if line[:1] != "#")
    unit = {variable: text for variable, colon, text in rows if colon}
    variables = sorted(unit if every else few_of_each_kind(unit))
    assert unexplained(name, unit, singles(variables)) == []
    assert unexplained(name, unit, pairs(unit)) == []


@pytest.mark.parametrize(
    "name, names", [(name, names) for name in EXCEPTIONS for names in EXCEPTIONS[name]]
)
def test_an_exception_is_one(name: str, names: frozenset[str]) -> None:
    """What it says is still needed, and is about variables of its unit."""
    unit = UNITS[name]
    assert names <= set(unit)
    before = read(unit, settings_of(unit))
    assert before is not None
    without_names: Change = dict.fromkeys(names)

    after = read(changed(unit, without_names), settings_of(unit))

    assert list(silent_changes(before, after)) != []
