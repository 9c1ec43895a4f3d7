"""Delta: PDUs of two MIBs, which are public as compiled for pysnmp, with values but no
descriptions; and a static transfer switch of DeltaSTS-MIB.

DeltaIDC-MIB: a PDU with outlets. The compiled MIB has no units, so figures are not read.

DeltaPDU-MIB: a controller with up to 16 PDUs, without outlets. The index is the PDU. The current of
each line is given over all its branches. There is no total while an enabled PDU is disconnected.
"""

from ..cells import Rows
from ..completeness import with_missing_rows_of
from ..controls import Write
from ..evidence import SIMULATED
from ..filters import where, where_value, yes_or_no
from ..joins import left_join
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import device_condition
from .language import FLOOR, column, figure, oids, outlets, scalar, total
from .links import public, pysnmp_mibs
from .numbered_rows import numbered_rows
from .scales import TENTHS

MIBS = "elastiflow/pysnmp_mibs"
STATE = column("2254.169.2.3.3.1.12", "pduOutletState")

PDU = "2254.2.32"
ON, OFF = "1", "2"
ENABLED = column(f"{PDU}.1.6.1.2", "dpduIdentEnabled")
DISCONNECTION = column(f"{PDU}.3.1.1.2", "dpduAlarmDisconnect")

STS = "2254.2.80"


def _of_enabled_pdus(below: int, name: str) -> ComputedRows:
    """A figure of each PDU that is enabled: the table has a row for each place. A PDU that is
    disconnected is emptied, so that there is no sum.

    >>> AMPERES = column(f"{PDU}.2.1.1.35", "dpduOutputCurrentL1Total")
    >>> flags = {ENABLED: {"1": ON, "2": OFF, "3": ON}, DISCONNECTION: {"1": OFF, "3": ON}}
    >>> enabled = _of_enabled_pdus(35, "CurrentL1Total")
    >>> enabled.rows({AMPERES: {"1": 15, "2": 0, "3": 0}, **flags})
    {'1': 15, '3': ''}
    """
    output = column(f"{PDU}.2.1.1.{below}", "dpduOutput" + name)

    @computed_from(output, ENABLED, DISCONNECTION)
    def rows(tables: Tables) -> Rows:
        enabled_flags = with_missing_rows_of(tables[ENABLED], tables[output])
        enabled_pdus = where_value(enabled_flags, yes_or_no((ON,), (OFF,)))
        connected_output = where(tables[output], tables[DISCONNECTION], yes_or_no((OFF,), (ON,)))
        return left_join(enabled_pdus, connected_output)

    return rows


# the current of each line of each PDU
LINES = numbered_rows(lambda line: _of_enabled_pdus(34 + line, f"CurrentL{line}Total"), (1, 2, 3))


PROFILES = (
    Profile(
        key="delta-idc",
        vendor="Delta",
        mib="DeltaIDC-MIB",
        source=public(MIBS, "delta_2254/DeltaIDC-MIB.py"),
        models=("PDU with outlets (DeltaIDC-MIB)",),
        sys_object_ids=oids("2254.169.2"),
        unseen=True,
        outlets=outlets(
            State(STATE, on=("1",), off=("0",)),
            Write(STATE, on=1, off=0),
            count=scalar("2254.169.2.3.2.0", "pduOutletCount"),
            checks_empty_table=True,
            name=column("2254.169.2.3.3.1.2", "pduOutletName"),
        ),
        evidence=SIMULATED.of("state", "switching"),
        note=(
            "Currents, powers and energies are not read: no public form of the MIB has their units."
        ),
    ),
    Profile(
        key="delta-pdu",
        vendor="Delta",
        mib="DeltaPDU-MIB",
        source=public(MIBS, "delta_2254/DeltaPDU-MIB.py"),
        models=("PDU controller with up to 16 PDUs (DeltaPDU-MIB)",),
        sys_object_ids=oids(PDU),
        unseen=True,
        load=total(figure(LINES, TENTHS)),
        power=total(figure(_of_enabled_pdus(15, "WattageTotal"))),
        energy=total(figure(_of_enabled_pdus(16, "EnergyTotal"), TENTHS)),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current", "power", "energy"),
    ),
    Profile(
        key="delta-sts",
        vendor="Delta",
        mib="DeltaSTS-MIB of 2014-05-13",
        source=pysnmp_mibs("mibs/delta/DeltaSTS-MIB"),
        models=("Static transfer switch (STS)",),
        sys_object_ids=oids(STS),
        unseen=True,
        # without a link the agent does not read the switch
        conditions=(device_condition(scalar(f"{STS}.1.3.1.0", "stsAgentModbusLink"), "1"),),
        load=total(figure(scalar(f"{STS}.3.2.2.0", "stsOutputCurrent"), TENTHS), always_there=True),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current"),
    ),
)
