"""A reading of a PDU -> NUT's variables and commands. No I/O.

Source of the names: NUT's docs/nut-names.txt. It has no name for energy; `outlet.N.energy` and
`input.energy`, in Wh, are what this pack's own NUT handler reads (docs/dev/nut.md).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, Optional

from pdu_common.helper import EnumPowerStatus

from ..pdus.adapters.nameplate import Nameplate
from ..pdus.adapters.topology import BREAKER, LINE, MeteredPart
from ..pdus.outlet_figures import OUTLET_FIGURES
from ..pdus.reading import PolledOutlet, Reading
from ..pdus.states import UNKNOWN, word

ON, OFF, CYCLE = "load.on", "load.off", "load.cycle"
_WH_IN_KWH = 1000.0
_LINE = re.compile(r"L[1-3]")
_COMMAND = re.compile(rf"outlet\.([1-9][0-9]{{0,8}})\.({ON}|{OFF}|{CYCLE})")
# fields of a nameplate
_ABOUT = {
    "manufacturer": "device.mfr",
    "model": "device.model",
    "serial": "device.serial",
    "firmware": "ups.firmware",
    "description": "device.description",
}


class NutVariables(NamedTuple):
    """What upsd sees of a PDU."""

    variables: Mapping[str, str]
    commands: frozenset[str] = frozenset()


def command_of(name: str) -> Optional[tuple[int, str]]:
    """The outlet's number and ON, OFF or CYCLE of a command; None for an unknown one."""
    match = _COMMAND.fullmatch(name)
    return (int(match[1]), match[2]) if match else None


def list_bytes(ups: str, view: NutVariables) -> int:
    """The length of upsd's answer to LIST VAR (RFC 9271, 4.2.7.2)."""
    rows = ((f'VAR {ups} {name} "{value}"\n') for name, value in view.variables.items())
    return sum(map(len, (f"BEGIN LIST VAR {ups}\n", *rows, f"END LIST VAR {ups}\n")))


class UpsdView:
    """One PDU as upsd sees it. Keeps what a later reading may lack: names, and which outlets can be
    switched.
    """

    def __init__(self, constants: Mapping[str, str], is_metered: bool = False) -> None:
        """`constants`: never change. `is_metered`: its outlets cannot be switched."""
        self._fixed = dict(constants)
        self._about: Mapping[str, str] = {}
        self._is_metered = is_metered
        self._labels: dict[str, PolledOutlet] = {}
        self._switched: set[str] = set()
        self._groups: list[str] = []
        self._numbered: Sequence[str] = ()
        self._reading = Reading()

    @property
    def view(self) -> NutVariables:
        """What is known now."""
        variables = {**self._fixed, **self._about}
        if self._reading.answered:
            variables["ups.status"] = "OL"  # a PDU that answers has power
            variables["outlet.count"] = str(len(self._numbered))
            variables.update(_totals(self._reading))
            variables.update(_groups(self._reading.meters, self._groups))
        outlet_by_identity = {outlet.identity: outlet for outlet in self._reading.outlets}
        commands: set[str] = set()
        for number, identity in enumerate(self._numbered, 1):
            prefix = f"outlet.{number}."
            outlet = outlet_by_identity.get(identity)
            variables.update(
                (prefix + name, value) for name, value in self._facts(identity, outlet).items()
            )
            if outlet is not None and self._is_switchable(identity):
                commands.update(prefix + name for name in (ON, OFF, CYCLE))
        return NutVariables(variables, frozenset(commands))

    def identity(self, number: int) -> Optional[str]:
        """The outlet of this number; None if the PDU does not list it now, or it cannot be
        switched.
        """
        if not 1 <= number <= len(self._numbered):
            return None
        identity = self._numbered[number - 1]
        is_listed = any(outlet.identity == identity for outlet in self._reading.outlets)
        return identity if is_listed and self._is_switchable(identity) else None

    def take(self, reading: Reading, identities: Sequence[str]) -> None:
        """Show a reading that has states. `identities`: its outlets in the order of their
        numbers."""
        self._reading, self._numbered = reading, identities
        if reading.labelled:
            self._labels.update((outlet.identity, outlet) for outlet in reading.outlets)
        self._switched.update(
            outlet.identity for outlet in reading.outlets if outlet.state is not UNKNOWN
        )
        for meter in reading.meters:
            if meter.kind == BREAKER and meter.label not in self._groups:
                self._groups.append(meter.label)

    def about(self, plate: Nameplate) -> bool:
        """Show what the device says about itself now, and nothing that it said before. Returns
        whether that is a change.
        """
        texts = ((variable, str(getattr(plate, name))) for name, variable in _ABOUT.items())
        old_about, self._about = self._about, {variable: text for variable, text in texts if text}
        return old_about != self._about

    def show_state(self, identity: str, state: EnumPowerStatus) -> None:
        """Show the state of an outlet after a command. Its figures are older, so they are left
        out.
        """
        self._reading = self._reading._replace(
            outlets=[
                PolledOutlet(identity, state) if outlet.identity == identity else outlet
                for outlet in self._reading.outlets
            ]
        )

    def _is_switchable(self, identity: str) -> bool:
        """An outlet whose state was never read is not offered: no command on it can be proven."""
        return identity in self._switched and not self._is_metered

    def _facts(self, identity: str, outlet: Optional[PolledOutlet]) -> Mapping[str, str]:
        label = self._labels.get(identity, PolledOutlet(identity, UNKNOWN))
        # `name` is the designation on the unit, as in NUT's own drivers. Home Assistant shows it;
        # without one it shows N.
        facts = {"id": label.number or identity, "name": label.number or identity}
        if outlet is None:
            return {**facts, "switchable": "no"}
        text_by_variable = {
            "desc": label.name,
            "status": "" if outlet.state is UNKNOWN else word(outlet.state),
            **{
                figure.nut_variable: _number(getattr(outlet.figures, figure.key), figure.nut_units)
                for figure in OUTLET_FIGURES
                if figure.nut_variable
            },
            "switchable": "yes" if self._is_switchable(identity) else "no",
        }
        return {**facts, **{name: value for name, value in text_by_variable.items() if value}}


def _totals(reading: Reading) -> Iterator[tuple[str, str]]:
    """Load and energy of the PDU.

    NUT has no name for the load of several lines. Their currents are shown if they make up the
    load; a client that adds them gets the same load then.
    """
    lines = [meter for meter in reading.meters if meter.kind == LINE]
    currents = [line.current_a for line in lines if line.current_a is not None]
    are_whole = (
        len(lines) > 1
        and len(currents) == len(lines)
        and all(_LINE.fullmatch(line.label) for line in lines)
        and reading.load_a is not None
        and math.isclose(math.fsum(currents), reading.load_a, rel_tol=1e-6)
    )
    if are_whole:
        yield "input.phases", str(len(lines))
        for line in lines:
            yield f"input.{line.label}.current", _number(line.current_a)
            if line.rating_a is not None:
                yield f"input.{line.label}.current.nominal", _number(line.rating_a)
    elif reading.load_a is not None:
        yield "input.current", _number(reading.load_a)
    if reading.power_w is not None:
        yield "input.realpower", _number(reading.power_w)
    if reading.energy_kwh is not None:
        yield "input.energy", _number(reading.energy_kwh, _WH_IN_KWH)


def _groups(meters: Sequence[MeteredPart], labels: Sequence[str]) -> Iterator[tuple[str, str]]:
    """The breakers, in the order in which they were first seen."""
    if labels:
        yield "outlet.group.count", str(len(labels))
    breaker_by_label = {breaker.label: breaker for breaker in meters if breaker.kind == BREAKER}
    for number, label in enumerate(labels, 1):
        prefix = f"outlet.group.{number}."
        yield prefix + "id", label
        meter = breaker_by_label.get(label)
        if meter is not None and meter.current_a is not None:
            yield prefix + "current", _number(meter.current_a)
        if meter is not None and meter.rating_a is not None:
            yield prefix + "current.nominal", _number(meter.rating_a)


def _number(figure: Optional[float], factor: float = 1.0) -> str:
    """The figure without an exponent, which NUT's clients do not read; "" for None."""
    if figure is None:
        return ""
    text = f"{figure * factor:.6f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
