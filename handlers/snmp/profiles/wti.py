"""WTI: power switches of WTI-POWER-MIB and of the older WTI-MPC-MIB, whose plugs have no meters.

The meaning of the actions is from WTI's user guides; the MIB defines only their range: 1 to 4 only
mark a plug; 5 to 8 mark it and execute all marks of the unit.

A row is a running number over all units of a system: LOCAL and up to three that are called AUX.
"LOCAL - B4" and "AUX1 - B4" are plugs. A unit without others may name them "B4" (user guides of
NPS and MPC).

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from ...shared.errors import Unsupported
from ..cells import Rows
from ..chains import Chain, InChain
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import is_one_of, text
from ..evidence import SIMULATED
from ..joins import field
from ..objects import Span, Spread
from ..profile import NET_SNMP, Profile
from ..states import State
from ..tables import Tables, computed_from
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import librenms
from .scales import TENTHS


def _branches(first: int, name: str) -> Spread:
    """A reading of the four branches, A to D, of each unit: older units have no total. The table
    has voltage, current and power of branch A, then those of B: the columns of one reading are
    three arcs apart.

    >>> currents = _branches(4, "environmentUnitCurrentA to D")
    >>> [span.sub for span in currents.spans]
    [4, 7, 10, 13]

    Row 2.1 is branch A of unit 2:

    >>> currents.rows(tables_of({currents: {"2.1": 15, "2.2": 12}}))
    {'2.1': 15, '2.2': 12}

    first: the arc of branch A's column.
    """
    spans = []
    for branch in (1, 2, 3, 4):
        spans.append(Span(branch, branch, sub=first + 3 * (branch - 1)))
    return Spread(oid("2634.3.200.10.1"), tuple(spans), name, by_row=True)


# each branch that has a voltage has a current and a power
VOLTAGES = _branches(5, "environmentUnitVoltageA to D")
PLUGS = "2634.3.100.200.1"
ID = column(f"{PLUGS}.2", "plugID")
LOCAL = "LOCAL"
SEPARATOR = " - "


@computed_from(ID, by_row=True)
def units(tables: Tables) -> Rows:
    """The unit of each plug of a chain: LOCAL for a plug of the unit that is asked.

    >>> units.rows({ID: {"1": "B - A1", "2": "A2"}})
    {'1': 'B', '2': 'LOCAL'}
    """
    unit_and_name = _with_unit(tables[ID])
    return field(unit_and_name, 0, SEPARATOR)


@computed_from(ID, by_row=True)
def plug_names(tables: Tables) -> Rows:
    """The name of each plug on its unit, to which a command is sent.

    >>> plug_names.rows({ID: {"1": "B - A1", "2": "A2"}})
    {'1': 'A1', '2': 'A2'}
    """
    unit_and_name = _with_unit(tables[ID])
    return field(unit_and_name, 1, SEPARATOR)


def _with_unit(names: Rows) -> Rows:
    """Names with their unit: that of a unit's own plug has none.

    >>> _with_unit({"1": "B - A1", "2": "A2"})
    {'1': 'B - A1', '2': 'LOCAL - A2'}
    """
    result = dict(names)
    for row, name in names.items():
        if text(name) and SEPARATOR not in text(name):
            result[row] = f"{LOCAL}{SEPARATOR}{text(name)}"
    return result


CHAIN = Chain(units, plug_names, first_units=(LOCAL,))


def plugs(below: str, name: str, *, optional: bool = False) -> InChain:
    return CHAIN.of(column(f"{PLUGS}.{below}", name, optional=optional))


STATUS = plugs("3", "plugStatus")
ACTION = plugs("4", "plugAction")


class _NoneMarked(Guard):
    """Forbids the command if the action of another plug is not one of `allow`, or if the device
    lists none for this plug: others may be missing, too."""

    def raise_if_forbidden(self, tables: Tables, identity: str) -> None:
        """Raises Unsupported if another plug of the chain has an action that waits, which a command
        would set off, or if the device does not list this plug's: others may be missing, too.

        >>> ACTIONS = column("~.4", "plugAction")
        >>> guard = _NoneMarked(ACTIONS, "it would also switch others", allow=("0",))
        >>> guard.raise_if_forbidden(tables_of({ACTIONS: {"1": 0, "2": 0}}), "1")
        >>> guard.raise_if_forbidden(tables_of({ACTIONS: {"1": 0, "2": 5}}), "1")
        Traceback (most recent call last):
        handlers.shared.errors.Unsupported: outlet 1 is not switched: ...: outlet 2 is marked
        """
        marks = tables.with_all_rows[self.test]
        refusal = f"outlet {identity} is not switched: {self.why}"
        if identity not in marks:
            raise Unsupported(f"{refusal}, and the device does not list which outlets are marked")
        for outlet, mark in marks.items():
            if outlet != identity and not is_one_of(mark, self.allow):
                raise Unsupported(f"{refusal}: outlet {outlet} is marked")


PROFILES = (
    Profile(
        key="wti-power",
        vendor="WTI",
        mib="WTI-POWER-MIB of 2019-01-29",
        source=librenms("wti/WTI-POWER-MIB"),
        models=("VMR", "NPS", "NBB", "RSM hybrid", "MPC"),
        # 2634.3 is the root of both MIBs, and the number of a VMR in Observium's definitions.
        sys_object_ids=(*oids("2634.6", "2634.3"), *NET_SNMP),
        outlets=outlets(
            State(STATUS, on=("1",), off=("0",)),
            Write(ACTION, on=5, off=6),
            _NoneMarked(
                Complete(ACTION, same_rows_as=STATUS),
                allow=("0",),
                why="a command would also execute the actions that are marked for other plugs",
            ),
            number=plugs("2", "plugID"),
            name=plugs("5", "plugName"),
            current=figure(plugs("7", "plugCurrent", optional=True), TENTHS),
            power=figure(plugs("8", "plugPower", optional=True)),
        ),
        load=total(
            figure(scalar("2634.3.200.60.0", "environmentSystemTotalCurrent"), TENTHS),
            figure(_branches(4, "environmentUnitCurrentA to D"), TENTHS, same_rows_as=VOLTAGES),
            else_outlets=True,
        ),
        power=total(
            figure(scalar("2634.3.200.70.0", "environmentSystemTotalPower")),
            figure(_branches(6, "environmentUnitPowerA to D"), same_rows_as=VOLTAGES),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        recording="wti-power",
        unread=(
            "alarmCommLoss, alarmCircuitBreakerOpen, alarmLostVoltage: alarms of the whole unit,"
            " not joined to plugs"
        ),
    ),
)
