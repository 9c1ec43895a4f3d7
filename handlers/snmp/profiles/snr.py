"""SNR (NAG): remote managers of the ERD series, whose outputs switch sockets: 0 off, 1 on, 2
reload.

ERD-4 and ERD-Project have a table of outputs. The index is 1.output: the MIBs give the table no
index, but a recording of an ERD-4 and the programs of several owners have this one. ERD-4 has a
column of names before the state, so its column of states is ERD-Project's column of delays. Only
the table of ERD-4 has a fourth column.

ERD-2, ERD-3 and ERD-3s have one relay of remote control each: contact 8 of ERD-2 and ERD-3, contact
11 of ERD-3s. The object shows the relay and its mode: on or off by hand (0, 1), on or off by the
thermostat (5, 6). A command would change the mode (2, 3) or toggle the relay (4): none is absolute,
and a program of an owner writes 1 and 0, which the MIB has as states only. So nothing is switched.
The SMART contact beside it can only be reset, and shows no state.

In a function `tables[COLUMN]` is {row: value}. `Missing` is a value that the device has and did not
answer: it makes a sum unknown. "" is a row that is not metered.
"""

from functools import partial

from ..cells import Rows
from ..controls import Write
from ..evidence import SIMULATED
from ..filters import rows_if_any_in, rows_if_none_in
from ..objects import Span, Spread
from ..profile import Profile, Root
from ..states import State
from ..tables import Tables, computed_from
from .language import column, oid, oids, outlets
from .links import public, pysnmp_mibs

ON, OFF = ("1",), ("0",)
STATE = column("40418.2.6.2.2.1.3", "doState")
DELAY = column("40418.2.6.2.2.1.4", "doResetDelay", optional=True)
PROJECT_STATE = column("40418.2.7.2.2.1.2", "doState")
PROJECT_FOURTH = column("40418.2.7.2.2.1.4", "fourth column of doTable", optional=True)
V1_STATE = Spread(oid("40418.2.6.3"), (Span(1, 6, sub=1),), "releState and smartNState")
MINI_STATE = Spread(oid("40418.2.5.3"), (Span(1, 2, sub=1),), "smartNState")
CONTACT = Spread("~.2", (Span(1, 1, sub=3),), "remoteControlContact8, remoteControlContact11")


@computed_from(STATE, DELAY, by_row=True)
def erd_4_states(tables: Tables) -> Rows:
    """The states of a table with a fourth column.

    >>> erd_4_states.rows(tables_of({STATE: {"1": 1}, DELAY: {"1": 5}}))
    {'1': 1}
    >>> erd_4_states.rows(tables_of({STATE: {"1": 1}}))
    {}
    """
    states = tables[STATE]
    if not states:
        return {}
    return rows_if_any_in(states, tables[DELAY])


@computed_from(PROJECT_STATE, PROJECT_FOURTH, by_row=True)
def project_states(tables: Tables) -> Rows:
    """The states of a table without a fourth column.

    >>> project_states.rows(tables_of({PROJECT_STATE: {"1": 1}}))
    {'1': 1}
    >>> project_states.rows(tables_of({PROJECT_STATE: {"1": 1}, PROJECT_FOURTH: {"1": 5}}))
    {}
    """
    states = tables[PROJECT_STATE]
    if not states:
        return {}
    fourth_column = tables.with_all_rows[PROJECT_FOURTH]
    return rows_if_none_in(states, fourth_column)


erd_profile = partial(
    Profile,
    vendor="SNR",
    evidence=SIMULATED.of("state", "switching"),
    note="A thermostat on the unit may switch an output back: the MIB has no object for this mode.",
)

PROFILES = (
    erd_profile(
        key="snr-erd",
        mib="SNR-ERD-4 of 2021-04-27",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-4"),
        models=("ERD-4: its relay and digital outputs",),
        sys_object_ids=oids("40418.2.6"),  # seen on a unit, in a recording of LibreNMS
        outlets=outlets(
            State(erd_4_states, on=ON, off=OFF),
            Write(STATE, on=1, off=0),
            number=column("40418.2.6.2.2.1.1", "doName"),
            name=column("40418.2.6.2.2.1.2", "doDeviceName"),
        ),
        recording="snr-erd",
    ),
    erd_profile(
        key="snr-erd-v1",
        mib="SNR-ERD-4 (first firmware)",
        source=public("lextudio/mibs.pysnmp.com", "pysnmp/SNR-ERD-4.py"),
        models=("ERD-4 with firmware 1: its relay (1) and SMART outputs 1 to 5 (2 to 6)",),
        sys_object_ids=oids("40418.2.6"),  # seen with newer firmware
        outlets=outlets(State(V1_STATE, on=ON, off=OFF), Write(V1_STATE, on=1, off=0)),
    ),
    erd_profile(
        key="snr-erd-project",
        mib="SNR-ERD-Project of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-Project"),
        models=("ERD-Project: its digital outputs",),
        sys_object_ids=oids("40418.2.7"),  # the root of the MIB; not seen on a unit
        unseen=True,
        outlets=outlets(
            State(project_states, on=ON, off=OFF),
            Write(PROJECT_STATE, on=1, off=0),
            name=column("40418.2.7.2.2.1.1", "doName"),
        ),
    ),
    erd_profile(
        key="snr-erd-pro-mini",
        mib="SNR-ERD-PRO-Mini of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-PRO-Mini"),
        models=("ERD-PRO-Mini: two SMART sockets",),
        sys_object_ids=oids("40418.2.5"),  # the root of the MIB; not seen on a unit
        unseen=True,
        outlets=outlets(State(MINI_STATE, on=ON, off=OFF), Write(MINI_STATE, on=1, off=0)),
    ),
    Profile(
        key="snr-erd-relay",
        vendor="SNR",
        mib="SNR-ERD-2, SNR-ERD-3, SNR-ERD-3s of 2015-04-29",
        source=pysnmp_mibs("mibs/snr/SNR-ERD-3"),
        models=("ERD-2, ERD-3, ERD-3s: the relay of remote control",),
        # the roots of the MIBs; not seen on a unit
        roots=tuple(Root(oid(root), oid(root)) for root in ("40418.2.2", "40418.2.3", "40418.2.4")),
        unseen=True,
        outlets=outlets(State(CONTACT, on=("0", "5"), off=("1", "6"))),
        evidence=SIMULATED.of("state"),
        note="The sysObjectID is assumed. The MIB's commands toggle the relay or change its mode.",
    ),
)
