"""IBM: DPI PDUs of IBM-PDU-MIB, in two layouts under one sysObjectID.

Newer firmware has two more columns (power factor, voltage) before the current, so the columns after
them moved by two: state 11 to 13, power 13 to 15, current 7 to 9. Values alone do not show the
layout, because other objects may be 0 or 1 too: on older firmware column 13 is the power in W, and
on newer firmware column 11 is a writable threshold in mA. A layout holds only if every row is
possible under it and nothing speaks against it. Newer: there is column 15, column 13 has valid
states, and there is column 11, with another value than a state, or the version has the mark of
newer firmware ("sLEN"): columns may have been appended to the older layout. Older: there is no
column 15, column 11 has valid states, there is column 8, whose values are not all voltages, and the
version is readable and lacks the mark. A layout whose column is missing is none: outlets are then
listed and not switched, and have no figures. Values 2 to 5 (cycling, and pending for 10, 30, 60 s)
and -1 (error) are neither on nor off.

The older DPI C13 and C19 PDU+ (39Mxxxx) answer below Powerware's number, in another tree. A walk of
one and two owners' programs (zabuzafr/IBM-PDU-Management, walk_charge.txt and backend/models.yaml;
nesi/pan_pdu, rlib/pdu39m2816.rb) show its objects. Nothing there switches.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from dataclasses import replace
from decimal import Decimal
from typing import Optional

from ..cells import Missing, Rows
from ..computed import Complete
from ..controls import Write
from ..decoding import is_one_of, text
from ..evidence import DRIVER, SIMULATED
from ..filters import without
from ..joins import without_values
from ..measurements import Measurement
from ..objects import Column
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import column, figure, oids, outlets, scalar, total
from .links import public, pysnmp_mibs
from .scales import ONES, TENTHS, THOUSANDTHS
from .sources import rows_without, value_or_empty

TABLE = "2.6.223.8.2.2.1"
OLDER = column(
    TABLE + ".11",
    "state in older firmware, else ibmPduOutletCurrentThresholdWarning",
    optional=True,
)
NEWER = column(TABLE + ".13", "ibmPduOutletState (older firmware: power)", optional=True)
# the same columns where the layout is known
OLDER_STATE = replace(OLDER, object="state in older firmware")
NEWER_STATE = replace(NEWER, object="ibmPduOutletState")
EIGHTH = column(
    TABLE + ".8", "ibmPduOutletVoltage (older firmware: the highest current)", optional=True
)
POWER = column(TABLE + ".15", "ibmPduOutletLastPowerReading", optional=True)
NAME = column(TABLE + ".2", "ibmPduOutletName")
COUNT = scalar("2.6.223.8.2.1.0", "ibmPduOutletCount")
PHASE_COUNT = scalar("2.6.223.8.3.1.0", "ibmPduPhaseCount")
PHASE_POWERS = Complete(
    column("2.6.223.8.3.2.1.4", "ibmPduPhaseLastPowerReading"), count=PHASE_COUNT
)
VERSION = scalar("2.6.223.7.3.0", "ibmPduSoftwareVersion")
STATES, NUMBER = "-1|[0-5]", "-?[0-9]+"
VOLTS = "[89][0-9]|1[0-9]{2}|2[0-8][0-9]"
MARK_OF_NEWER = "sLEN"  # in the version
Fact = Optional[bool]  #: None: it depends on cells that are lost
UNKNOWN_LAYOUT = Missing("a cell that tells the layout of its table is lost")


def _all_match(rows: Rows, pattern: str) -> Fact:
    """Whether a column has rows and each value is one of `pattern`: it tells which of two layouts
    the table has. None if that depends on values that are missing.

    >>> _all_match({"1": "0", "2": "5"}, STATES), _all_match({"1": "230"}, STATES)
    (True, False)
    >>> _all_match({"1": "0", "2": UNKNOWN_LAYOUT}, STATES) is None
    True
    """
    words = [text(value) for value in rows.values() if not isinstance(value, Missing)]
    if not rows or not all(re.fullmatch(pattern, word) for word in words):
        return False
    return True if len(words) == len(rows) else None


def _has_rows(rows: Rows) -> Fact:
    """Whether there are rows; None if all are lost."""
    is_any_known = any(not isinstance(value, Missing) for value in rows.values())
    return is_any_known if is_any_known or not rows else None


def _not(fact: Fact) -> Fact:
    return None if fact is None else not fact


def _has_older_states(tables: Tables) -> Fact:
    """Whether column 11 of the outlets' table holds their states, as in older firmware: each value
    is one of a state, and the version is not that of newer firmware ("sLEN"). None if a lost cell
    may decide it.

    >>> _has_older_states(tables_of({OLDER: {"1": 1, "2": 0}, VERSION: {"0": "OPDP_1.3"}}))
    True
    >>> _has_older_states(tables_of({OLDER: {"1": 1, "2": 0}, VERSION: {"0": "OPDP_sLEN_2.1"}}))
    False

    Of other values, such as 230, the version is not read:

    >>> _has_older_states(tables_of({OLDER: {"1": 230, "2": 0}}))
    False
    """
    has_states = _all_match(tables[OLDER], STATES)
    return (
        False if has_states is not False and MARK_OF_NEWER in tables.text(VERSION) else has_states
    )


def _of_layout(tables: Tables, at: Column, *demands: Fact) -> Rows:
    """The rows of a column, if its table has the layout that meets all demands. Two generations of
    firmware have different values in the same columns. Missing where lost cells leave the layout
    open.

    >>> WATTS = column("99999.1", "power")
    >>> _of_layout({WATTS: {"1": 230}}, WATTS, True, True)
    {'1': 230}
    >>> _of_layout({WATTS: {"1": 230}}, WATTS, True, False)
    {}
    >>> _of_layout({WATTS: {"1": 230}}, WATTS, True, None)["1"].reason
    'a cell that tells the layout of its table is lost'
    """
    if False in demands:
        return {}
    return dict.fromkeys(tables[at], UNKNOWN_LAYOUT) if None in demands else tables[at]


def _newer(at: Column) -> ComputedRows:
    """A column of the outlets, on newer firmware: column 13 holds states, 15 powers, 11 limits of
    currents.

    >>> unit = {NAME: {"1": "web"}, VERSION: {"0": "OPDP_sLEN_2.1"}}
    >>> _newer(NAME).rows(tables_of({**unit, OLDER: {"1": 16}, NEWER: {"1": 1}, POWER: {"1": 230}}))
    {'1': 'web'}

    No row on older firmware, where column 11 holds states. While a cell that would tell it is lost,
    each row is missing.

    >>> _newer(NAME).rows(tables_of({NAME: {"1": "web"}, OLDER: {"1": 1}}))
    {}

    at: the column, by the number that newer firmware gives it.
    """

    @computed_from(at, OLDER, NEWER, POWER, VERSION, by_row=True)
    def rows(tables: Tables) -> Rows:
        table = tables.with_all_rows
        return _of_layout(
            tables,
            at,
            _not(_has_older_states(table)),
            _all_match(table[NEWER], STATES),
            _all_match(table[POWER], NUMBER),
            _all_match(table[OLDER], NUMBER),
        )

    return rows


def _outlet_figure(at: Column, scale: Decimal = ONES) -> Measurement:
    """A figure of an outlet; not known if nothing shows which layout the table has."""
    return figure(value_or_empty(_newer(at), NEWER), scale)


def _older(at: Column) -> ComputedRows:
    """A column of the outlets, on older firmware: column 11 holds states, no column 15 is there,
    and column 8 holds no voltages.

    >>> unit = {NAME: {"1": "web"}, VERSION: {"0": "OPDP_1.3"}, OLDER: {"1": 1}, EIGHTH: {"1": 3}}
    >>> _older(NAME).rows(tables_of(unit))
    {'1': 'web'}

    No row on newer firmware, which has column 15. While a cell that would tell it is lost, each row
    is missing.

    >>> _older(NAME).rows(tables_of({**unit, POWER: {"1": 230}}))
    {}

    at: the column, by the number that older firmware gives it.
    """

    @computed_from(at, OLDER, POWER, VERSION, by_row=True, on_demand=(EIGHTH,))
    def rows(tables: Tables) -> Rows:
        table = tables.with_all_rows
        version = table.scalar(VERSION)
        return _of_layout(
            tables,
            at,
            _all_match(table[OLDER], STATES),
            _not(_has_rows(table[POWER])),
            version is not None and MARK_OF_NEWER not in text(version),
            _all_match(table[EIGHTH], NUMBER),
            _not(_all_match(without(table[EIGHTH], "0"), VOLTS)),  # not all are voltages
        )

    return rows


METERS = "534.6.6.2.1.3.2.7.1"
METERED_AMPS = scalar(METERS + ".49.0", "total output current")
METERED_WATTS = scalar(METERS + ".43.0", "total output power")


@computed_from(METERED_WATTS, METERED_AMPS)
def metered_power(tables: Tables) -> Rows:
    """The power of each outlet, in W. A 0 beside a current is no value and emptied: a unit showed
    it at 0.3 A and 68 VA.

    >>> metered_power.rows({METERED_WATTS: {"0": 68}, METERED_AMPS: {"0": 3}})
    {'0': 68}
    >>> metered_power.rows({METERED_WATTS: {"0": 0}, METERED_AMPS: {"0": 3}})
    {'0': ''}
    """
    watts = tables[METERED_WATTS]
    is_zero = is_one_of(watts.get("0"), ("0",))
    is_idle = is_one_of(tables[METERED_AMPS].get("0"), ("0",))
    if is_zero and not is_idle:
        return without_values(watts)
    return watts


PROFILES = (
    Profile(
        key="ibm-dpi",
        vendor="IBM",
        mib="IBM-PDU-MIB",
        source=pysnmp_mibs("mibs/ibm/IBM-PDU-MIB"),
        models=("DPI C13 and C19 PDU+ (46M40xx)",),
        sys_object_ids=oids("2.6.223"),
        outlets=(
            outlets(
                State(_newer(NEWER), on=("1",), off=("0",)),
                Write(NEWER_STATE, on=1, off=0),
                rows=NAME,
                count=COUNT,
                name=NAME,
                current=_outlet_figure(column(TABLE + ".9", "ibmPduOutletCurrent"), THOUSANDTHS),
                power=_outlet_figure(POWER),
            )
            + outlets(
                State(_older(OLDER), on=("1",), off=("0",)),
                Write(OLDER_STATE, on=1, off=0),
                count=COUNT,
                name=NAME,
                current=figure(
                    _older(column(TABLE + ".7", "current in older firmware")), THOUSANDTHS
                ),
                power=figure(_older(NEWER)),
            )
        ),
        load=total(else_outlets=True),
        power=total(
            figure(value_or_empty(PHASE_POWERS, rows_without(PHASE_COUNT, "0"))),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        programs=(
            public("ClusterLabs/fence-agents", "agents/ipdu/fence_ipdu.py"),
            public("xcat2/xcat-core", "xCAT-server/lib/xcat/plugins/pdu.pm"),
        ),
    ),
    Profile(
        key="ibm-dpi-metered",
        vendor="IBM",
        mib="IBM-DPI-MIB 0.91",
        source=public("zabuzafr/IBM-PDU-Management", "backend/models.yaml"),
        models=("DPI C13 and C19 PDU+ of Powerware's tree (39Mxxxx)",),
        sys_object_ids=oids("534.6.6.2"),
        load=total(figure(METERED_AMPS, TENTHS)),
        power=total(figure(metered_power, unmetered="the unit shows 0 W beside a current")),
        # kWh since the unit was last reset
        energy=total(figure(scalar(METERS + ".54.0", "total energy"))),
        evidence=DRIVER.of("current", "power", "energy"),
        note="Nothing there switches, and load groups are no outlets.",
    ),
)
