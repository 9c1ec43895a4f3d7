"""Panduit: SmartZone G5 of PANDUIT-MIB, which has the tables of HPE's pdu3 below its own root.

Outlets are switched by pdug5OutletControlOnCmd and pdug5OutletControlOffCmd, not by
pdug5OutletControlCommand, which some firmware may lack. Padding rows have a 0 in the index column.
In the MIB, G6 is a hardware version (2.0, pdug5HWVersion) with the same tables.

In a function `tables[COLUMN]` is {row: value}. `Missing` is a value that the device has and did not
answer: it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Missing, Rows
from ..computed import Complete
from ..decoding import is_one_of
from ..evidence import SIMULATED
from ..filters import none_of, of_units, strict_where, without
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from . import hpe
from .conditions import row_condition
from .language import figure, oids
from .links import librenms
from .scales import HUNDREDTHS, THOUSANDTHS

ROOT = "19536.10.1"
G5 = hpe.PduTables(ROOT, "pdug5", HUNDREDTHS)
INDEX = G5.column("5.1.1.1", "OutletIndex")
# each unit of a chain has this row, also one without outlets; rows of padding have none
PHASES = G5.column("1.2.1.11", "InputPhaseCount")
# the outlet's state as a command; 7: it cannot be determined
COMMAND_KNOWN = row_condition(
    G5.column("5.2.1.10", "OutletControlCommand", optional=True), *map(str, range(1, 7))
)


@computed_from(G5.states, INDEX, by_row=True)
def states(tables: Tables) -> Rows:
    """The state of each outlet. A row whose index reads 0 is padding and left out.

    >>> states.rows({G5.states: {"1.1": 2, "1.2": 2}, INDEX: {"1.1": 1, "1.2": 0}})
    {'1.1': 2}
    """
    every_row = tables[G5.states]
    return strict_where(every_row, tables[INDEX], none_of("0"))


@computed_from(G5.names, INDEX)
def named(tables: Tables) -> Rows:
    """The name of each outlet that has one: they list the outlets. A row whose name is lost
    stays, unless it is padding.

    >>> named.rows({G5.names: {"1.1": "web", "1.2": ""}, INDEX: {"1.1": 1, "1.2": 0}})
    {'1.1': 'web'}
    """
    indexes = tables[INDEX]
    rows: Rows = {}
    for row, name in without(tables[G5.names], "").items():
        if not (isinstance(name, Missing) and is_one_of(indexes.get(row), ("0",))):
            rows[row] = name
    return rows


@computed_from(G5.outlet_count, G5.states, INDEX)
def counts(tables: Tables) -> Rows:
    """The number of outlets of each unit that has outlets in the table of states; others only
    meter.

    >>> chain = {G5.outlet_count: {"1": 24, "2": 24}, INDEX: {"1.1": 1}}
    >>> counts.rows(tables_of({**chain, G5.states: {"1.1": 2}}))
    {'1': 24}
    """
    outlet_states = tables[states]
    if not outlet_states:
        return {}
    return of_units(tables[G5.outlet_count], outlet_states)


PROFILES = (
    Profile(
        key="panduit-g5",
        vendor="Panduit",
        mib="PANDUIT-MIB of 2023-07-24",
        source=librenms("panduit/PANDUIT-MIB"),
        models=("SmartZone G5", "SmartZone G6"),
        sys_object_ids=oids(ROOT),
        units=Complete(PHASES, count=G5.unit_count, gaps=True),
        unit_count=G5.unit_count,
        outlets=G5.outlets(
            G5.verbs(),
            G5.guard(G5.column("1.2.1.10", "Controllable"), allow=(hpe.CONTROLLABLE,)),
            State(
                states, on=("2",), off=("1",), absent=(hpe.PADDING,), conditions=(COMMAND_KNOWN,)
            ),
        )(
            rows=named,
            count=counts,
            power=figure(G5.column("5.1.1.13", "OutletWatts")),
            energy=figure(G5.column("5.1.1.14", "OutletWh"), THOUSANDTHS),
        ),
        load=G5.load(PHASES, has_total=True),
        power=G5.power(else_outlets=True),
        energy=G5.total(figure(G5.column("2.1.1.6", "InputTotalEnergy")), else_outlets=True),
        evidence=SIMULATED,
        unread=G5.unread,
    ),
)
