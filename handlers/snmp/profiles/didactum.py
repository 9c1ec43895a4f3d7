"""Didactum: outlets of monitoring units, in the table of elements of DIDACTUM-SYSTEM-MIB, which is
that of VUTLAN-SYSTEM-MIB below another enterprise number.

The MIB says on and off of the sensors in its traps alone, and gives the table's states no values:
they are taken as Vutlan's. Its read-write object is a relay's value without a meaning, so nothing
is switched.
"""

from .language import *

ELEMENT = "46501.1.3.1"
TYPE = column(f"{ELEMENT}.6", "ctlUnitElementType")


def _outlet(below: int, name: str) -> Derived:
    """A column of the outlets: the elements of the type outlet."""
    values = column(f"{ELEMENT}.{below}", name)

    @rows_of(values, TYPE, by_row=True)
    def rows(t: Tables) -> Rows:
        return where(t[values], t[TYPE], "outlet", demanded=not t.outlet)

    return rows


PROFILES = (
    Profile(
        key="didactum",
        vendor="Didactum",
        mib="DIDACTUM-SYSTEM-MIB",
        source=pysnmp_mibs("mibs/didactum/DIDACTUM-SYSTEM-MIB"),
        models=("Monitoring units with outlets or outlet modules",),
        sys_object_ids=oids("46501"),
        unseen=True,
        outlets=outlets(
            State(_outlet(8, "ctlUnitElementState"), on=("on",), off=("off",)),
            number=_outlet(4, "ctlUnitElementNum"),
            name=_outlet(7, "ctlUnitElementName"),
        ),
        evidence=SIMULATED.of("state"),
        note=(
            "Only elements of the type outlet are listed: a unit that has none is not read. The"
            " sysObjectID is assumed."
        ),
        unread="ctlUnitModuleState: the MIB does not say its values",
    ),
)
