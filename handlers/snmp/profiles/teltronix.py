"""Teltronix. The source is one driver; no MIB is public."""

from ..controls import Write
from ..evidence import DRIVER
from ..profile import Profile
from ..states import State
from .language import column, oids, outlets
from .links import IRONIC_SNMP, NO_PUBLIC_MIB, public

STATE = column("23620.1.2.2.1.4", "outlet state (no public MIB)")

PROFILES = (
    Profile(
        key="teltronix",
        vendor="Teltronix",
        mib="no MIB is public",
        source=public("openstack/ironic", "ironic/drivers/modules/snmp.py"),
        models=("PDU",),
        sys_object_ids=oids("23620"),
        outlets=outlets(State(STATE, on=("2",), off=("1",)), Write(STATE, on=2, off=1)),
        evidence=DRIVER.of("state", "switching"),
        programs=(IRONIC_SNMP,),  # 2 on, 1 off
        note=NO_PUBLIC_MIB,
    ),
)
