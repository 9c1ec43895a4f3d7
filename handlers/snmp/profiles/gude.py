"""Gude: Expert Power Control. Every product has the same tree below its own number, which is also its sysObjectID.

The three oldest products have shorter paths. Meter channels belong to inlets and groups, never to single outlets; some products
meter these in a table of their own (products 58, 64, 83, 87 and 100 in their MIBs). The text of its index counts from 0 and its
type from 1: the rows tell which.
"""
from __future__ import annotations

from decimal import Decimal

from ..parts import RECORDED, Confidence, Evidence, Figure, Outlets, Profile, Proof, Root, State, Write
from ..sources import Only, Renumbered, Source
from .shorthand import ONES, THOUSANDTHS, column, counted, figure, librenms, oid, public, scalar, total

OLDEST = (1, 5, 6)                  # EPC 8x, 24x, 2x6
PRODUCTS = (43, 50, 56, 58, 64, 67, 68, 69, 77, 81, 82, 83, 85, 87, 97, 98, 100, 106, 107, 109, 111, 112)
METERED = (23, 27, 35, 40, 44, 52, 54, 62, 65)     # PDU 8110, 8310, 818X, ATS 3020, PDU 8306, 835X, 8340, 8311, 8341


def _ports(path: str, count: str = "") -> Outlets:
    state = column(f"~.{path}.3", "PortState")
    return Outlets(states=State(state, on=("1",), off=("0",)), control=Write(state, on=1, off=0),
                   count=counted(scalar(f"~.{count}", "portNumber"), state) if count else None,
                   name=column(f"~.{path}.2", "PortName"),
                   current=_port(state, "5", "spCurrent", THOUSANDTHS), power=_port(state, "4", "spPowerActive"),
                   energy=_port(state, "3", "spAbsEnergyActive", THOUSANDTHS))


def _port(over: Source, arc: str, name: str, scale: Decimal = ONES) -> Figure:
    """A meter of single outlets."""
    valid, values = column("~.1.5.5.2.1.2", "spChanStatus"), column(f"~.1.5.5.2.1.{arc}", name)
    return figure(Only(Renumbered(values, over), Renumbered(valid, over), ("1",)), scale)


def _channel(arc: str, name: str, scale: Decimal = ONES) -> Figure:
    valid = column("~.1.5.1.2.1.2", "ChanStatus")
    return figure(Only(column(f"~.1.5.1.2.1.{arc}", name), valid, ("1",)), scale)


PROFILES = (
    Profile(
        key="gude-epc", vendor="Gude", mib="GUDEADS-EPC*-MIB",
        source=librenms("gude/GUDEADS-EPC8031-MIB"),
        models=("EPC 1104, 1105, 1121, 1141, 1202, 1292", "EPC 8001 to 8045", "EPC 8221, 8226, 8291, 8314, 8316",
                "EPC 8712, 8713, 8733", "ESB 7214", "EPC 8x, 24x, 2x6"),
        roots=tuple(Root(oid(f"28507.{product}"), oid(f"28507.{product}")) for product in (*PRODUCTS, *OLDEST)),
        outlets=(_ports("1.3.1.2.1", "1.3.1.1.0"), _ports("1.2.2.1"), _ports("1.1.2.1")),
        load=total(_channel("5", "Current", THOUSANDTHS)),
        power=total(_channel("4", "PowerActive")),
        energy=total(_channel("3", "AbsEnergyActive", THOUSANDTHS)),
        switching_confidence=Confidence.HIGH,
        evidence=RECORDED),
    Profile(
        # Their MIBs have the meters of the others and no ports: they are proven to have nothing to switch.
        key="gude-pdu", vendor="Gude", mib="GUDEADS-PDU*-MIB, GUDEADS-ATS3020-MIB",
        source=public("DotZero24/pysnmp-mibs", "pysnmp_mibs/GUDEADS-PDU8311-MIB.py"),
        models=("Expert PDU 8110, 818x, 8306, 8310, 8311, 8340, 8341, 835x", "ATS 3020"),
        roots=tuple(Root(oid(f"28507.{product}"), oid(f"28507.{product}")) for product in METERED),
        load=total(_channel("5", "Current", THOUSANDTHS)),
        power=total(_channel("4", "PowerActive")),
        energy=total(_channel("3", "AbsEnergyActive", THOUSANDTHS)),
        evidence=Evidence(current=Proof.SIMULATED, power=Proof.SIMULATED, energy=Proof.SIMULATED)),
)
