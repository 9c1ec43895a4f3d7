"""BayTech: remote power controllers (RPCs) of Baytech-MIB. The index is rpc.outlet.

The MIB does not state the units of current and power. Current is in tenths of an ampere (NUT,
drivers/baytech-mib.c; Observium, includes/discovery/sensors/baytech-mib-403-1.inc.php), power in
watts (Observium). Observium ignores a power of -2000000; this handler treats every value below 0 as
missing. An RPC without a meter reads 0 (Baytech-MIB), so 0 may mean no meter or no load.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from dataclasses import replace

from ..cells import Rows
from ..completeness import with_missing_units
from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import SIMULATED, EvidenceLevel
from ..filters import rows_if_none_in
from ..joins import numbered
from ..objects import Column
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Source, Tables, computed_from
from .conditions import unit_condition
from .language import column, figure, oids, outlets, total
from .links import public, pysnmp_mibs
from .scales import TENTHS

STATE = column("4779.1.3.5.3.1.3", "sBTAModulesRPCOutletState")
CURRENT = column("4779.1.3.5.2.1.4", "sBTAModulesRPCCurrent", optional=True)
POWER = column("4779.1.3.5.2.1.7", "sBTAModulesRPCPower", optional=True)
OFF, ON, LOCKED_ON, LOCKED_OFF = "0", "1", "3", "4"
BREAKER = column("4779.1.3.5.2.1.16", "sBTAModulesRPCCircuitBreaker", optional=True)
CLOSED = "1"
COUNT = column("4779.1.3.5.2.1.15", "sBTAModulesRPCNumberOfOutlets")


def _column_of_rpcs(values: Column) -> ComputedRows:
    """A current or power of each RPC (unit) of a chain; of an RPC that has outlets and no row of
    it, a missing one, so that the chain has no sum. The first number of an index is the RPC; "2."
    is a row of RPC 2 whose index is not known.

    >>> chain = {COUNT: {"1": 8, "2": 8}, STATE: {"1.1": 1, "2.1": 1}}
    >>> rows = _column_of_rpcs(CURRENT).rows({CURRENT: {"1": 15}, **chain})
    >>> rows["1"], rows["2."].reason
    (15, 'no answer')
    """

    @computed_from(values, on_demand=(COUNT, STATE))
    def rows(tables: Tables) -> Rows:
        meters = tables[values]
        if not meters:
            return {}
        rpcs = [numbered(table, position=0) for table in (meters, tables[COUNT], tables[STATE])]
        return with_missing_units(meters, *rpcs)

    return rows


def _unless_metered(values: Source, meters: Column) -> ComputedRows:
    """The values of a device whose RPCs have no meter of their own (`meters`): the currents of
    circuits, for example, which a meter of the RPC would count again.

    >>> AMPERES = column("4779.1.3.5.9.1.4", "circuitCurrent")
    >>> currents = _unless_metered(AMPERES, meters=CURRENT)
    >>> currents.rows(tables_of({AMPERES: {"1.1": 15}}))
    {'1.1': 15}
    >>> currents.rows(tables_of({AMPERES: {"1.1": 15}, CURRENT: {"1": 15}}))
    {}

    While the meters are not answered, one row without an index (".") is missing.
    """

    @computed_from(values, meters, by_row=True)
    def rows(tables: Tables) -> Rows:
        meter_rows = tables.with_all_rows[meters]
        return rows_if_none_in({} if meter_rows else tables[values], meter_rows)

    return rows


def _circuits(below: str, name: str, other_arcs: str, other_name: str) -> Complete:
    """A figure of each circuit of an RPC; a circuit with no row in it, and one in another column of
    the same table, is missing.

    >>> currents = _circuits("4", "Current", "7", "Power")
    >>> AMPERES, WATTS = currents.needs()
    >>> rows = currents.rows(tables_of({AMPERES: {"1.1": 15}, WATTS: {"1.1": 34, "1.2": 20}}))
    >>> rows["1.1"], rows["1.2"].reason
    (15, 'no answer')

    below, name: the arcs of the figure's column, and the end of its name.
    other_arcs, other_name: the arcs of the other column, and the end of its name.
    """
    table = "4779.1.3.5.9.1"
    return Complete(
        column(f"{table}.{below}", f"circuit{name}"),
        same_rows_as=column(f"{table}.{other_arcs}", f"circuit{other_name}"),
    )


PROFILES = (
    Profile(
        key="baytech",
        vendor="BayTech",
        mib="Baytech-MIB-403-1",
        source=pysnmp_mibs("mibs/baytech/Baytech-MIB-403-1"),
        models=("MRP27", "RPC-nNC", "MMP"),
        sys_object_ids=oids("4779"),
        outlets=outlets(
            State(
                STATE,
                on=(ON, LOCKED_ON),
                off=(OFF, LOCKED_OFF),
                conditions=(unit_condition(BREAKER, CLOSED, why=""),),
            ),
            Write(STATE, on=1, off=0),
            Guard(
                STATE,
                allow=(ON, OFF),
                why="it is locked on the device, or its state is not known",
            ),
            count=COUNT,
            name=column("4779.1.3.5.3.1.4", "sBTAModulesRPCOutletName"),
        ),
        load=total(
            figure(_column_of_rpcs(CURRENT), TENTHS),
            figure(_unless_metered(column("4779.1.3.5.5.1.6", "sRPCCurrent"), CURRENT), TENTHS),
            figure(_unless_metered(_circuits("4", "Current", "7", "Power"), CURRENT), TENTHS),
            always_there=True,  # without a meter, the MIB's currents read 0
        ),
        power=total(
            figure(_column_of_rpcs(POWER)),
            figure(_unless_metered(column("4779.1.3.5.5.1.9", "sRPCPower"), POWER)),
            figure(_unless_metered(_circuits("7", "Power", "4", "Current"), POWER)),
        ),
        evidence=replace(
            SIMULATED.of("state", "current", "power", "switching"),
            current=EvidenceLevel.DRIVER,
            power=EvidenceLevel.DRIVER,
        ),
        programs=(
            public("networkupstools/nut", "drivers/baytech-mib.c"),
            public("chaos/powerman", "etc/devices/baytech-snmp.dev"),
        ),
        unread=(
            "sBTAModulesRPCBreakersCircuitBreaker: the MIB does not say which outlets a breaker has"
        ),
    ),
)
