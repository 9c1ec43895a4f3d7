"""AP Nederland: the modular PDU of APNL-MODULAR-PDU-MIB. Displays, meters and switches are rows of
one table of nodes.

A node whose nodeOutlet is 0 has no outlet. Only nodes of switching types have a state, and only
those of metering types have figures. nodePower and pduPower are energies in kWh. A gateway has the
same objects for a PDU on its bus, but reads or writes that PDU only on a further command
(pduAdminCommand). A gateway's states and figures are not read: they may be out of date. A PDU whose
switching is not enabled as a whole (bit 2 of pduEnableFeatures) is not switched.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Rows
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import none_of, one_of, rows_if_any_in, strict_where, where_value
from ..joins import bit
from ..objects import Column, Scalar
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import row_condition
from .language import column, figure, oids, outlets, scalar, total
from .links import pysnmp_mibs
from .scales import TENTHS
from .sources import rows_where

TYPE = column("29640.4.3.33.1.2", "nodeType")
METER, METER_AND_SWITCH, SWITCH = "4", "5", "6"
SWITCHING, METERING = (METER_AND_SWITCH, SWITCH), (METER, METER_AND_SWITCH)
OUTLET = column("29640.4.3.33.1.3", "nodeOutlet")
NO_OUTLET = "0"
PDU_TYPE = scalar("29640.4.3.1.0", "pduType")
MODULAR = "0"
STATE = column("29640.4.3.33.1.13", "nodeSwitchOperStatus")
FEATURES = scalar("29640.4.3.30.0", "pduEnableFeatures")
SWITCHING_ENABLED = 2  # bit of pduEnableFeatures


def _is_modular(tables: Tables) -> bool:
    return tables.text(PDU_TYPE) == MODULAR


@computed_from(STATE, OUTLET, PDU_TYPE, by_row=True)
def states(tables: Tables) -> Rows:
    """The state of each node that has an outlet. A node whose nodeOutlet is 0 is a display or a
    meter.

    >>> nodes = {STATE: {"1": 1, "2": 2, "3": 0}, OUTLET: {"1": 1, "2": 2, "3": 0}}
    >>> states.rows(tables_of({**nodes, PDU_TYPE: {"0": 0}}))
    {'1': 1, '2': 2}

    A gateway (pduType other than 0) has no row: its states may be out of date.

    >>> states.rows(tables_of({**nodes, PDU_TYPE: {"0": 1}}))
    {}

    Raises ProtocolError if a node with a state has no answer of its nodeOutlet: it may have none.
    When one node alone is read for a command, the result is then without a row.
    """
    if not _is_modular(tables):
        return {}
    numbers = tables[OUTLET]
    if tables.outlet and not numbers:
        return {}
    return strict_where(tables[STATE], numbers, none_of(NO_OUTLET))


def _metered_column(values: Column) -> ComputedRows:
    """A column of the nodes that meter (nodeType 4 or 5).

    >>> AMPERES = column("~.1.5", "nodeCurrent")
    >>> _metered_column(AMPERES).rows({AMPERES: {"1": 15, "2": 0}, TYPE: {"1": 5, "2": 6}})
    {'1': 15}
    """
    return rows_where(values, TYPE, one_of(*METERING), by_row=True)


def _total_of_pdu(values: Scalar) -> ComputedRows:
    """The PDU's own load or energy, if it has a node that meters (nodeType 4 or 5); without one,
    its 0 is no measurement.

    >>> AMPERES = scalar("29640.4.3.13.0", "pdulAcurrent")
    >>> load, modular = _total_of_pdu(AMPERES), {PDU_TYPE: {"0": 0}}
    >>> load.rows(tables_of({AMPERES: {"0": 15}, TYPE: {"1": 5, "2": 6}, **modular}))
    {'0': 15}
    >>> load.rows(tables_of({AMPERES: {"0": 0}, TYPE: {"1": 6}, **modular}))
    {}

    A gateway (pduType other than 0) has no row: its figures may be out of date.
    """

    @computed_from(values, PDU_TYPE, TYPE, by_row=True)
    def rows(tables: Tables) -> Rows:
        if not _is_modular(tables):
            return {}
        types = tables.with_all_rows[TYPE]
        nodes_that_meter = where_value(types, one_of(*METERING))
        return rows_if_any_in(tables[values], nodes_that_meter)

    return rows


@computed_from(FEATURES, by_row=True)
def is_switching_enabled(tables: Tables) -> Rows:
    """Whether each node may be switched ("1") or not ("0"): a bit of its features.

    >>> is_switching_enabled.rows({FEATURES: {"1": bytes(4)}})
    {'1': '0'}
    """
    return bit(tables[FEATURES], SWITCHING_ENABLED)


PROFILES = (
    Profile(
        key="apnl-modular",
        vendor="AP Nederland",
        mib="APNL-MODULAR-PDU-MIB of 2013-01-24",
        source=pysnmp_mibs("mibs/apnl/APNL-MODULAR-PDU-MIB"),
        models=("OEC2 modular PDU",),
        sys_object_ids=oids("29640"),
        outlets=outlets(
            State(states, on=("2",), off=("1",), conditions=(row_condition(TYPE, *SWITCHING),)),
            Write(column("29640.4.3.33.1.14", "nodeSwitchAdminStatus"), on=2, off=1),
            Guard(is_switching_enabled, allow=("1",), why="switching is not enabled on the PDU"),
            Guard(TYPE, allow=SWITCHING, why="its module does not switch"),
            number=OUTLET,
            name=column("29640.4.3.33.1.20", "nodeName"),
            current=figure(_metered_column(column("29640.4.3.33.1.6", "nodeAcurrent")), TENTHS),
            energy=figure(_metered_column(column("29640.4.3.33.1.5", "nodePower"))),
        ),
        load=total(figure(_total_of_pdu(scalar("29640.4.3.13.0", "pdulAcurrent")), TENTHS)),
        energy=total(figure(_total_of_pdu(scalar("29640.4.3.5.0", "pduPower")))),
        evidence=SIMULATED.of("state", "current", "energy", "switching"),
        unread=(
            "nodeSwitchAdminStatus: it is the wish, which may be unknown at rest; nodeAlarmStatus:"
            " alarms of figures"
        ),
    ),
)
