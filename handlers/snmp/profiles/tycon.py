"""Tycon: TPDIN-Monitor-WEB2 of TPDIN2-MIB and WEB3 of TPDIN3-MIB.

Currents are not read, because neither MIB says which circuits they belong to. A TPDIN-SC48 has the
WEB2's sysObjectID (LibreNMS pull request 9748) but another layout (TPDIN-SC48-20-MIB), so a WEB2's
relays are read only if sysDescr begins with TPDIN2.
"""

from ..cells import Rows
from ..controls import Write
from ..evidence import DRIVER, SIMULATED
from ..objects import Scalar, Span, Spread
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from .language import oid, oids, outlets
from .links import librenms

RELAYS = Spread(oid("45621.2.2"), (Span(1, 4, sub=1),), "relayN")
SYS_DESCR = Scalar("1.3.6.1.2.1.1.1.0", "sysDescr")
WEB3_RELAYS = Spread(oid("45621.3.3"), (Span(1, 4, sub=1),), "relayN")


@computed_from(RELAYS, SYS_DESCR, by_row=True)
def web2_relays(tables: Tables) -> Rows:
    """The relays of a TPDIN-Web2, whose sysDescr begins with TPDIN2; of other units no row.

    >>> web2_relays.rows(tables_of({RELAYS: {"1": 1}, SYS_DESCR: {"0": "TPDIN2 V1"}}))
    {'1': 1}
    >>> web2_relays.rows(tables_of({RELAYS: {"1": 1}, SYS_DESCR: {"0": "TPDIN V1"}}))
    {}
    """
    return tables[RELAYS] if tables.text(SYS_DESCR).startswith("TPDIN2") else {}


PROFILES = (
    Profile(
        key="tycon-tpdin2",
        vendor="Tycon",
        mib="TPDIN2-MIB",
        source=librenms("tycon/TPDIN2-MIB"),
        models=("TPDIN-Monitor-WEB2",),
        sys_object_ids=oids("45621.2"),
        outlets=outlets(State(web2_relays, on=("1",), off=("0",)), Write(RELAYS, on=1, off=0)),
        evidence=DRIVER.of("state", "switching"),
        note=(
            "The relays are for DC. TPDIN2-MIB does not define 0 and 1; they are taken as off and"
            " on, as in TPDIN3-MIB."
        ),
    ),
    Profile(
        key="tycon-tpdin3",
        vendor="Tycon",
        mib="TPDIN3-MIB of 2021-06-10",
        source=librenms("tycon/TPDIN3-MIB"),
        models=("TPDIN-Monitor-WEB3",),
        sys_object_ids=oids("45621.3"),
        outlets=outlets(
            State(WEB3_RELAYS, on=("1",), off=("0",)),
            Write(WEB3_RELAYS, on=1, off=0),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note=(
            "The relays are for DC. A load wired to normally closed contacts is on while its relay"
            " is off."
        ),
    ),
)
