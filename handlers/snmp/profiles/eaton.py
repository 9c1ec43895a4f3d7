"""Eaton: ePDU G2 and G3 of EATON-EPDU-MIB, and the families that came with the makers it bought.

EATON-EPDU-MIB: the index is strapping.outlet; the first unit of a chain is 0. Each verb has a column, and what is written
there is a delay in seconds: 0 is now. One public driver has columns 3 (off) and 4 (on) the other way round; the MIB,
two other drivers and the sister families agree on this order.
Revelation (Aphel) is Raritan's PDU-MIB below another root, its rows start at 0. Pulizzi has an object for each outlet: the
state of outlet N at 3.N.0, its command at 2.(N+1).0, because 2.1.0 is the command for ALL outlets. nLogic has the tables
of HPE's pdu3.
"""
from __future__ import annotations

from ..controls import Guarded, Verbs, Write
from ..evidence import Confidence, Evidence, Proof
from ..outlets import Outlets
from ..profile import Profile, Root
from ..sources import Only, Part, Span, Spread
from ..states import State
from . import hpe, raritan
from .shorthand import HUNDREDTHS, TENTHS, THOUSANDTHS, column, figure, librenms, oid, oids, public, scalar, total

NEUTRAL = "2"
LINES = figure(
    Only(column("534.6.6.7.3.3.1.4", "inputCurrent"), column("534.6.6.7.3.3.1.2", "inputCurrentMeasType"), (NEUTRAL,),
         keep=False),
    THOUSANDTHS)

PULIZZI_OUTLETS = 36
PULIZZI_STATE = Spread("~.3", (Span(1, PULIZZI_OUTLETS, 1),), "outletNStatus")
PULIZZI_COMMAND = Spread("~.2", (Span(1, PULIZZI_OUTLETS, 2),), "outletNCommand")
PULIZZI_NAME = Spread("~.1", (Span(1, PULIZZI_OUTLETS, 1),), "outletNName", tail="1.0")

GENESIS_CURRENT = Spread(oid("17373.3.2"), (Span(1, 8, 1),), "current of outlet N in tenths of A (driver)")

NLOGIC = "534.7.1"

PROFILES = (
    Profile(
        key="eaton-epdu", vendor="Eaton", mib="EATON-EPDU-MIB",
        source=librenms("eaton/EATON-EPDU-MIB"),
        models=("ePDU G2 and G3: managed (EMA), switched (ESW), metered outlet (EMO), metered input (EMI)",),
        sys_object_ids=oids("534.6.6.7"),
        outlets=(Outlets(
            states=State(column("534.6.6.7.6.6.1.2", "outletControlStatus"), on=("1",), off=("0",)),
            control=Guarded(
                Verbs(on=column("534.6.6.7.6.6.1.4", "outletControlOnCmd"),
                      off=column("534.6.6.7.6.6.1.3", "outletControlOffCmd")),
                column("534.6.6.7.6.6.1.9", "outletControlSwitchable"), refuse=("2",),
                why="the device's own setting makes it not switchable"),
            rows=column("534.6.6.7.6.1.1.2", "outletID"),
            count=column("534.6.6.7.1.2.1.22", "outletCount"),
            number=column("534.6.6.7.6.1.1.6", "outletDesignator"),
            name=column("534.6.6.7.6.1.1.3", "outletName"),
            current=figure(column("534.6.6.7.6.4.1.3", "outletCurrent"), THOUSANDTHS),
            power=figure(column("534.6.6.7.6.5.1.3", "outletWatts")),
            energy=figure(column("534.6.6.7.6.5.1.4", "outletWh"), THOUSANDTHS)),),
        load=total(LINES, else_outlets=True),
        power=total(figure(column("534.6.6.7.3.5.1.4", "inputTotalWatts")), else_outlets=True),
        energy=total(figure(column("534.6.6.7.3.5.1.5", "inputTotalWh"), THOUSANDTHS), else_outlets=True),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.RECORDING, current=Proof.RECORDING, power=Proof.RECORDING, energy=Proof.RECORDING,
                          switching=Proof.SIMULATED)),
    Profile(
        key="eaton-revelation", vendor="Eaton", mib="PDU-MIB (Eaton's copy)",
        source=librenms("eaton/PDU-MIB"),
        models=("Managed ePDU of the Revelation (Aphel) series",),
        roots=(Root(oid("534.6.6.6"), oid("534.6.6.6.1")),),
        outlets=(raritan.px1_outlets(label_plus=1, energy=None),),
        load=raritan.px1_load(), power=raritan.px1_power(),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.SIMULATED, current=Proof.SIMULATED, power=Proof.SIMULATED, switching=Proof.SIMULATED)),
    Profile(
        key="eaton-pulizzi", vendor="Eaton", mib="EATON-EPDU-PU-SW-MIB",
        source=public("networkupstools/nut", "drivers/eaton-pdu-pulizzi-mib.c"),
        models=("Switched ePDU IPC34xx, IPC36xx, TPC (Pulizzi)",),
        # Newer firmware of the second identity answers the tree of the first; the older one has another tree.
        roots=(Root(oid("20677.2"), oid("20677.2.6")), Root(oid("20677.1"), oid("20677.2.6")),
               Root(oid("20677.1"), oid("20677.1.5"))),
        outlets=(Outlets(
            states=State(PULIZZI_STATE, on=("1",), off=("2",), absent=("0",)),
            control=Write(PULIZZI_COMMAND, on=1, off=2),
            name=PULIZZI_NAME),),
        load=total(figure(scalar("20677.2.8.6.4.2.0", "totalCurrent"))),
        switching_confidence=Confidence.HIGH,
        evidence=Evidence(state=Proof.SIMULATED, current=Proof.DRIVER, switching=Proof.SIMULATED)),
    Profile(
        key="eaton-genesis2", vendor="Eaton", mib="Genesis II (public driver)",
        source=public("networkupstools/nut", "drivers/eaton-pdu-genesis2-mib.c"),
        models=("Monitored ePDU Genesis II (Aphel)",),
        sys_object_ids=oids("17373"),
        outlets=(Outlets(rows=GENESIS_CURRENT, current=figure(GENESIS_CURRENT, TENTHS)),),
        load=total(else_outlets=True),
        evidence=Evidence(current=Proof.DRIVER)),
    Profile(
        key="eaton-nlogic", vendor="Eaton", mib="nLogic (public driver)",
        source=public("networkupstools/nut", "drivers/eaton-pdu-nlogic-mib.c"),
        models=("nLogic PDU",),
        sys_object_ids=oids(NLOGIC),
        outlets=(hpe.outlets(
            NLOGIC, "pdu",
            Guarded(Write(column(NLOGIC + ".5.2.1.10", "pduOutletControlCommand"), on=2, off=1),
                    Part(column(NLOGIC + ".1.2.1.10", "pduControllable"),
                         column(NLOGIC + ".5.2.1.1", "pduOutletControlStatus"), stop=1),
                    refuse=("2",), why="this unit only meters"),
            HUNDREDTHS, "13", None),),
        load=hpe.load(NLOGIC, "pdu", HUNDREDTHS, figure(column(NLOGIC + ".2.1.1.11", "pduInputTotalCurrent"), HUNDREDTHS)),
        power=total(else_outlets=True),
        switching_confidence=Confidence.LOW,
        evidence=Evidence(state=Proof.DRIVER, current=Proof.DRIVER, power=Proof.DRIVER, switching=Proof.DRIVER),
        note="One public driver, no MIB text; the unit of the device's power is not known, so that outlets are summed."),
)
