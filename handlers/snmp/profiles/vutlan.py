"""Vutlan: outlets of monitoring units, and of modules on their buses, in the table of elements of
VUTLAN-SYSTEM-MIB, which SKYCONTROL-SYSTEM-MIB of 2008 has too.

The index is the element's ID, which is unique in the unit. The type tells outlets from other
relays, such as the power of the unit's own sensors or a lamp. An outlet is on or off, or gives a
pulse.

The table is read-only. Commands go to one of three other tables, whose columns moved by one between
the two MIBs: what is the value in one is the initial state in the other. The vendor's page shows
only a pulse, with names of objects that neither MIB has. So nothing is switched.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from ..cells import Rows
from ..evidence import SIMULATED
from ..filters import one_of, strict_where
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .language import column, oids, outlets
from .links import librenms


def element_outlets(root: str) -> tuple[Outlets, ...]:
    """The outlets among the elements of a monitoring system: states ("on", "off"), numbers and
    names. Only an element of the type "outlet" is one.

    >>> (way,) = element_outlets("39052")
    >>> STATES, TYPES = way.states.source.objects
    >>> unit = tables_of({STATES: {"1": "on", "2": "off"}, TYPES: {"1": "outlet", "2": "siren"}})
    >>> way.states.rows(unit)
    {'1': 'on'}

    root: the arcs above the table. Raises ProtocolError if an element's type is not answered.
    """
    table = f"{root}.1.3.1"
    types = column(f"{table}.6", "ctlUnitElementType")

    def of_outlets(below: int, name: str) -> ComputedRows:
        values = column(f"{table}.{below}", name)

        @computed_from(values, types, by_row=True)
        def rows(tables: Tables) -> Rows:
            elements = tables[values]
            return strict_where(elements, tables[types], one_of("outlet"))

        return rows

    return outlets(
        State(of_outlets(8, "ctlUnitElementState"), on=("on",), off=("off",)),
        number=of_outlets(4, "ctlUnitElementNum"),
        name=of_outlets(7, "ctlUnitElementName"),
    )


PROFILES = (
    Profile(
        key="vutlan",
        vendor="Vutlan",
        mib="VUTLAN-SYSTEM-MIB of 2021-02-10",
        source=librenms("vutlan/VUTLAN-SYSTEM-MIB"),
        models=("VT monitoring units with outlets or outlet modules",),
        sys_object_ids=oids("39052"),
        outlets=element_outlets("39052"),
        evidence=SIMULATED.of("state"),
        note=(
            "Only elements of the type outlet are listed: a unit that has none, such as a VT825,"
            " is not read. Not switched: the value's column of one firmware layout is the state at"
            " power-up in the other."
        ),
        unread="ctlUnitModuleState: the MIB does not say its values",
    ),
)
