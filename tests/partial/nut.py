"""NUT: the variables of the simulated PDUs and of the dumps of real devices, read by the handler's
pure part. A variable that the server no longer lists is a missing row; one without a number is a
counter that is not measured.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Optional

from handlers.nut.daisy_chain import parse_number
from handlers.nut.model import NutDevice
from handlers.nut.outlets import decode_outlets
from tests import witnesses
from tests.handlers.nut.given import DEFAULTS
from tests.simulators.nut_server.devices import SwitchedPdu

from .outcome import Outcome

Variables = Mapping[str, str]
DUMPS = witnesses.names("nut/dumps")
# a PDU with three lines, with inlet counters, then with those of outlets, then with one for all
_LINES = {f"input.L{line}.{name}": "3" for line in (1, 2, 3) for name in ("current", "voltage")}
_OUTLETS = {f"outlet.{n}.{name}": "700" for n in (1, 2, 3) for name in ("current", "energy")}
_PDU = {"device.type": "pdu", "outlet.count": "3", **_LINES, **_OUTLETS}
_CHAIN = {
    f"device.{n}.{name}": value
    for n in (1, 2)
    for name, value in {**_PDU, "input.energy": "9"}.items()
}
_MADE = {
    "lines": {**_PDU, "input.energy": "9000", "outlet.energy": "5000"},
    "phases": {
        "device.type": "pdu",
        "outlet.count": "0",
        "input.phases": "3",
        **{f"input.L{line}.current": "2" for line in (1, 2, 3)},
    },
    "outlets": {**_PDU, "outlet.energy": "5000"},
    "chain": {"device.count": "2", "input.energy": "70", "input.current": "50", **_CHAIN},
}


def made() -> Mapping[str, Variables]:
    """Variables by the name of their unit."""
    simulated = {
        f"simulated {name}": unit.variables()
        for name, unit in (("pdu", SwitchedPdu()), ("chain", SwitchedPdu(members=2)))
    }
    return {**_MADE, **simulated}


def real() -> Mapping[str, Variables]:
    """The dumps of real devices, none where they are not available."""
    return {f"dump {name}": dump(name) for name in DUMPS} if witnesses.place("nut/dumps") else {}


def dump(name: str) -> Variables:
    """One of them. Skips the test where they are not available."""
    lines = witnesses.text("nut/dumps", f"{name}.dev").splitlines()
    pairs = (line.split(":", 1) for line in lines if ":" in line and not line.startswith("#"))
    return {name.strip(): text.strip() for name, text in pairs}


def run(name: str, variables: Variables) -> Outcome:
    """The outcome of one unit."""
    base = _read(variables)
    loads = _other_loads(variables)
    cells = [one for one in variables if one.endswith((".current", ".energy", ".voltage"))]
    shrunk, jumped = [], []
    for cell in cells:
        after = _read({one: text for one, text in variables.items() if one != cell})
        if after.load_a not in (None, base.load_a, *loads):
            shrunk.append(f"{name}: load {base.load_a} -> {after.load_a} without {cell}")
        # without input.energy the device has no such counter, and the next one is right
        if cell.endswith("energy") and after.energy_kwh not in (None, base.energy_kwh):
            if not cell.endswith("input.energy"):
                shrunk.append(
                    f"{name}: energy {base.energy_kwh} -> {after.energy_kwh} without {cell}"
                )
    counters = [one for one in cells if one.endswith(".energy")]
    forms = ("", "-1", "N/A", "nan")
    for form in forms:
        for lost in (counters, *([one] for one in counters)):
            after = _read({**variables, **dict.fromkeys(lost, form)})
            if after.energy_kwh not in (None, base.energy_kwh):
                jumped.append(
                    f"{name}: energy {base.energy_kwh} -> {after.energy_kwh}: {form!r} in {lost}"
                )
    return Outcome(
        len(cells),
        shrunk=tuple(shrunk),
        counters=len(forms) * (len(counters) + 1) if counters else 0,
        jumped=tuple(jumped),
    )


def _read(variables: Variables) -> NutDevice:
    return decode_outlets(variables, (), {}, DEFAULTS)


def _other_loads(variables: Variables) -> list[Optional[float]]:
    """What the device's other complete sources give: without the currents of the first, the first
    two, and so on. Each may also be that of one member of a chain.
    """
    found: list[Optional[float]] = []
    groups = ("input.L", "input.", "outlet.1.", "outlet.", "output.L", "output.", "device.2.input")
    left = {one: text for one, text in variables.items() if parse_number(text) is not None}
    for group in groups:
        alone = {
            one: text
            for one, text in variables.items()
            if not (one.endswith(".current") and group in one)
        }
        found.append(_read(alone).load_a)
        left = {
            one: text
            for one, text in left.items()
            if not (one.endswith(".current") and group in one)
        }
        found.append(_read({**left, "outlet.count": variables.get("outlet.count", "")}).load_a)
    return found
