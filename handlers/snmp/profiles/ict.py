"""ICT: DC distribution panels of ICT-PDU-MIB. Row 0 is output 1. On -48 V plants, currents are
negative.

systemCurrent is that of the first bus only. An output with an open fuse has no power even if its
relay is on.
"""

from decimal import Decimal

from ..cells import Rows
from ..computed import Complete, Number
from ..controls import Write
from ..evidence import SIMULATED
from ..filters import rows_if_none_in
from ..measurements import Ceilings, Measurement
from ..profile import Profile
from ..states import State
from ..tables import Source, Tables, computed_from
from .conditions import row_condition
from .language import column, oids, outlets, scalar, total
from .links import librenms

ENABLE = column("39145.10.8.1.5", "outputEnable")
BUS = column("39145.10.10.1.1", "busNumber")
BUS_CURRENTS = Complete(column("39145.10.10.1.4", "busCurrent"), same_rows_as=BUS)
SYSTEM_CURRENT = scalar("39145.10.7.0", "systemCurrent")
WHOLE = "1"  # outputFuseStatus of a good fuse; 2 is open


@computed_from(SYSTEM_CURRENT, BUS, by_row=True)
def system_current(tables: Tables) -> Rows:
    """The current of a panel without a table of buses; a panel with buses has no row. While the
    buses are not answered, one row without an index (".") is missing.

    >>> system_current.rows(tables_of({SYSTEM_CURRENT: {"0": "1.5"}}))
    {'0': '1.5'}
    >>> system_current.rows(tables_of({SYSTEM_CURRENT: {"0": "1.5"}, BUS: {"1": "0.7"}}))
    {}
    """
    buses = tables.with_all_rows[BUS]
    current = {} if buses else tables[SYSTEM_CURRENT]
    return rows_if_none_in(current, buses)


def _amperes(source: Source) -> Measurement:
    """Amperes as decimal text. The sign follows the plant's voltage: -1 is a current of 1 A."""
    return Measurement(source, absent=(), magnitude=True)


PROFILES = (
    Profile(
        key="ict-pdu",
        vendor="ICT",
        mib="ICT-PDU-MIB",
        source=librenms("ict/ICT-PDU-MIB"),
        models=("ICT180S", "ICT200DB"),
        sys_object_ids=oids("39145.10"),
        outlets=outlets(
            State(
                ENABLE,
                on=("1",),
                off=("2",),
                conditions=(row_condition(column("39145.10.8.1.4", "outputFuseStatus"), WHOLE),),
            ),
            Write(ENABLE, on=1, off=2),
            number=Number(ENABLE, plus=1),
            name=column("39145.10.8.1.2", "outputName"),
            current=_amperes(column("39145.10.8.1.3", "outputCurrent")),
        ),
        # a panel may have no table of buses
        load=total(_amperes(BUS_CURRENTS), _amperes(system_current)),
        ceilings=Ceilings(outlet_a=Decimal(200)),  # the models' names: 180 A and 200 A in all
        evidence=SIMULATED.of("state", "current", "switching"),
        recording="ict-pdu",
    ),
)
