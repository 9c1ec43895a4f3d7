"""Dell: rack PDUs made by APC, with their own MIB (DellrPDU-MIB), whose states have other numbers
than APC's rPDU2.

The switched and the metered table are joined by the outlet's number, because their indexes may
differ. The MIB does not name the unit of the outlets' power; W is assumed.
"""

from decimal import Decimal

from ..cells import Rows
from ..computed import Complete
from ..controls import Write
from ..evidence import SIMULATED
from ..joins import join
from ..measurements import Measurement
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from .conditions import pending
from .language import OVERLOAD, column, figure, oids, outlets, scalar, total
from .links import librenms
from .scales import TENTHS
from .sources import first

ROOT = "674.10903.200.2.200"
NUMBER = column(ROOT + ".130.1.2.1.2", "rPDUOutletSwitchedStatusNumber")
METERED_NUMBER = column(ROOT + ".130.2.2.1.2", "rPDUOutletMeteredStatusNumber")
METERED_NAME = column(ROOT + ".130.2.2.1.3", "rPDUOutletMeteredStatusName")
DEVICE_POWER = column(ROOT + ".110.2.1.3", "rPDUDeviceStatusPower")
DEVICE_COUNT = scalar(ROOT + ".110.1.0", "rPDUDeviceTableSize")
DEVICE_ENERGY = column(ROOT + ".110.2.1.4", "rPDUDeviceStatusEnergy")


def _metered_column(below: str, name: str) -> Measurement:
    """A figure of each outlet. Metered and switched outlets are two tables, whose rows differ where
    an outlet is not metered: a meter is that of the switched outlet with the same number, and has
    that outlet's row. One without such an outlet is left out.

    >>> numbers = {METERED_NUMBER: {"1": 7}, NUMBER: {"1": 1, "7": 7}}
    >>> POWER = column(f"{ROOT}.130.2.2.1.9", "rPDUOutletMeteredStatusPower")
    >>> power = _metered_column("9", "rPDUOutletMeteredStatusPower")
    >>> power.source.rows({POWER: {"1": 60}, **numbers})
    {'7': 60}
    """
    values = column(f"{ROOT}.130.2.2.1.{below}", name)

    @computed_from(values, METERED_NUMBER, NUMBER)
    def rows(tables: Tables) -> Rows:
        meters = tables[values]
        if not meters:
            return {}  # the numbers are not read
        return join(meters, keys=[tables[METERED_NUMBER]], outlet_keys=[tables[NUMBER]])

    return figure(rows)


PROFILES = (
    Profile(
        key="dell-rpdu",
        vendor="Dell",
        mib="DellrPDU-MIB",
        source=librenms("dell/DellrPDU-MIB"),
        models=("Managed and metered rack PDUs 66xx, 68xx",),
        sys_object_ids=oids("674.10903.200.3.1"),
        units=Complete(DEVICE_POWER, count=DEVICE_COUNT, gaps=True),
        unit_count=DEVICE_COUNT,
        outlets=outlets(
            State(
                column(ROOT + ".130.1.2.1.4", "rPDUOutletSwitchedStatusState"),
                on=("1",),
                off=("2",),
                conditions=(
                    pending(
                        column(
                            ROOT + ".130.1.2.1.5", "rPDUOutletSwitchedStatCmdPnding", optional=True
                        )
                    ),
                ),
            ),
            Write(column(ROOT + ".130.1.4.1.4", "rPDUOutletSwitchedControlCmd"), on=1, off=2),
            rows=METERED_NAME,
            count=scalar(ROOT + ".130.1.1.0", "rPDUOutletSwitchedTableSize"),
            checks_empty_table=True,
            number=first(NUMBER, METERED_NUMBER),
            name=first(column(ROOT + ".130.1.2.1.3", "rPDUOutletSwitchedStatusName"), METERED_NAME),
            current=_metered_column("6", "rPDUOutletMeteredStatusCurrent"),
            power=_metered_column("8", "rPDUOutletMeteredStatusPower"),
            energy=_metered_column("7", "rPDUOutletMeteredStatusEnergy"),
            has_joined_meters=True,
        ),
        load=total(
            figure(
                column(ROOT + ".120.2.1.4", "rPDUPhaseStatusCurrent"),
                TENTHS,
                same_rows_as=column(ROOT + ".120.2.1.5", "rPDUPhaseStatusVoltage"),
                count=scalar(ROOT + ".120.1.0", "rPDUPhaseTableSize"),
            ),
            always_there=True,
        ),
        power=total(figure(DEVICE_POWER, Decimal(10)), always_there=True),
        energy=total(figure(DEVICE_ENERGY, TENTHS, table=DEVICE_POWER), always_there=True),
        evidence=SIMULATED,
        note=(
            "No column names an outlet's unit: if the MIB's tables count on over several units, an"
            " outlet may be another one after a unit joined or left."
        ),
        unread=f"rPDUPhaseCfgOverloadRestriction: {OVERLOAD}",
    ),
)
