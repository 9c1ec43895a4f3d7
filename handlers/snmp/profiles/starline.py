"""Starline (Universal Electric, now Legrand): critical power monitors of busways, in end feeds and
tap-off boxes. UEC-STARLINE-MIB, revision 26.

Figures of the infeed are split by lines (alternating current) or by circuits (direct current).
Index 4 and 5 of the lines are the calculated and the measured neutral. A tap-off box has outlets,
which are not switched and have no state.

The MIB says that an agent has all its objects: so all lines and circuits have rows, and outlets
that are not fitted may have rows too. A figure without a value reads 9999.99 A or 999999.99 W.
"""

from functools import partial

from ..cells import Rows
from ..computed import Complete
from ..evidence import SIMULATED
from ..filters import none_of, with_arc
from ..profile import Profile
from ..tables import ComputedRows, Tables, computed_from
from .language import FLOOR, column, figure, oids, outlets, scalar, total
from .links import pysnmp_mibs
from .sources import rows_where

AC, DC = "35774.2.1", "35774.2.2"
RATING = column(f"{AC}.7.1.3", "cpmAcOtlLineCurrRating")
NOT_FITTED = ("0", "0.0", "0.00", "0.000")


def _rated_outlets(below: int, name: str) -> ComputedRows:
    """A column of the outlets that have a rating."""
    return rows_where(column(f"{AC}.7.1.{below}", name), RATING, none_of(*NOT_FITTED))


LINE_CURRENT = column(f"{AC}.5.1.3", "cpmAcInfLineCurrent")


@computed_from(LINE_CURRENT)
def line_currents(tables: Tables) -> Rows:
    """The current of each of the three lines, without the neutrals, whose current the lines have
    already carried: their sum is the load.

    >>> line_currents.rows({LINE_CURRENT: {"1.1": 5, "4.1": 1}})
    {'1.1': 5}
    """
    return with_arc(tables[LINE_CURRENT], 0, "1", "2", "3")


LINES = figure(line_currents, least=3)
OUTLET_ID = _rated_outlets(2, "cpmAcOutletId")
POWER = figure(scalar(f"{AC}.4.7.0", "cpmAcInfTotalActivePower"))


def _circuits(below: int, name: str) -> Complete:
    """A column of the two circuits."""
    return Complete(column(f"{DC}.5.1.{below}", name), least=2)


DC_LOAD = figure(_circuits(11, "cpmDcInfCktCurrent"))
DC_POWER = figure(_circuits(7, "cpmDcInfCktPower"))

monitor_profile = partial(
    Profile,
    vendor="Starline",
    mib="UEC-STARLINE-MIB of 2017-10-11",
    source=pysnmp_mibs("mibs/uec/UEC-STARLINE-MIB"),
    sys_object_ids=oids("35774"),
    unseen=True,
    ceilings=FLOOR,
    evidence=SIMULATED.of("current", "power", "energy"),
)

PROFILES = (
    monitor_profile(
        key="starline-ac",
        models=("Critical Power Monitor M40 and M50 (end feeds, tap-off boxes)",),
        outlets=outlets(
            rows=OUTLET_ID,
            none_if_zero=RATING,
            name=OUTLET_ID,
            power=figure(_rated_outlets(5, "cpmAcOtlTotalActivePower")),
            energy=figure(_rated_outlets(10, "cpmAcOtlTotalEnergy")),
        ),
        load=total(LINES),
        power=total(POWER),
        energy=total(figure(scalar(f"{AC}.4.19.0", "cpmAcInfTotalEnergy"))),
        inlet=total(LINES),
        inlet_power=total(POWER),
        note=(
            "Currents of outlets are not read: the MIB has them only by line. An operator can reset"
            " the energies."
        ),
    ),
    monitor_profile(
        key="starline-dc",
        models=("Critical Power Monitor for direct current",),
        load=total(DC_LOAD),
        power=total(DC_POWER),
        energy=total(figure(_circuits(9, "cpmDcInfCktEnergyDelivrd"))),
        inlet=total(DC_LOAD),
        inlet_power=total(DC_POWER),
        note=(
            "Outlets are not listed: the MIB has their figures only by circuit. An operator can"
            " reset the energies."
        ),
    ),
)
