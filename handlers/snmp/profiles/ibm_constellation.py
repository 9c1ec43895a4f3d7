"""IBM's Constellation PDU, the "Coral" or "collaborative" PDU of xCAT (its type crpdu).

It has three relays. No MIB is public: xCAT reads the relays over SNMP, and switches them and reads
the meters over SSH. The agent is Net-SNMP's.
"""

from ..evidence import DRIVER
from ..objects import Span, Spread
from ..profile import NET_SNMP, Profile
from ..states import State
from .language import oid, oids, outlets
from .links import NO_PUBLIC_MIB, public
from .sources import first

RELAYS, THREE = oid("2.6.262.15.2"), (Span(1, 3, sub=13),)

PROFILES = (
    Profile(
        key="ibm-constellation",
        vendor="IBM",
        mib="Constellation: no MIB is public",
        source=public("xcat2/xcat-core", "xCAT-server/lib/xcat/plugins/pdu.pm"),
        models=("Constellation (Coral) PDU",),
        sys_object_ids=(*oids("2.6.262"), *NET_SNMP),
        unseen=True,
        outlets=outlets(
            # xCAT does not say whether the objects have an instance.
            State(
                first(Spread(RELAYS, THREE, "relay"), Spread(RELAYS, THREE, "relay", tail="")),
                on=("1",),
                off=("0",),
            )
        ),
        evidence=DRIVER.of("state"),
        note=(
            "Three relays, each for a group of sockets. They are not switched, and nothing is"
            f" metered: xCAT does both over SSH. {NO_PUBLIC_MIB}"
        ),
    ),
)
