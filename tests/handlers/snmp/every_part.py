"""One profile with every kind of part.

Each field has a value other than its default in at least one part.
"""

from __future__ import annotations

from decimal import Decimal

from handlers.snmp.contact import Contact
from handlers.snmp.controls import Guarded, Verbs, Write
from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.figures import Arcs, Ceilings, Measurement, Total
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Nameplate, Profile, Root
from handlers.snmp.single_family import Unlock, Unmarked, WritePacked
from handlers.snmp.sources import (
    Alike,
    Arc,
    Bits,
    ByOctets,
    ByUnit,
    Chained,
    Column,
    Complete,
    Concat,
    CurrentsByPower,
    EachUnit,
    ExceptEmptySlots,
    ExceptWhere,
    Field,
    First,
    Gathered,
    IfComplete,
    IfMatches,
    InletsInUse,
    ItemCount,
    Joined,
    LeftJoin,
    NamedRows,
    Negative,
    Number,
    OfUnits,
    Packed,
    Part,
    Prefixed,
    Renumbered,
    Scalar,
    Signed,
    Span,
    Spread,
    Summed,
    Tables,
    UnitOf,
    Units,
    Unless,
    UpToCount,
    Where,
)
from handlers.snmp.states import Doubt, State

C = Column("~.1", "object", "14", optional=True)
S = Scalar("1.3.6.1.4.1.99999.2.0", "scalar")
SPREAD = Spread(
    "1.3.6.1.4.1.99999.3", (Span(1, 8, 2), Span(9, 42, 11)), "outletN", "1.0", by_get=True, listed=S
)
BY_ROW = Spread("1.3.6.1.4.1.99999.4", (Span(1, 24, 52),), "outletN", by_row=True)
TABLES = Tables("1.3.6.1.4.1.99999.5", 1, 8, "2.1.2", "outletPduX")
NAMED = NamedRows("1.3.6.1.4.1.99999.6.3", "1.3.6.1.4.1.99999.6.10", r"Socket (\d+)", "variable")
BY_UNIT = ByUnit(C, C, C, S, (S,), ("0",))
PACKED = Packed(S, ";", "1")

EVERY_PART = Profile(
    key="every-part",
    vendor="Acme",
    models=("A", "B"),
    mib="ACME-MIB",
    sys_object_ids=("1.3.6.1.4.1.99999",),
    roots=(Root("1.3.6.1.4.1.99998", "1.3.6.1.4.1.99998.1"),),
    sweep=True,
    unseen=True,
    ups=True,
    described="Acme.*",
    contact=(Contact(C, ("1",), Arcs(0, 1), Arcs(0, 2), optional=True, why="why"),),
    units=Complete(C, count=S),
    outlets=(
        Outlets(
            states=State(
                First(
                    (
                        C,
                        Where(C, S, ("1", "2"), False, demanded=True, others=("3",)),
                        IfMatches(Arc(C, 1, ("4",), keep=False), S, "x.*", others="y"),
                    )
                ),
                on=("1", "3"),
                off=("2",),
                absent=("7",),
                doubts=(Doubt(Bits(C, 2), ("0",), optional=True),),
                confirm=Negative(C),
            ),
            control=Guarded(
                Unmarked(
                    Unlock(SPREAD, 1, Guarded(Verbs(TABLES, NAMED, -1), S, "why", allow=("1",))),
                    C,
                    ("0",),
                    "why",
                ),
                S,
                "why",
                refuse=("2",),
                automatic=True,
                demanded=False,
            ),
            rows=Concat(
                (
                    Prefixed("2", UpToCount(BY_ROW, S, count_is_required=True)),
                    TABLES,
                    BY_UNIT,
                    UnitOf(BY_UNIT),
                )
            ),
            count=OfUnits(S, C),
            none_if_zero=InletsInUse(C, S, C),
            counts_unlisted=True,
            number=Chained(Number(C, 2, 0), C, "."),
            name=Field(ItemCount(S, ";"), 1, ";", "one"),
            contact=(Contact(S, ("1",)),),
            current=Measurement(
                Joined(C, (S,), (C,), else_same_row=True),
                Decimal("0.001"),
                ("-1", "9999"),
                exponent=C,
                factor=S,
                unit="A",
                scale_of_integers=Decimal("0.1"),
                magnitude=True,
            ),
            power=Measurement(
                Concat(
                    (
                        Gathered(C, S, C, ";", ("x",)),
                        CurrentsByPower(C, S, C),
                        ByOctets(C, S, 7),
                        IfComplete(C, Summed(S)),
                        Unless(C, LeftJoin(C, S)),
                        ExceptWhere(Alike(C, S), ("0",), S, ("2",), 3),
                        ExceptEmptySlots(C, (S,), ("", "-1")),
                        Renumbered(C, S),
                        Signed(C, S, C, S),
                        Complete(
                            C,
                            S,
                            S,
                            3,
                            next_row=True,
                            gaps=True,
                            arcs=2,
                            from_one=-1,
                            padding=("x",),
                        ),
                    )
                )
            ),
            energy=Measurement(
                EachUnit(Part(C, S, 1, 3), C, (Units(S),)),
                absent=(),
                padding=("7",),
                unmetered="the MIB contradicts itself",
            ),
            settling_s=4,
        ),
        Outlets(
            states=State(PACKED, on=("on",), off=("off",)),
            control=WritePacked(S, PACKED, "on", "off", 32, 47, ("-1",)),
        ),
        Outlets(states=State(C, on=("1",), off=("0",)), control=Write(C, "on", "off")),
        Outlets(
            states=State(C, on=("1",), off=("0",)),
            control=Write(C, 1, 0, unsigned=True, obstacle="it has a password: remove it"),
        ),
    ),
    load=Total(
        (Measurement(C), Measurement(Negative(C))), else_outlets=True, unit=Arcs(1, 2), units=C
    ),
    ceilings=Ceilings(Decimal(1), Decimal(2), Decimal(3), Decimal(4)),
    power=Total((Measurement(S),), demanded=True),
    nameplate=Nameplate(
        serial="1.3.6.1.4.1.99999.9.1",
        firmware="1.3.6.1.4.1.99999.9.2",
        model="1.3.6.1.4.1.99999.9.3",
        manufacturer="1.3.6.1.4.1.99999.9.4",
    ),
    energy=Total(else_outlets=True),
    inlet=Total((Measurement(C),)),
    inlet_power=Total((Measurement(C),)),
    recording="acme-strip",
    programs=("https://example.com/program.py", "https://example.org/program.c"),
    evidence=Evidence(
        EvidenceLevel.DRIVER,
        EvidenceLevel.MIB,
        EvidenceLevel.SIMULATED,
        EvidenceLevel.RECORDING,
        EvidenceLevel.UNIT,
    ),
    note="A note.",
    unread="An object.",
    source="https://example.com/ACME-MIB",
)
