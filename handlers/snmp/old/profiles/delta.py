"""Delta: PDUs of two MIBs, which are public as compiled for pysnmp, with values but no
descriptions; and a static transfer switch of DeltaSTS-MIB.

DeltaIDC-MIB: a PDU with outlets. The compiled MIB has no units, so figures are not read.

DeltaPDU-MIB: a controller with up to 16 PDUs, without outlets. The index is the PDU. The current of
each line is given over all its branches. There is no total while an enabled PDU is disconnected.
"""

from .language import *

MIBS = "elastiflow/pysnmp_mibs"
STATE = column("2254.169.2.3.3.1.12", "pduOutletState")

PDU = "2254.2.32"
ON, OFF = "1", "2"

STS = "2254.2.80"


def _output(column_number: int, name: str) -> LeftJoin:
    """A column of the enabled PDUs. One that is disconnected has an empty value."""
    output = column(f"{PDU}.2.1.1.{column_number}", name)
    enabled_flags = Complete(column(f"{PDU}.1.6.1.2", "dpduIdentEnabled"), beside=output)
    enabled_pdus = enabled_flags.where(enabled_flags, ON, others=(OFF,))
    disconnection = column(f"{PDU}.3.1.1.2", "dpduAlarmDisconnect")
    connected_output = output.where(disconnection, OFF, others=(ON,))
    return LeftJoin(enabled_pdus, connected_output)


def _line(line: int) -> LeftJoin:
    return _output(34 + line, f"dpduOutputCurrentL{line}Total")


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
            states=State(STATE, on=("1",), off=("0",)),
            control=Write(STATE, on=1, off=0),
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
        load=total(figure(numbered_parts(_line, (1, 2, 3)), TENTHS)),
        power=total(figure(_output(15, "dpduOutputWattageTotal"))),
        energy=total(figure(_output(16, "dpduOutputEnergyTotal"), TENTHS)),
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
        contact=(contact(scalar(f"{STS}.1.3.1.0", "stsAgentModbusLink"), "1"),),
        load=total(figure(scalar(f"{STS}.3.2.2.0", "stsOutputCurrent"), TENTHS), demanded=True),
        ceilings=FLOOR,
        evidence=SIMULATED.of("current"),
    ),
)
