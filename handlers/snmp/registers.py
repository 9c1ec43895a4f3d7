"""What a family's MIB says of its energy registers, for tools; in no archive.

The unit is the scale of the profile's own figure. A SYNTAX of Counter32 or Counter64 says where a
register begins again at 0 (RFC 2578, 7.1.6 and 7.1.10). Gauge32, Unsigned32 and INTEGER say nothing
of that.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import NamedTuple, Optional

from .figures import Figure, Total
from .frozen import parts_of
from .profile import Profile
from .profiles import PROFILES
from .sources import Gathered, Scalar, Source
from .sources.base import Filter


class Register(NamedTuple):
    """What the MIB says of a register; None for what it does not say."""

    #: what a value of 1 means, in kWh
    unit_kwh: Optional[float] = None
    #: where the register begins again at 0, in kWh
    wrap_kwh: Optional[float] = None


class Registers(NamedTuple):
    """The registers of a family."""

    #: that of each outlet
    outlets: Register = Register()
    #: the PDU's own
    own: Register = Register()


#: SYNTAX -> the number of values (RFC 2578)
_VALUES: Mapping[str, int] = {"Counter32": 2**32, "Counter64": 2**64}
#: family -> SYNTAX of its energy object, where that is a counter
COUNTERS: Mapping[str, str] = {
    "cpi-econnect": "Counter64",  # CPI-UNITY-MIB, cpiPduOutletEnergy
    "riedo-updu": "Counter64",  # RNX-UPDU-MIB, upduMeterEnergyP (WattHours)
}
#: families whose energy object is text, which may have decimal places
TEXTS = frozenset(
    {
        "synaccess-netbooter",  # SYNSYS-MIB, mpiAcKwh: DisplayString
    }
)
#: in Profile.mib, of a family whose scale is known from a program
_NO_MIB = "no MIB is public"


@lru_cache(maxsize=64)
def of(family: str) -> Optional[Registers]:
    """The registers of a family; None for a name that is no family of the SNMP handler."""
    profile = PROFILES.named(family)
    if profile is None:
        return None
    if family in TEXTS or _NO_MIB in profile.mib:
        return Registers()
    return Registers(
        _register(profile, _one(map(_unit, _of_outlets(profile)))),
        _register(profile, _own(profile.energy)),
    )


def _register(profile: Profile, unit_kwh: Optional[float]) -> Register:
    values = _VALUES.get(COUNTERS.get(profile.key, ""))
    if unit_kwh is None or values is None:
        return Register(unit_kwh)
    return Register(unit_kwh, values * unit_kwh)


def _of_outlets(profile: Profile) -> Iterator[Figure]:
    return (outlets.energy for outlets in profile.outlets if outlets.energy is not None)


def _own(energy: Optional[Total]) -> Optional[float]:
    """The unit of the PDU's own register.

    A total over the rows of a table, which may be several, is a sum: how often it changes says
    nothing of their steps.
    """
    if energy is None or energy.else_outlets or not all(map(_is_scalar, energy.figures)):
        return None
    return _one(map(_unit, energy.figures))


def _one(units: Iterator[Optional[float]]) -> Optional[float]:
    """The unit if all are alike, else None."""
    found = {*units}
    return found.pop() if len(found) == 1 else None


def _unit(figure: Figure) -> Optional[float]:
    """What a value of 1 means, in kWh; None if that is not one number for all values."""
    is_plain = (
        figure.exponent is None
        and figure.factor is None
        and figure.scale_of_integers is None
        and not figure.unit  # which only a text has
        and not any(isinstance(part, Gathered) for part in parts_of(figure.source))
    )
    return float(figure.scale) if is_plain else None


def _is_scalar(figure: Figure) -> bool:
    """Whether the figure is one object, perhaps left out on some devices."""
    source: Source = figure.source
    while isinstance(source, Filter):
        source = source.source
    return isinstance(source, Scalar)
