"""The conditions under which what a device tells is current: of all of it, of a unit, of a row."""

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
    """What the device tells is current while `source`, an object of the whole device, reads one of
    `good`; otherwise each state and figure is not known. `why` is said then.

    >>> from handlers.snmp.profiles.language import scalar
    >>> link = device_condition(scalar("99999.9.0", "linkState"), "1")
    >>> link.good, link.why
    (('1',), 'the device has no communication with the unit')

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
    """What the device tells of a unit of a chain is current while the unit's row of `source` reads
    one of `good`. Outlet 2.7 is of unit 2:

    >>> from handlers.snmp.profiles.language import column
    >>> link = unit_condition(column("99999.8.1.2", "unitState"), "1")
    >>> link.unit.of("2.7")
    '2'

    unit: the arcs of an outlet's index that name the unit.
    part: the arcs of an index of `source` that name it.
    """
    return Condition(source, good, unit, part, _is_optional(source), why)


def row_condition(source: Source, *good: str) -> Condition:
    """What the device tells of an outlet is current while the outlet's row of `source` reads one of
    `good`, such as a fuse that is whole.

    >>> from handlers.snmp.profiles.language import column
    >>> row_condition(column("99999.2.1.6", "outletFuse"), "1").good
    ('1',)
    """
    return Condition(source, good, optional=_is_optional(source))


def _is_optional(source: Source) -> bool:
    return not isinstance(source, Computed) and source.optional


def pending(source: Source) -> Condition:
    """The state of an outlet is current while no command is pending, in the numbers of APC's MIBs:
    1 pending, 2 none, 3 unknown.

    >>> from handlers.snmp.profiles.language import column
    >>> pending(column("318.1.1.12.3.5.1.1.5", "rPDUOutletStatusCommandPending")).good
    ('2',)
    """
    return row_condition(source, "2")
