"""What is known of each meter and of the supply in front of it: from options, from the owner's
file, from the MIB of its family, and from what the unit itself states.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple, Optional

from ...errors import SettingsError
from .. import csv_in
from .readings import OWN

#: where what is known of a meter comes from
OWNER, MIB, UNIT, READINGS, NOT_STATED = "owner", "mib", "unit", "readings", ""


class RegisterFacts(NamedTuple):
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


def first_of(found: Mapping[str, Optional[float]]) -> tuple[Optional[float], str]:
    """The first figure that is known, of figures by their origin, and its origin."""
    for origin, value in found.items():
        if value is not None:
            return value, origin
    return None, NOT_STATED


class Stated(NamedTuple):
    """What the MIB says of a register; None for what it does not say."""

    #: what a value of 1 of its object means, in kWh
    unit_kwh: Optional[float] = None
    #: where the register begins again at 0, in kWh
    wrap_kwh: Optional[float] = None


def stated_by(family: str, outlet: str) -> Stated:
    """What the MIB of a family says of one register. `outlet`: its identity, or OWN."""
    if not family:
        return Stated()
    from ...snmp import registers  # loads the profiles: 90 ms

    found = registers.of(family)
    if found is None:
        return Stated()
    register = found.own if outlet == OWN else found.outlets
    return Stated(register.unit_kwh, register.wrap_kwh)


#: column -> the least and the most that it may be
_RANGES = {
    "limit_kw": (0.001, 10_000.0),
    "step_kwh": (0.000_001, 1_000.0),
    "wrap_kwh": (1.0, 1e15),
    "class_percent": (0.001, 20.0),
    "volts": (12.0, 1_000.0),
    "own_use_w": (0.0, 10_000.0),
}


class _Line(NamedTuple):
    pdu: str
    outlet: str
    meter: RegisterFacts


class Meters:
    """The meters of all PDUs."""

    def __init__(self, usual: RegisterFacts, path: str = "") -> None:
        """`usual` is of each register that the file does not name.

        The file has the columns `pdu` (`*` and `?` match), `outlet` (empty: all outlets and the PDU
        itself; `*` and `?` match outlets), and those of `RegisterFacts`. A later row wins. Raises
        SettingsError.
        """
        self._usual = usual
        self._lines: Sequence[_Line] = list(_lines(path)) if path else ()

    def of(self, pdu: str, outlet: str, stated_percent: Optional[float] = None) -> RegisterFacts:
        """One register. `stated_percent`: the error that the unit itself states.

        Raises SettingsError if no limit is known.
        """
        found = self._usual
        for line in self._lines:
            if _fits(pdu, line.pdu) and (not line.outlet or _fits(outlet, line.outlet)):
                said = {
                    name: value for name, value in line.meter._asdict().items() if value is not None
                }
                found = found._replace(**said)
        if stated_percent is not None:
            found = found._replace(class_percent=stated_percent)
        if found.limit_kw is None:
            where = f"{pdu}, outlet {outlet}" if outlet != OWN else pdu
            raise SettingsError(
                f"{where}: the most that its supply delivers is not known: give --limit-kw, or"
                " limit_kw in the file of --meters"
            )
        return found


def _fits(name: str, pattern: str) -> bool:
    return name == pattern or (name != OWN and fnmatchcase(name, pattern))


def _lines(path: str) -> list[_Line]:
    found = []
    for row in csv_in.read(path, csv_in.of_columns(path, ("pdu",), ("outlet", *_RANGES))):
        said = {name: row.number(name, *span) for name, span in _RANGES.items()}
        found.append(_Line(row.cells["pdu"], row.cells.get("outlet", ""), RegisterFacts(**said)))
    return found
