"""NetPing: relays of the DKSF MIBs, in npRelayTable or, with older firmware, in npPwrTable. A
command writes the relay's mode.

Modes 2 to 5 are automatic (watchdog, schedule, logic). -1 toggles and is never written.

npPwrTable has the same relays under another OID. Firmware with npRelayTable may have npPwrTable
too, with modes and states (DKSF-60-4) or without them (DKSF-48-4). Firmware without npPwrRelayState
(DKSF-50-11) shows the state only as the mode, so the state is UNKNOWN in an automatic mode.

Some firmware reports whether there is AC at the output (npRelayPowered). If it contradicts the
relay, the state is UNKNOWN.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..objects import Column
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import Source
from .conditions import row_condition
from .language import column, oids, outlets
from .links import librenms, public, pysnmp_mibs
from .sources import first, on_demand

ON, OFF = ("1",), ("0",)
AUTOMATIC = ("2", "3", "4", "5")
# npPwrStartReset: 0 normal, 1 reset active, 2 pause after a reset, or watchdog inactive
NO_RESET = ("0", "2")

RELAY_STATE = column("25728.5500.5.1.15", "npRelayState")
RELAY_MODE = column("25728.5500.5.1.2", "npRelayMode")
RELAY_POWERED = column("25728.5500.5.1.16", "npRelayPowered", optional=True)
PWR_STATE = column("25728.5800.3.1.15", "npPwrRelayState", optional=True)
PWR_MODE = column("25728.5800.3.1.3", "npPwrManualMode")
IN_RESET = row_condition(column("25728.5800.3.1.2", "npPwrStartReset", optional=True), *NO_RESET)


def _no_automatic_mode(mode: Column) -> Guard:
    """What forbids a command while an outlet is in an automatic mode (2 to 5: watchdog or
    schedule), which the command would end for good. `automatic` says that the owner's setting
    `switch_automatic` lifts it.

    >>> guard = _no_automatic_mode(PWR_MODE)
    >>> guard.raise_if_forbidden(tables_of({PWR_MODE: {"1": 1}}), "1")
    >>> guard.raise_if_forbidden(tables_of({PWR_MODE: {"1": 3}}), "1")
    Traceback (most recent call last):
    handlers.shared.errors.Unsupported: outlet 1 is not switched: it is in an automatic mode, ...

    mode: the column of the outlets' modes.
    """
    return Guard(
        mode,
        refuse=AUTOMATIC,
        automatic=True,
        why="it is in an automatic mode, which a command would end permanently",
    )


def _pwr(state: Source) -> tuple[Outlets, ...]:
    """The outlets of devices with npPwrTable: states, names and commands (1 on, 0 off). A command
    writes npPwrManualMode; it is refused in an automatic mode.

    >>> (way,) = _pwr(PWR_STATE)
    >>> unit = tables_of({PWR_STATE: {"1": 1, "2": 1}, IN_RESET.source: {"1": 0, "2": 1}})
    >>> way.control.varbinds(unit, "1", up=False)
    [('1.3.6.1.4.1.25728.5800.3.1.3.1', 0)]

    A state is not known while an outlet is being reset, as outlet 2:

    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'UNKNOWN']

    state: the source that shows which outlets are on.
    """
    return outlets(
        State(state, on=ON, off=OFF, conditions=(IN_RESET,)),
        Write(PWR_MODE, on=1, off=0),
        _no_automatic_mode(PWR_MODE),
        name=column("25728.5800.3.1.6", "npPwrMemo"),
    )


PROFILES = (
    Profile(
        key="netping",
        vendor="NetPing",
        mib="DKSF-*-MIB (npRelay)",
        source=librenms("netping/DKSF-70-6-X-X-1"),
        models=("8/PWR", "4/PWR", "4PWR-220/SMS", "2/PWR-220", "IO", "UniPing server solution v3"),
        sys_object_ids=oids("25728"),
        outlets=outlets(
            State(RELAY_STATE, on=ON, off=OFF, crosscheck=first(RELAY_POWERED, RELAY_STATE)),
            Write(RELAY_MODE, on=1, off=0),
            _no_automatic_mode(RELAY_MODE),
            name=column("25728.5500.5.1.6", "npRelayMemo"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        unread=(
            "npRelayStartReset: the MIB gives no values for reading, and the maker's published"
            " firmware always returns 0"
        ),
    ),
    Profile(
        key="netping-pwr",
        vendor="NetPing",
        mib="DKSF-60-4-X-X-X, DKSF-50-11-X-X-X (npPwr)",
        source=pysnmp_mibs("mibs/netping/DKSF-60-4-X-X-X"),
        models=(
            "UniPing server solution (DKSF 50, 60)",
            "power switches with firmware before npRelay",
        ),
        sys_object_ids=oids("25728"),
        outlets=_pwr(PWR_STATE) + _pwr(on_demand(PWR_MODE)),
        evidence=SIMULATED.of("state", "switching"),
        # both write npPwrManualMode: 1 on, 0 off; the second is the maker's firmware, which
        # switches the outlets of another of its units
        programs=(
            public("afanasevrev/snmpV2", "src/snmpv2/SnmpWrapper.java"),
            public("alex-netping/DKSF-70", "src/SNMP_SETTER/snmp_setter.c"),
        ),
    ),
)
