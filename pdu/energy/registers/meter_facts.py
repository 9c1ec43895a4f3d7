"""What is known of each meter and of the supply in front of it: from options, from the owner's
file, from the hall's drawing, from the MIB of its family, and from what the unit itself states.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import NamedTuple, Optional

from handlers.shared.errors import SettingsError

from ...core.files import csv_in
from ...site.drawing.drawing import Breaker, PduNode
from .poll import OWN

#: where what is known of a meter comes from
OWNER, MIB, UNIT, READINGS, NOT_STATED = "owner", "mib", "unit", "readings", ""


@dataclass(frozen=True)
class RegisterFacts:
    """What is known of one register; None for what nobody stated."""

    #: the most that the supply delivers, in kW
    limit_kw: Optional[float] = None
    #: the smallest change that the register shows, in kWh
    step_kwh: Optional[float] = None
    #: where the register begins again at 0, in kWh
    wrap_kwh: Optional[float] = None
    #: the greatest error of the meter, in percent
    class_percent: Optional[float] = None
    #: the voltage at the outlet, in V
    volts: Optional[float] = None
    #: what the PDU itself uses, in W
    own_use_w: Optional[float] = None


class Origins(NamedTuple):
    """Where what is known of a meter comes from; NOT_STATED for what nobody said."""

    #: OWNER; MIB: its unit, and the rises of the register; READINGS: those alone
    step: str
    #: OWNER or MIB
    wrap: str
    #: UNIT or OWNER
    meter_class: str


def first_of(figure_by_origin: Mapping[str, Optional[float]]) -> tuple[Optional[float], str]:
    """The first figure that is known, of figures by their origin, and its origin."""
    for origin, value in figure_by_origin.items():
        if value is not None:
            return value, origin
    return None, NOT_STATED


class MibFacts(NamedTuple):
    """What the MIB says of a register; None for what it does not say."""

    #: what a value of 1 of its object means, in kWh
    unit_kwh: Optional[float] = None
    #: where the register begins again at 0, in kWh
    wrap_kwh: Optional[float] = None


def mib_facts(family: str, outlet: str) -> MibFacts:
    """What the MIB of a family says of one register. `outlet`: its identity, or OWN."""
    if not family:
        return MibFacts()
    from ...pdus.adapters.snmp import energy_registers  # loads the profiles: 90 ms

    registers = energy_registers.registers_of_family(family)
    if registers is None:
        return MibFacts()
    register = registers.own if outlet == OWN else registers.outlets
    return MibFacts(register.unit_kwh, register.wrap_kwh)


#: a fact of a register -> the least and the most that it may be
RANGES = {
    "limit_kw": (0.001, 10_000.0),
    "step_kwh": (0.000_001, 1_000.0),
    "wrap_kwh": (1.0, 1e15),
    "class_percent": (0.001, 20.0),
    "volts": (12.0, 1_000.0),
    "own_use_w": (0.0, 10_000.0),
}


#: a breaker carries so many times its rating for good (IEC 60898-1, table 7: conventional
#: non-tripping current), at a voltage that may be a tenth higher (EN 50160)
_OVER = 1.13 * 1.1
#: between two lines there is at most so many times the voltage of one
_BETWEEN_LINES = 3.0**0.5


class _Line(NamedTuple):
    pdu: str
    outlet: str
    meter: RegisterFacts


class Meters:
    """The meters of all PDUs."""

    def __init__(
        self,
        usual: RegisterFacts,
        path: str = "",
        pdu_limit_kw: Optional[float] = None,
        drawn: Mapping[str, PduNode] = MappingProxyType({}),
    ) -> None:
        """`usual` is of each register that the file does not name; its limit is that of an outlet.

        `pdu_limit_kw`: the most that the supply of a PDU delivers. `drawn`: the PDUs of the hall's
        drawing, whose breakers and voltages are limits, too.

        The file has the columns `pdu` (`*` and `?` match), `outlet` (empty: the PDU itself, and of
        all but the limit also its outlets; `*` and `?` match outlets), and those of
        `RegisterFacts`. A later row wins. Raises SettingsError.
        """
        self._usual, self._pdu_limit_kw, self._drawn = usual, pdu_limit_kw, drawn
        self._lines: Sequence[_Line] = list(_lines(path)) if path else ()

    def of(
        self,
        pdu: str,
        outlet: str,
        stated_percent: Optional[float] = None,
        outlets: Sequence[str] = (),
    ) -> RegisterFacts:
        """One register. `stated_percent`: the error that the unit itself states. `outlets`: all
        outlets of the PDU.

        Raises SettingsError if no limit is known.
        """
        facts = dataclasses.replace(self._usual, limit_kw=None)
        for line in self._lines:
            if _fits(pdu, line.pdu) and (not line.outlet or _fits(outlet, line.outlet)):
                stated = {
                    name: value
                    for name, value in dataclasses.asdict(line.meter).items()
                    if value is not None and name != "limit_kw"
                }
                facts = dataclasses.replace(facts, **stated)
        facts = _override_class(facts, stated_percent)
        node = self._drawn.get(pdu)
        if facts.volts is None and node is not None:
            facts = dataclasses.replace(facts, volts=node.voltage_v)
        limit = self._pdu_limit(pdu, outlets) if outlet == OWN else self._limit(pdu, outlet)
        if limit is None:
            what = f"{pdu}, outlet {outlet}" if outlet != OWN else pdu
            option = "--limit-kw" if outlet != OWN else "--pdu-limit-kw"
            raise SettingsError(
                f"{what}: the most that its supply delivers is not known: give {option}, limit_kw"
                " in the file of --meters, or a drawing with breakers and voltages as --drawing"
            )
        return dataclasses.replace(facts, limit_kw=limit)

    def _pdu_limit(self, pdu: str, outlets: Sequence[str]) -> Optional[float]:
        """Of a PDU itself: what was said of it, else no more than all its outlets take."""
        limit_kw = self._stated_limit(pdu, OWN)
        if limit_kw is not None:
            return limit_kw
        node = self._drawn.get(pdu)
        least_kw = _least(self._pdu_limit_kw, None if node is None else _drawn_limit(node))
        if least_kw is not None:
            return least_kw
        outlet_limits_kw = [self._outlet_limit(pdu, outlet) for outlet in outlets]
        limits = [outlet for outlet in outlet_limits_kw if outlet is not None]
        return sum(limits) if limits and len(limits) == len(outlet_limits_kw) else None

    def _limit(self, pdu: str, outlet: str) -> Optional[float]:
        """Of an outlet, which delivers no more than its PDU does."""
        limit_kw = self._stated_limit(pdu, outlet)
        return (
            limit_kw
            if limit_kw is not None
            else _least(self._outlet_limit(pdu, outlet), self._pdu_limit(pdu, ()))
        )

    def _outlet_limit(self, pdu: str, outlet: str) -> Optional[float]:
        limit_kw, node = self._stated_limit(pdu, outlet), self._drawn.get(pdu)
        if limit_kw is not None:
            return limit_kw
        return _least(
            self._usual.limit_kw, None if node is None else _drawn_outlet_limit(node, outlet)
        )

    def _stated_limit(self, pdu: str, outlet: str) -> Optional[float]:
        """What the owner's file says of exactly this register."""
        limit_kw = None
        for line in self._lines:
            is_meant = _fits(outlet, line.outlet) if line.outlet else outlet == OWN
            if is_meant and _fits(pdu, line.pdu) and line.meter.limit_kw is not None:
                limit_kw = line.meter.limit_kw
        return limit_kw


def _override_class(facts: RegisterFacts, stated_percent: Optional[float]) -> RegisterFacts:
    if stated_percent is None:
        return facts
    return dataclasses.replace(facts, class_percent=stated_percent)


def _least(*limits: Optional[float]) -> Optional[float]:
    return min((limit for limit in limits if limit is not None), default=None)


def _drawn_limit(node: PduNode) -> Optional[float]:
    """What all lines of a PDU's inlet deliver, in kW; None if the drawing does not say it."""
    return _breakers_kw(node, node.lines)


def _drawn_outlet_limit(node: PduNode, outlet: str) -> Optional[float]:
    """What the lines and breakers in front of an outlet deliver, in kW.

    The voltage of a line may be less than that between two: an outlet that may be between them can
    take more than one line's current times its voltage.
    """
    lines = [breaker for breaker in node.lines if node.carries(breaker, outlet) is not False]
    of_lines = _breakers_kw(node, lines) if lines else None
    between = _BETWEEN_LINES if len(lines) > 1 else 1.0
    breakers = [
        _breakers_kw(node, [breaker]) for breaker in node.breakers if node.carries(breaker, outlet)
    ]
    return _least(of_lines, *(breaker * between for breaker in breakers if breaker is not None))


def _breakers_kw(node: PduNode, breakers: Sequence[Breaker]) -> Optional[float]:
    ratings = [breaker.rating_a for breaker in breakers]
    known_ratings = [rating for rating in ratings if rating is not None]
    if node.voltage_v is None or not known_ratings or len(known_ratings) < len(ratings):
        return None
    return sum(known_ratings) * node.voltage_v * _OVER / 1000.0


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or (name != OWN and fnmatchcase(name, pattern))


def _lines(path: str) -> list[_Line]:
    lines = []
    for row in csv_in.read_file_rows(
        path, csv_in.require_columns(path, ("pdu",), ("outlet", *RANGES))
    ):
        figures = {name: row.number(name, *span) for name, span in RANGES.items()}
        lines.append(_Line(row.cells["pdu"], row.cells.get("outlet", ""), RegisterFacts(**figures)))
    return lines
