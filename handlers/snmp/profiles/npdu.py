"""NPDU, enterprise 23273: sold as APDU, PDUMIND, DPU7016D and BKT BPS2000.

All values are texts. States are ON and OFF; the row after the last output reads "--". Figures have
a decimal point, and the limits beside them are whole numbers in other units: a column without any
point gives no figure. Up to three PDUs behind the first one have the same objects below 23273.3.2
to 3.4; what these show of an empty place is not known, so they are not read.

Units with an older tree, 23273.4, are not read. Four programs were found by its numbers in an index
of public code: they show its total power and the names of its outlets, and two commands, one of
them without its texts. No program shows a state.
"""

from ..computed import Complete
from ..controls import Write
from ..evidence import DRIVER
from ..measurements import Measurement
from ..profile import NO_MAKER, Profile
from ..states import State
from ..tables import Source
from .language import column, oids, outlets, scalar, total
from .links import public
from .scales import ONES
from .sources import counted_rows, numbered_parts

MASTER = "23273.3.1.1"
COUNT = scalar(f"{MASTER}.1.3.0", "MasterDeviceOutputNum")
# a firmware may list more outputs than the unit has
STATUS = column(f"{MASTER}.6", "masterOutputStatus", suffix="0")


def _texts(source: Source) -> Measurement:
    return Measurement(source, absent=("--",), scale_of_integers=ONES)


def _of_lines(arc: int, name: str) -> Source:
    """An object of each line."""
    return numbered_parts(lambda line: scalar(f"{MASTER}.{line + 1}.{arc}.0", name), (1, 2, 3))


def _lines(arc: int, name: str) -> Measurement:
    volts = _of_lines(1, "MasterVoltageP1 to P3")
    return _texts(Complete(_of_lines(arc, name), same_rows_as=volts))


PROFILES = (
    Profile(
        key="npdu",
        vendor=NO_MAKER,
        mib="SNMPPDU-MIB (APDU1.MIB)",
        source=public("HashSource/APDU-SNMP-Resources", "30-Port-APDU/APDU1.MIB"),
        models=(
            "NPDU, sold as APDU, PDUMIND, BKT BPS2000",
            "DPU7016D-8, DPU7016D-12, DPU7032D-8, DPU7032D-12",
        ),
        # a recorded unit has the text BPS2000 as its sysObjectID
        sys_object_ids=oids("23273"),
        sweep=True,
        outlets=outlets(
            State(counted_rows(STATUS, COUNT), on=("ON",), off=("OFF",)),
            Write(STATUS, on="ON", off="OFF"),
            name=column(f"{MASTER}.5", "masterOutputName", suffix="0"),
            current=_texts(column(f"{MASTER}.7", "masterOutputCurrect", suffix="0")),
        ),
        load=total(_lines(2, "MasterCurrectP1 to P3")),
        power=total(_lines(3, "MasterPowerP1 to P3")),
        evidence=DRIVER.of("state", "current", "power", "switching"),
        # writes masterOutputStatus: ON and OFF
        programs=("Eimdevice\\Controller\\DevicelistController of 2018 (PHP)",),
        note=(
            "The older of two programs (2018) switches by writing the text; the newer one (2026)"
            " tried that and switches over HTTP instead. No energies: the MIB does not name their"
            " unit. Only the first PDU of a chain."
        ),
    ),
)
