"""Riedo Networks: UPDU of RNX-UPDU-MIB. A relay names the meters that it feeds; relays and meters
have different indexes.

One table has the meters of the PDU, its phases, its modules, its outlets and groups of outlets. A
meter without data shows 0 for every measurement, and a meter with expired data shows its last
values: neither gives a figure. Older firmware does not report the quality of its data; all its
values count.
"""

from decimal import Decimal

from ....shared.ceilings import PLACEHOLDERS_16
from .language import *

NAME = column("55108.1.3.1.1.2", "upduMeterName")
TYPE = column("55108.1.3.1.1.3", "upduMeterType")
ENERGY = column("55108.1.3.1.1.4", "upduMeterEnergyP")
POWER = column("55108.1.3.1.1.7", "upduMeterPowerP")
CURRENT = column("55108.1.3.1.1.11", "upduMeterIrms")
RELAY_METERS = column("55108.1.4.1.1.2", "upduRelayMeterNames")
# upduMeterType: pduTotal, ...Calc; phaseTotal, ...Calc; outlet
OF_PDU, OF_PHASES, OUTLET = ("0", "1"), ("2", "3"), "6"
TYPES = tuple(map(str, range(8)))  # all of them: also of modules, and of groups of outlets
CONDITION = column("55108.1.4.1.1.5", "upduRelayCondition")
AS_COMMANDED = "0"  # 1: failed, 2: unknown
# texts of a current or power of 16 bits that is not measured: here it would be added to others
NARROW = tuple(format(value, "f") for value in sorted(PLACEHOLDERS_16))
# WattHours, the type of upduMeterEnergyP, is a Counter64, which has no sign
SIGNED, NO_SIGN = ("-1",), ()
# upduMeterDataQuality: expired; no data
WITHOUT_DATA = ("1", "2")


def _rows_with_data(values: Source) -> Source:
    return values.where_not(
        *WITHOUT_DATA, by=column("55108.1.3.1.1.15", "upduMeterDataQuality", optional=True)
    )


def _of_type(values: Source, kind: str) -> Source:
    # A meter without data stays listed, so that a sum over it is missing, not too small.
    other_kinds = tuple(type_ for type_ in TYPES if type_ != kind)
    meters = values.where(TYPE, kind, others=other_kinds)
    return meters.left_join(_rows_with_data(values))


def _first_of(values: Source, scale: Decimal, absent: tuple[str, ...], *kinds: str) -> Total:
    figures = (figure(_of_type(values, kind), scale, absent) for kind in kinds)
    return total(*figures, else_outlets=True)


def _outlet_meters(values: Source) -> Source:
    return only_metered(_of_type(values, OUTLET))


def _relay_rows(values: Source, absent: tuple[str, ...] = ()) -> Source:
    return Gathered(_rows_with_data(values), NAME, RELAY_METERS, absent=absent)


PROFILES = (
    Profile(
        key="riedo-updu",
        vendor="Riedo Networks",
        mib="RNX-UPDU-MIB",
        source=librenms("riedo/RNX-UPDU-MIB"),
        models=("UPDU RN3xxx",),
        sys_object_ids=oids("55108.1"),
        outlets=(
            outlets(
                states=State(
                    column("55108.1.4.1.1.4", "upduRelayOperStatus"),
                    on=("1",),
                    off=("0",),
                    doubts=(Doubt(CONDITION, (AS_COMMANDED,)),),
                ),
                control=Write(column("55108.1.4.1.1.3", "upduRelayAdminStatus"), on=1, off=0),
                name=RELAY_METERS,
                current=figure(_relay_rows(CURRENT, NARROW), THOUSANDTHS),
                power=figure(_relay_rows(POWER, NARROW)),
                energy=figure(_relay_rows(ENERGY), THOUSANDTHS),
            )
            + outlets(
                # not on a unit with relays, whose numbers are not those of the meters
                rows=only_metered(Unless(NAME.where(TYPE, OUTLET, demanded=True), RELAY_METERS)),
                number=only_metered(NAME),
                name=only_metered(column("55108.1.3.1.1.13", "upduMeterCustomName")),
                current=figure(_outlet_meters(CURRENT), THOUSANDTHS),
                power=figure(_outlet_meters(POWER)),
                energy=figure(_outlet_meters(ENERGY), THOUSANDTHS, NO_SIGN),
            )
        ),
        load=_first_of(CURRENT, THOUSANDTHS, SIGNED, *OF_PHASES, *OF_PDU),
        power=_first_of(POWER, ONES, SIGNED, *OF_PDU),
        energy=_first_of(ENERGY, THOUSANDTHS, NO_SIGN, *OF_PDU),
        evidence=SIMULATED,
    ),
)
