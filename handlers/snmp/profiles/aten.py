"""Aten: PE series of ATEN-PE-CFG, with one object for each outlet.

Sub-identifier 10 is a table of names and settings, so outlet 8 is at 9 and outlet 9 at 11. Slots without an outlet read "not
supported" (7). The outlets' objects are read by GET: a walk of their subtree would also read some 1,200 rows of other tables.

Newer firmware also has the number of outlets and the table displayOutletStatus. Values above 3 have other meanings there than in
outletNStatus. States are read from this table if it has a row for each outlet. Otherwise slots are read one by one: those whose
outletConfirmation is not "not supported" (4), or all slots if every outletConfirmation is 4. The BMCs of some servers have the
same sysObjectID and none of these tables.
"""
from ..parts import RECORDED, Confidence, Guarded, Outlets, Profile, State, Write, changed
from ..sources import Only, Provided, Span, Spread, Whole
from .shorthand import THOUSANDTHS, column, figure, librenms, oid, oids, scalar, total

STATUS = Spread(oid("21317.1.3.2.2.2.2"), (Span(1, 8, 2), Span(9, 42, 11)), "outletNStatus", by_get=True)
CONFIRMATION = column("21317.1.3.2.2.2.2.10.1.3", "outletConfirmation")
NO_CONFIRMATION = "4"
LISTED_STATUS = changed(STATUS, listed=Only(CONFIRMATION, CONFIRMATION, (NO_CONFIRMATION,), keep=False))
NO_RIGHT, NOT_THERE = "6", "7"
NO = "1"
NOT_SUPPORTED = ("-2000000",)

DISPLAYED = column("21317.1.3.2.2.2.1.5.1.2", "displayOutletStatus")
DISPLAYED_NOT_THERE = "6"
NUMBER_OF_OUTLETS = scalar("21317.1.3.2.2.2.1.13.0", "outletnumber")


def _outlets(states: State) -> Outlets:
    return Outlets(
        states=states,
        control=Guarded(
            Guarded(
                Write(STATUS, on=2, off=1),
                column("21317.1.3.2.2.2.2.70.1.2", "outletSwitchable"), refuse=(NO,),
                why="the device reports it as not switchable"),
            STATUS, refuse=(NO_RIGHT,), demanded=True, why="the SNMP community or user may not switch it"),
        name=column("21317.1.3.2.2.2.2.10.1.2", "outletName"),
        current=figure(column("21317.1.3.2.2.2.2.99.1.2", "outletIntegerCurrent"), THOUSANDTHS, NOT_SUPPORTED),
        power=figure(column("21317.1.3.2.2.2.2.99.1.4", "outletIntegerPower"), THOUSANDTHS, NOT_SUPPORTED),
        energy=figure(column("21317.1.3.2.2.2.2.99.1.5", "outletIntegerPowerDissipation"), THOUSANDTHS, NOT_SUPPORTED))


PROFILES = (
    Profile(
        key="aten-pe", vendor="Aten", mib="ATEN-PE-CFG", source=librenms("aten/ATEN-PE-CFG"),
        models=("PE6xxx", "PE7xxx", "PE8xxx", "PE9xxx"), sys_object_ids=oids("21317"),
        outlets=(
            _outlets(State(Whole(Only(DISPLAYED, DISPLAYED, (DISPLAYED_NOT_THERE,), keep=False), NUMBER_OF_OUTLETS),
                           on=("2",), off=("1",))),
            _outlets(State(LISTED_STATUS, on=("2",), off=("1",), absent=(NOT_THERE,))),
            _outlets(State(Provided(STATUS, CONFIRMATION, NO_CONFIRMATION), on=("2",), off=("1",), absent=(NOT_THERE,)))),
        load=total(figure(column("21317.1.3.2.2.2.1.99.1.2", "deviceIntegerCurrent"), THOUSANDTHS, NOT_SUPPORTED),
                   else_outlets=True),
        power=total(figure(column("21317.1.3.2.2.2.1.99.1.4", "deviceIntegerPower"), THOUSANDTHS, NOT_SUPPORTED),
                    else_outlets=True),
        energy=total(figure(column("21317.1.3.2.2.2.1.99.1.5", "deviceIntegerPowerDissipation"), THOUSANDTHS, NOT_SUPPORTED),
                     else_outlets=True),
        switching_confidence=Confidence.HIGH, evidence=RECORDED),
)
