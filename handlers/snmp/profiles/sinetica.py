"""Sinetica Hawk-i and Panduit Eagle-i: HAWK-I2-MIB. The index is pdu.outlet.

Each outlet has a password, and the MIB does not say how a command uses it. Objects next to the
table of outlets switch all outlets of a unit or of all units; they are never written.
"""

from functools import partial

from .language import *

STATE = column("3711.24.1.1.7.2.3.1.5", "pduOutOn")
THE_PDU = Arcs(stop=1)
pdu_total = partial(total, else_outlets=True, unit=THE_PDU)
# of a PDU: 1 good, 2 failed; the unit then shows what the PDU last answered
COMMUNICATION = column("3711.24.1.1.7.1.2.1.6", "pduCommsFail")
AMPS = column("3711.24.1.1.7.3.1.1.4", "pduRMSAmpsValue")
ENERGY = column("3711.24.1.1.7.3.1.1.5", "pduTotalEnergyValue")

PROFILES = (
    Profile(
        key="sinetica-hawk",
        vendor="Sinetica",
        mib="HAWK-I2-MIB",
        source=pysnmp_mibs("pysnmp_mibs/HAWK-I2-MIB.py"),
        models=("Hawk-i", "Panduit Eagle-i"),
        sys_object_ids=oids("3711.24"),
        outlets=(
            outlets(
                states=State(
                    STATE,
                    on=("1",),
                    off=("2",),
                    doubts=(Doubt(Part(COMMUNICATION, over=STATE, stop=1), ("1",), optional=True),),
                ),
                control=Write(STATE, on=1, off=2),
                count=column("3711.24.1.1.7.2.2.1.3", "pduNumOfOutlets"),
                name=column("3711.24.1.1.7.2.3.1.4", "pduOutName"),
                current=figure(column("3711.24.1.1.7.2.3.1.9", "pduOutRMSAmpsValue"), TENTHS),
                energy=figure(column("3711.24.1.1.7.2.3.1.14", "pduOutKWHrValue"), TENTHS),
            ),
        ),
        load=pdu_total(figure(AMPS, TENTHS)),
        power=total(
            figure(column("3711.24.1.1.7.3.1.1.7", "pduMeanKWattsValue"), HUNDREDS), unit=THE_PDU
        ),
        energy=pdu_total(figure(ENERGY, TENTHS)),
        evidence=replace(SIMULATED, switching=EvidenceLevel.MIB),
        note=(
            "A command acts after a delay set on the device, and a password of the outlet may"
            " block it."
        ),
        unread=(
            "pduOutPwd: the MIB does not say how a password blocks a command; pduOutletMonMode: it"
            " may say that outlets are not metered, and the MIB does not say what they then read;"
            " pduMonEn: the MIB does not say what a PDU reads that is not monitored"
        ),
    ),
)
