"""The hall of the documentation: four racks, with what real halls have and no drawing shows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from tests.hall.plant import Bar, Box, Outlet, Plant, Supply

_OUTLETS = 8
#: as the simulated Xerus and Redfish units report it
_LINE_A = 32.0
_PANEL_LINE_A = 80.0
#: All machines lag alike, so that currents add as numbers: units sum what their outlets show.
_LAG = 0.15
_PHASES = ("L1", "L2", "L3")


class Built(NamedTuple):
    """A plant, and its drawing as the text of hall.power.toml."""

    plant: Plant
    drawing: str

    def switch_off(self, outlets: Iterable[tuple[str, str]]) -> None:
        """Let these outlets, as (PDU, outlet), be off at first. Raises ValueError."""
        for pdu, outlet in outlets:
            if pdu not in self.plant.bars or outlet not in self.plant.bars[pdu].outlets:
                raise ValueError(f"this hall has no outlet {pdu}/{outlet}")
            self.plant.bars[pdu].outlets[outlet].on = False


class _Drawn(NamedTuple):
    """One machine. Cords are `left/1`; `drawn` are those of the drawing if it is wrong."""

    name: str
    total_a: float
    cords: tuple[str, ...]
    needs: int = 1
    dead: tuple[str, ...] = ()
    spare: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()
    protected: bool = False


# Rack -> its machines, and a comment for the drawing.
_RACKS: Mapping[str, tuple[str, tuple[_Drawn, ...]]] = {
    "r1": (
        "a rack as it should be",
        tuple(_Drawn(f"web-{n}", 1.0 + 0.4 * n, (f"left/{n}", f"right/{n}")) for n in range(1, 6)),
    ),
    "r2": (
        "a supply that died, a hot spare, and a switch with one cord",
        (
            _Drawn("db-1", 2.4, ("left/1", "right/1"), dead=("right/1",), protected=True),
            _Drawn("db-2", 3.1, ("left/2", "right/2"), spare=("right/2",)),
            _Drawn("db-3", 2.0, ("left/3", "right/3")),
            _Drawn("switch", 0.6, ("left/4",)),
        ),
    ),
    "r3": (
        "each side carries half, and neither can carry all",
        (
            *(_Drawn(f"gpu-{n}", 8.6, (f"left/{n}", f"right/{n}")) for n in range(1, 5)),
            _Drawn("blades", 17.0, ("left/5", "right/5", "left/6", "right/6"), needs=2),
        ),
    ),
    "r4": (
        "mistakes of the drawing: cords, and above them the breaker of r2-right",
        (
            _Drawn("app-1", 2.2, ("left/1", "right/1")),
            _Drawn("app-2", 1.8, ("left/2", "right/3"), drawn=("left/2", "right/2")),
            _Drawn("app-3", 2.6, ("left/4", "left/5")),
            _Drawn("app-4", 1.4, ("left/6", "right/6"), drawn=("left/6", "right/9")),
        ),
    ),
}


def four_racks() -> Built:
    """The hall: feeds A and B, a panel on each, and two PDUs with 8 outlets in each rack."""
    plant = Plant(
        ["A", "B"],
        {"PA": ["A"], "PB": ["B"]},
        {f"{panel}/{line}": _PANEL_LINE_A for panel in ("PA", "PB") for line in _PHASES},
        {},
        [],
    )
    for place, (rack, (_, machines)) in enumerate(_RACKS.items()):
        for side, panel in (("left", "PA"), ("right", "PB")):
            outlets = {str(n): Outlet(("L1",)) for n in range(1, _OUTLETS + 1)}
            name, line = f"{rack}-{side}", f"{panel}/{_PHASES[place % 3]}"
            plant.bars[name] = Bar(
                name, [panel], outlets, rack, {"L1": _LINE_A}, {}, common=True, of={"L1": line}
            )
        plant.boxes += [_box(rack, machine) for machine in machines]
    return Built(plant, _drawing(plant))


def _box(rack: str, machine: _Drawn) -> Box:
    supplies = []
    for place, cord in enumerate(machine.cords):
        side, _, outlet = cord.partition("/")
        supplies.append(
            Supply(
                f"{rack}-{side}",
                outlet,
                # supplies of one machine do not share evenly
                1.08 if place % 2 else 1.0,
                dead=cord in machine.dead,
                spare=cord in machine.spare,
                filter_a=0.02 if cord in machine.spare else 0.0,
            )
        )
    name = f"{rack}/{machine.name}"
    return Box(name, supplies, machine.needs, machine.total_a, _LAG, change=1.01)


def _drawing(plant: Plant) -> str:
    lines = ["# Written by the simulated hall. It has mistakes for `pdu plan check`."]
    lines += ['standard = "IEC 60898-1"']
    for feed in plant.feeds:
        lines += ["", "[[feed]]", f'name = "{feed}"', "voltage_v = 230"]
    for panel, inputs in plant.panels.items():
        lines += ["", "[[panel]]", f'name = "{panel}"', f'inputs = ["{inputs[0]}"]']
        for line in _PHASES:
            rating = plant.panel_lines[f"{panel}/{line}"]
            lines += ["", "[[panel.line]]", f'name = "{line}"', f"breaker_a = {rating:g}"]
    for rack, (comment, machines) in _RACKS.items():
        lines += ["", f"# ---- {rack}: {comment}"]
        for bar in plant.bars.values():
            if bar.rack == rack:
                lines += _pdu(bar)
        for machine in machines:
            cords = ", ".join(f'"{rack}-{cord}"' for cord in machine.drawn or machine.cords)
            lines += ["", "[[machine]]", f'name = "{rack}/{machine.name}"', f"cords = [{cords}]"]
            lines += [f"needs = {machine.needs}"] if machine.needs > 1 else []
            lines += ["protected = true"] if machine.protected else []
    return "\n".join(lines) + "\n"


def _pdu(bar: Bar) -> list[str]:
    # drawn smaller than it is
    rating = _LINE_A / 2 if bar.name == "r2-right" else _LINE_A
    return [
        "",
        "[[pdu]]",
        f'name = "{bar.name}"',
        f'inputs = ["{bar.inputs[0]}"]',
        f'rack = "{bar.rack}"',
        "",
        "[[pdu.line]]",
        'name = "L1"',
        f"breaker_a = {rating:g}",
        f'of = "{bar.of["L1"]}"',
    ]
