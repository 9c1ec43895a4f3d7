"""The conditions under which what a device tells is current: of all of it, of a unit, of a row.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from __future__ import annotations

from ..arcs import Arcs
from ..states import Condition
from ..tables import Computed, Source
from .language import THE_UNIT

_WHOLE_INDEX = Arcs()
_NO_COMMUNICATION = "the device has no communication with the unit"


def device_condition(
    source: Source, *good: str, optional: bool = False, why: str = _NO_COMMUNICATION
) -> Condition:
    """A condition on the whole device: what it tells is current while `source`, one object, reads
    one of `good`. Otherwise each state and figure is not known, and `why` is said.

    >>> from handlers.snmp.profiles.language import scalar
    >>> LINK = scalar("99999.9.0", "linkState")
    >>> link = device_condition(LINK, "1")
    >>> link.reasons_not_current(tables_of({LINK: {"0": 1}}), {"1": "on"})
    {}
    >>> link.reasons_not_current(tables_of({LINK: {"0": 2}}), {"1": "on"})
    {'1': "the device has no communication with the unit (linkState reads '2')"}

    optional: devices without the object pass, as they do where it is an optional column.
    """
    optional = optional or _is_optional(source)
    return Condition(source, good, unit=None, optional=optional, why=why)


def unit_condition(
    source: Source,
    *good: str,
    unit: Arcs = THE_UNIT,
    part: Arcs = _WHOLE_INDEX,
    why: str = _NO_COMMUNICATION,
) -> Condition:
    """A condition on each unit of a chain: what the device tells of unit 2 is current while row 2
    of `source` reads one of `good`. Outlet 2.7 is of unit 2:

    >>> from handlers.snmp.profiles.language import column
    >>> LINK = column("99999.8.1.2", "unitState")
    >>> chain = tables_of({LINK: {"1": 1, "2": 3}})
    >>> unit_condition(LINK, "1").reasons_not_current(chain, {"1.7": "on", "2.7": "on"})
    {'2.7': "the device has no communication with the unit (unitState reads '3')"}

    unit: the arcs of an outlet's index that name the unit.
    part: the arcs of an index of `source` that name it.
    """
    return Condition(source, good, unit, part, _is_optional(source), why)


def row_condition(source: Source, *good: str) -> Condition:
    """A condition on each outlet: its state is current while its row of `source` reads one of
    `good`, such as a fuse that is whole.

    >>> from handlers.snmp.profiles.language import column
    >>> FUSE = column("99999.2.1.6", "outletFuse")
    >>> unit = tables_of({FUSE: {"1": 1, "2": 2}})
    >>> row_condition(FUSE, "1").reasons_not_current(unit, {"1": "on", "2": "on"})
    {'2': "outletFuse reads '2'"}
    """
    return Condition(source, good, optional=_is_optional(source))


def _is_optional(source: Source) -> bool:
    return not isinstance(source, Computed) and source.optional


def pending(source: Source) -> Condition:
    """A condition on each outlet: its state is current while no command waits for its delay.
    `source` is a column in the numbers of APC's MIBs: 1 pending, 2 none, 3 unknown.

    >>> from handlers.snmp.profiles.language import column
    >>> PENDING = column("318.1.1.12.3.5.1.1.5", "rPDUOutletStatusCommandPending")
    >>> unit = tables_of({PENDING: {"1": 2, "2": 1}})
    >>> pending(PENDING).reasons_not_current(unit, {"1": "on", "2": "on"})
    {'2': "rPDUOutletStatusCommandPending reads '1'"}
    """
    return row_condition(source, "2")
