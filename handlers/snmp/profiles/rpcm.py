"""RCNTEC RPCM: columns from the example handler that DCImanager's vendor publishes.

The MIB is not public.
"""

from ..controls import Write
from ..evidence import DCIMANAGER_EXAMPLE, DRIVER
from ..profile import Profile
from ..states import State
from .language import column, figure, oids, outlets, total
from .links import NO_PUBLIC_MIB
from .scales import THOUSANDTHS

STATE = column("46235.2.4.2.1.4", "administrative state (example handler)")

PROFILES = (
    Profile(
        key="rpcm",
        vendor="RCNTEC",
        mib="DCImanager's example: no MIB is public",
        source=DCIMANAGER_EXAMPLE,
        models=("RPCM 1502", "RPCM 1532", "RPCM ATS 76A"),
        sys_object_ids=oids("46235"),
        outlets=outlets(
            State(STATE, on=("1",), off=("0",)),
            Write(STATE, on=1, off=0),
            current=figure(
                column("46235.2.4.2.1.11", "output current in mA (example handler)"), THOUSANDTHS
            ),
            energy=figure(column("46235.2.4.2.1.15", "output energy in kWh (example handler)")),
        ),
        load=total(else_outlets=True),
        energy=total(else_outlets=True),
        evidence=DRIVER.of("state", "current", "energy", "switching"),
        programs=(DCIMANAGER_EXAMPLE,),
        note=(
            "UP and DOWN are what was commanded, no measurement: an outlet that is UP may be"
            " without power, because its electronic breaker is open. An RPCM also reports an"
            f" actual state, but its OID is not public. {NO_PUBLIC_MIB}"
        ),
    ),
)
