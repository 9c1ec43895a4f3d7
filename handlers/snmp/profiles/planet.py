"""Planet: IPM power managers of DIGIPDU-MIB."""

from ..controls import Write
from ..evidence import SIMULATED
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows
from .language import column, figure, oids, outlets, scalar, total
from .links import librenms
from .scales import TENTHS
from .sources import first


def _device_object(arc: int, name: str) -> ComputedRows:
    """Units answer for the object without the instance .0 of the MIB: a recording shows it for
    deviceATSKind.
    """
    return first(scalar(f"10456.3.2.{arc}", name), scalar(f"10456.3.2.{arc}.0", name))


FEEDS = _device_object(2, "deviceInFeedTotal")
FEED_CURRENT = column("10456.3.3.2.1.5", "inFeedCurrent")
FEED_POWER = column("10456.3.3.2.1.6", "inFeedPowerLoad")

PROFILES = (
    Profile(
        key="planet-ipm",
        vendor="Planet",
        mib="DIGIPDU-MIB of 2009-04-16",
        source=librenms("planet/DIGIPDU-MIB"),
        models=("IPM-4120", "IPM-8220, IPM-8221", "IPM-12120"),
        sys_object_ids=oids("10456"),
        outlets=outlets(
            State(column("10456.3.3.3.1.4", "outSwitchStatus"), on=("1",), off=("0",)),
            Write(column("10456.3.3.3.1.5", "outSwitchCtrl"), on=1, off=2),
            count=_device_object(5, "deviceOutTotal"),
            current=figure(column("10456.3.3.3.1.7", "outCurrent"), TENTHS),
            power=figure(column("10456.3.3.3.1.9", "outPowerLoad")),
        ),
        load=total(
            figure(FEED_CURRENT, TENTHS, same_rows_as=FEED_POWER, count=FEEDS), else_outlets=True
        ),
        power=total(figure(FEED_POWER, same_rows_as=FEED_CURRENT, count=FEEDS), else_outlets=True),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        recording="planet-pdu",
        unread=(
            "outComputerStatus, outCurrentStatus: the MIB gives no values; "
            "pduStatus: its PDUs are not joined to outlets"
        ),
    ),
)
