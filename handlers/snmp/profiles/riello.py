"""Riello Multi Distribution Unit (RIELLOMDU-MIB). Only read: a command is a code, two delays and
the number of a socket in four objects, where 0 means all sockets, and the MIB does not say which of
the writes carries it out.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re

from ..cells import Rows
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import Condition, State
from ..tables import Tables, computed_from
from .language import column, figure, oids, outlets, scalar, total
from .links import librenms
from .scales import TENTHS

MDU = "5491.11"
SOCKETS = f"{MDU}.2.4.1"
STATUS = column(f"{SOCKETS}.5", "mduOutputStatus")
# 1: on manual bypass, which feeds the sockets past their switches
BYPASS = scalar(f"{MDU}.2.11.0", "mduManualBypass")
LINE_A = scalar(f"{MDU}.2.3.0", "mduLineACurrent")
CONFIGURATION = scalar(f"{MDU}.1.4.0", "mduIdentIOConfiguration")
ON, ONE_PHASE = "1", "1"


@computed_from(STATUS, BYPASS, by_row=True)
def states_on_bypass(tables: Tables) -> Rows:
    """The state of each socket as the manual bypass leaves it: with the bypass on (mduManualBypass
    1), it feeds the sockets past their switches, so that a state of "off" is not believed. Without
    it, 1 for each socket, which is the value that says nothing against a state.

    >>> states_on_bypass.rows(tables_of({STATUS: {"1": 1, "2": 0}, BYPASS: {"0": 1}}))
    {'1': 1, '2': 0}
    >>> states_on_bypass.rows(tables_of({STATUS: {"1": 1, "2": 0}, BYPASS: {"0": 0}}))
    {'1': '1', '2': '1'}
    """
    statuses = tables[STATUS]
    is_on_bypass = re.fullmatch("[1-9][0-9]*", tables.text(BYPASS))
    return statuses if is_on_bypass else dict.fromkeys(statuses, ON)


@computed_from(LINE_A, CONFIGURATION)
def unit_current(tables: Tables) -> Rows:
    """The current of line A, which is that of the unit if it has one phase. On a unit of three
    phases, or one that does not say (mduIdentIOConfiguration), no row.

    >>> unit_current.rows(tables_of({LINE_A: {"0": 52}, CONFIGURATION: {"0": 1}}))
    {'0': 52}
    >>> unit_current.rows(tables_of({LINE_A: {"0": 52}, CONFIGURATION: {"0": 2}}))
    {}
    """
    return tables[LINE_A] if tables.text(CONFIGURATION) == ONE_PHASE else {}


PROFILES = (
    Profile(
        key="riello-mdu",
        vendor="Riello",
        mib="RIELLOMDU-MIB 1.0 of 2016-04-01",
        source=librenms("riello/RIELLOMDU-MIB"),
        models=("Multi Distribution Unit (MDU)",),
        # No sysObjectID was seen on a unit: these are Riello's cards, also those of its UPSs.
        sys_object_ids=oids("5491"),
        unseen=True,
        outlets=outlets(
            # 2 and 3 are on with a shutdown under way, 4 off with a restore under way
            State(
                STATUS,
                on=(ON,),
                off=("0", "6"),
                conditions=(Condition(states_on_bypass, (ON,), optional=True),),
            ),
            none_if_zero=scalar(f"{MDU}.1.6.0", "mduIdentOutputSockets"),
            counts_unlisted=True,
            current=figure(column(f"{SOCKETS}.2", "mduOutputCurrent"), TENTHS),
        ),
        load=total(figure(unit_current, TENTHS), else_outlets=True),
        evidence=SIMULATED.of("state", "current"),
        note=(
            "No recording shows a unit. The MIB does not say that mduIdentOutputSockets counts the"
            " rows of its table of sockets, so a list that ends early is not noticed. Riello's UPSs"
            " have the same cards: the handler nut reads them."
        ),
        unread=(
            "mduOutputDisabled, mduOutputOverload: mduOutputStatus has the overload and the lock,"
            " and the MIB does not say what deactivates a line besides them"
        ),
    ),
)
