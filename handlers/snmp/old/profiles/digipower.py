"""DigiPower, also sold by Lindy, Manhattan and Servedge: all states of a unit are one string, and a
write replaces all of it.

One agent has up to 16 units. The identity is the position of an outlet on the first unit,
"unit.position" on the others. -1 is a position without an outlet, -2 one whose breaker tripped. The
MIB allows 32 characters in a write, but a recorded unit with 24 outlets shows 47.

A write keeps each -1 at its position: the maker's own library fills its text up with them, and two
owners' programs write back what they read.
"""

from .language import *

FIRST, LAST = 1, 16
NO_OUTLET = "-1"
UNITS = (Span(FIRST, LAST, FIRST),)
STATUS = Spread(oid("17420.1.2.9"), UNITS, "pduNNOutletStatus", tail="13.0")
STATES = Packed(STATUS, main=str(FIRST))
OTHER_UNITS = Spread(
    oid("17420.1.2.9"), (Span(FIRST + 1, LAST, FIRST + 1),), "pduNNOutletStatus", tail="13.0"
)
CURRENT = Spread(oid("17420.1.2.9"), UNITS, "pduNNValue", tail="11.0")


def _names(unit: int) -> Field:
    """The first field of each outlet's configuration."""
    return Field(column(f"17420.1.2.9.{unit}.14", "pduNNOutletNConfig", suffix="0"), 0)


def _of_one_unit(values: Scalar) -> Unless:
    """A total of DigiPower-BravoPDU-MIB (kWhInfo). Of a chain, it does not say of which units."""
    return Unless(values, OTHER_UNITS.where_not(""))


PROFILES = (
    Profile(
        key="digipower",
        vendor="DigiPower, Servedge",
        mib="DigiPower-PDU-MIB, DigiPower-BravoPDU-MIB",
        source=librenms("digipower/DigiPower-PDU-MIB"),
        models=("SWH, SWV", "Lindy IPower Switch Classic 32657 to 32659", "Manhattan"),
        sys_object_ids=oids("17420"),
        outlets=outlets(
            states=State(STATES, on=("1",), off=("0",), absent=(NO_OUTLET,)),
            control=WritePacked(
                STATUS, STATES, on="1", off="0", empty=(NO_OUTLET,), longest=32, longest_unproven=47
            ),
            name=Concat(
                (
                    _names(FIRST),
                    *(Prefixed(str(unit), _names(unit)) for unit in range(FIRST + 1, LAST + 1)),
                )
            ),
        ),
        load=total(figure(Complete(CURRENT, beside=STATUS.where_not(""), next_row=True), TENTHS)),
        power=total(figure(_of_one_unit(scalar("17420.1.3.4.0", "activePower")), HUNDREDTHS)),
        energy=total(figure(_of_one_unit(scalar("17420.1.3.6.0", "energy")), THOUSANDTHS)),
        evidence=SIMULATED,
        recording="digipower",
        note=(
            "Units with 17 to 24 outlets need more characters than the MIB allows in a write (32):"
            " they are switched only with switch_unproven. Units with a tripped breaker are not"
            " switched: the MIBs do not say what a written -2 does."
        ),
    ),
)
