"""What a family's MIB says of its energy registers, for tools; in no archive.

The unit is the scale of the profile's own figure, and its `syntax`, Counter32 or Counter64, says
where a register begins again at 0. Gauge32, Unsigned32 and INTEGER say nothing of that.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple, Optional, TypeVar

from handlers.snmp.figures import COUNTERS, Figure, Total
from handlers.snmp.frozen_value import parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILE_BY_KEY
from handlers.snmp.sources import Gathered, Listed, Scalar, Source
from handlers.snmp.sources.base import Filter

T = TypeVar("T")


class SnmpRegister(NamedTuple):
    """What the MIB says of a register; None for what it does not say."""

    #: what a value of 1 means, in kWh
    unit_kwh: Optional[float] = None
    #: where the register begins again at 0, in kWh
    wrap_kwh: Optional[float] = None


class Registers(NamedTuple):
    """The registers of a family."""

    #: that of each outlet
    outlets: SnmpRegister = SnmpRegister()
    #: the PDU's own
    own: SnmpRegister = SnmpRegister()


#: families whose energy object is text, which may have decimal places
TEXTS = frozenset(
    {
        "starline-ac",  # UEC-STARLINE-MIB, cpmAcInfTotalEnergy: DisplayString
        "starline-dc",  # cpmDcInfCktEnergyDelivrd, likewise
        "synaccess-netbooter",  # SYNSYS-MIB, mpiAcKwh: DisplayString
    }
)
#: in Profile.mib, of a family whose scale is known from a program
_NO_MIB = "no MIB is public"


@lru_cache(maxsize=64)
def registers_of_family(family: str) -> Optional[Registers]:
    """The registers of a family; None for a name that is no family of the SNMP handler."""
    profile = PROFILE_BY_KEY.get(family)
    return None if profile is None else profile_registers(profile)


def profile_registers(profile: Profile) -> Registers:
    """The registers of a family that need not be in the table of families."""
    if profile.key in TEXTS or _NO_MIB in profile.mib:
        return Registers()
    return Registers(
        _register([outlets.energy for outlets in profile.outlets if outlets.energy is not None]),
        _register(_own_figures(profile.energy)),
    )


def _register(figures: Sequence[Figure]) -> SnmpRegister:
    """What figures of one register say: nothing in which they differ."""
    unit_kwh = _common_value(map(_kwh_per_count, figures))
    # the number of values, after which a counter begins again at 0
    value_count = _common_value(COUNTERS.get(figure.syntax) for figure in figures)
    if unit_kwh is None or value_count is None:
        return SnmpRegister(unit_kwh)
    return SnmpRegister(unit_kwh, wrap_kwh=value_count * unit_kwh)


def _own_figures(energy: Optional[Total]) -> Sequence[Figure]:
    """The figures of the PDU's own register.

    A total over the rows of a table, which may be several, is a sum: how often it changes says
    nothing of their steps.
    """
    if energy is None or energy.else_outlets or not all(map(_is_scalar, energy.figures)):
        return ()
    return energy.figures


def _common_value(candidates: Iterable[Optional[T]]) -> Optional[T]:
    """What is found, if all are alike, else None."""
    distinct = {*candidates}
    return distinct.pop() if len(distinct) == 1 else None


def _kwh_per_count(figure: Figure) -> Optional[float]:
    """What a value of 1 means, in kWh; None if that is not one number for all values: the device
    tells scale or unit, or the value is gathered from several objects.
    """
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
    while isinstance(source, (Filter, Listed)):
        source = source.known if isinstance(source, Listed) else source.source
    return isinstance(source, Scalar)
