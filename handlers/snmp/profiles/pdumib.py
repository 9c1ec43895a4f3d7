"""PDUs with the enterprise number 23280 and the MIB PDUMIBV07, such as DIGITUS DPDUV3M. Two owners'
programs call a model DPDU V2V3-L. Its maker is said to be GWGJ, but no public source was found that
names one.

Reading the command returns the state too. Its 4 is "unknown" in the MIB and a lock in a manual that
two programs quote; the MIB's text calls 3 "unknown", which its list calls a reboot.

A chain has up to five PDUs. Phases and outlets are counted over all of them.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Rows
from ..completeness import with_missing_rows_of, with_missing_up_to_count
from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import matches, rows_if_each
from ..objects import Column
from ..profile import NO_MAKER, Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import row_condition
from .language import column, figure, oids, outlets, scalar, total
from .links import librenms, public
from .scales import HUNDREDTHS, THOUSANDTHS

LOCKED, NOT_SUPPORTED = "4", "-1"
SUPPORTED = "(?!-1$).*"
STATE = column("23280.8.1.2", "outletStatusState")
COMMAND = column("23280.9.1.2", "outletControlCommand", optional=True)
DEVICES = scalar("23280.1.0", "deviceStatusTableSize")
DEVICE_POWER = column("23280.2.1.5", "deviceStatusActivePower")
PHASES = scalar("23280.4.0", "phaseTableSize")
VOLTAGE = column("23280.6.1.2", "phaseStatusVoltage")


def _supported(values: Column) -> ComputedRows:
    """A figure of each PDU of a chain, if every PDU supports it; -1 is "not supported". Else no
    row: the sum of the phases, or of the outlets, takes its place.

    >>> power = _supported(DEVICE_POWER)
    >>> power.rows(tables_of({DEVICE_POWER: {"1": 800, "2": 300}}))
    {'1': 800, '2': 300}
    >>> power.rows(tables_of({DEVICE_POWER: {"1": 800, "2": -1}}))
    {}

    A PDU that the device counts (deviceStatusTableSize) and does not list is missing, and so are
    the others beside it.
    """
    every_pdu = Complete(values, count=DEVICES)

    @computed_from(every_pdu)
    def rows(tables: Tables) -> Rows:
        return rows_if_each(tables[every_pdu], matches(SUPPORTED))

    return rows


CURRENT = column("23280.6.1.3", "phaseStatusCurrent")


def _of_phases(values: Column) -> ComputedRows:
    """A current or power of each phase: their sum is the figure of a chain whose PDUs do not have
    their own. A phase that is counted (phaseTableSize) or has a voltage, and whose figure is not
    answered, is missing.

    >>> AMPERES = column("23280.6.1.4", "phaseStatusCurrent")
    >>> phases = {VOLTAGE: {"1": 230, "2": 231}, PHASES: {"0": 3}}
    >>> rows = _of_phases(AMPERES).rows({AMPERES: {"1": 52, "2": 48}, **phases})
    >>> list(rows), rows["0."].reason
    (['1', '2', '0.'], 'no answer')
    """

    @computed_from(values, VOLTAGE, PHASES, on_demand=(values,))
    def rows(tables: Tables) -> Rows:
        every_row = with_missing_rows_of(tables[values], tables[VOLTAGE])
        return with_missing_up_to_count(every_row, tables[PHASES])

    return rows


PROFILES = (
    Profile(
        key="pdumib-v07",
        vendor=NO_MAKER,
        mib="PDUMIBV07",
        source=librenms("digitus/PDUMIBV07"),
        models=("DIGITUS DPDUV3M", "DPDU V2V3-L (said to be of GWGJ)"),
        sys_object_ids=oids("23280"),
        units=Complete(DEVICE_POWER, count=DEVICES, gaps=True),
        unit_count=DEVICES,
        outlets=outlets(
            State(
                STATE,
                on=("2",),
                off=("1",),
                absent=(NOT_SUPPORTED,),
                conditions=(row_condition(COMMAND, "1", "2", NOT_SUPPORTED),),
            ),
            Write(COMMAND, on=1, off=2),
            Guard(
                COMMAND,
                refuse=(LOCKED, NOT_SUPPORTED),
                why="it is locked on the device, has no relay, or its state is not known",
            ),
            # a unit without relays, whose states are -1, may count its sockets
            count=scalar("23280.7.0", "outletTableSize"),
            current=figure(column("23280.8.1.4", "outletStatusCurrent"), HUNDREDTHS),
            power=figure(column("23280.8.1.5", "outletStatusActivePower")),
            energy=figure(column("23280.8.1.7", "outletStatusActiveEnergy"), THOUSANDTHS),
        ),
        load=total(
            figure(CURRENT, HUNDREDTHS, same_rows_as=VOLTAGE, count=PHASES), always_there=True
        ),
        power=total(
            figure(_supported(DEVICE_POWER)),
            figure(_of_phases(column("23280.6.1.4", "phaseStatusActivePower"))),
        ),
        energy=total(
            figure(_supported(column("23280.2.1.9", "deviceStatusActiveEnergy")), THOUSANDTHS),
            figure(_of_phases(column("23280.6.1.8", "phaseStatusActiveEnergy")), THOUSANDTHS),
        ),
        evidence=SIMULATED,
        programs=(
            public("pengxiaoli2/relay", "relay_power.py"),
            public("39976148/pdu", "pdu_outlet_switch_test.py"),
        ),
        note=(
            "A locked outlet executes no command: it is not switched if the device reports the"
            " lock. No column names an outlet's unit: after a unit of a chain joined or left, an"
            " outlet may be another one. The state 1 is off and 2 on, the command 1 on and 2 off;"
            " one of four programs reads states of 0 and 1."
        ),
    ),
)
