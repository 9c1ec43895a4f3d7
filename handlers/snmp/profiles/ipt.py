"""IPT: iPower PDUs of PDUSNMP, also sold as Excel. The index counts from 0; socket-Number is
printed on the unit.

The MIB gives the currents of meters 1 and 2 in hundredths of A, and of meter 3 in tenths; of the
voltages, only that of meter 3 is in hundredths. A DCIM's library and an owner's script read all
currents in tenths. Each meter's power tells in which scale its current is.
"""

from decimal import Decimal
from typing import Optional, Union

from ...shared.decimals import CONTEXT
from ..cells import Missing, Rows
from ..computed import Complete
from ..controls import Write
from ..decoding import number
from ..evidence import SIMULATED
from ..objects import Span, Spread
from ..profile import Profile
from ..states import State
from ..tables import Tables, computed_from
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import pysnmp_mibs
from .scales import HUNDREDTHS, TENTHS

SOCKETS = "38218.1.7.1.1"
ON_OFF = column(SOCKETS + ".4", "socket-ONOFF")
OF_A_METER = 9  # the number of objects of each meter, all below one node


def _meters(item: int, name: str) -> Spread:
    """An item (from 1) of the three meters."""
    spans = (Span(n, n, sub=item + OF_A_METER * (n - 1)) for n in (1, 2, 3))
    return Spread(oid("38218.1.6"), tuple(spans), name)


VOLTAGES, READINGS = _meters(1, "pdu-meterN-VRMS"), _meters(2, "pdu-meterN-IRMS")
ENERGIES = Complete(_meters(3, "pdu-meterN-KWH"), next_row=True)
POWERS = _meters(4, "pdu-meterN-KW")
# of a voltage; a higher one is in hundredths of V
MOST_TENTHS_OF_V = 6_000
# of a current in units of W/V; the least leaves room for rounded readings
LEAST_OF_W_PER_V, MOST_OF_W_PER_V = Decimal("0.9"), 5
# In tenths it could be that of power supplies in standby, whose power factor may be 0.1.
LEAST_HUNDREDTHS = 50
OF_UNKNOWN_SCALE = Missing("a current whose scale its power does not tell")


@computed_from(READINGS, VOLTAGES, POWERS)
def currents(tables: Tables) -> Rows:
    """The current of each meter in hundredths of A. One below W/V is not possible, and one above
    five times that, a power factor of 0.2, is not believed: so one scale fits at most. A current
    above 0 is missing if none does.

    >>> powers = {VOLTAGES: {"1": 2300, "2": 2300}, POWERS: {"1": 460, "2": 0}}
    >>> currents.rows({READINGS: {"1": 20, "2": 0}, **powers})
    {'1': '200', '2': 0}
    """
    voltages, powers = tables[VOLTAGES], tables[POWERS]
    rows: Rows = {}
    for meter, value in tables[READINGS].items():
        reading = number(value)
        if reading is None or reading <= 0:
            rows[meter] = value
        else:
            amperes = _least_amperes(number(voltages.get(meter)), number(powers.get(meter)))
            rows[meter] = _hundredths(reading, amperes)
    return rows


def _least_amperes(volts: Optional[Decimal], watts: Optional[Decimal]) -> Decimal:
    """The least current in A that a power allows: W/V; 0 if it cannot be computed. `volts`: in
    tenths or hundredths of V, as its size tells.

    >>> _least_amperes(Decimal(2300), Decimal(460))
    Decimal('2')
    >>> _least_amperes(None, Decimal(460))
    Decimal('0')
    """
    if not volts or watts is None:
        return Decimal(0)
    divisor = 10 if volts <= MOST_TENTHS_OF_V else 100
    return CONTEXT.divide(CONTEXT.multiply(watts, divisor), volts)


def _hundredths(reading: Decimal, least_amperes: Decimal) -> Union[str, Missing]:
    """A reading in hundredths of A, from tenths or hundredths; missing if its scale is not
    known.

    >>> _hundredths(Decimal(20), Decimal(2)), _hundredths(Decimal(200), Decimal(2))
    ('200', '200')
    >>> _hundredths(Decimal(7), Decimal(2)).reason
    'a current whose scale its power does not tell'
    """
    least = CONTEXT.multiply(least_amperes, LEAST_OF_W_PER_V)
    most = CONTEXT.multiply(least_amperes, MOST_OF_W_PER_V)
    if least <= CONTEXT.divide(reading, 10) <= most:
        return format(CONTEXT.multiply(reading, 10), "f")
    if least <= CONTEXT.divide(reading, 100) <= most and reading >= LEAST_HUNDREDTHS:
        return format(reading, "f")
    return OF_UNKNOWN_SCALE


PROFILES = (
    Profile(
        key="ipt-ipower",
        vendor="IPT, Excel",
        mib="PDUSNMP of 2015-11-27",
        source=pysnmp_mibs("mibs/ipt/PDUSNMP"),
        models=("iPower PDU",),
        sys_object_ids=oids("38218"),
        unseen=True,
        outlets=outlets(
            State(ON_OFF, on=("1",), off=("0",)),
            Write(ON_OFF, on=1, off=0),
            count=scalar("38218.1.5.2.0", "pdu-Nosockets"),
            checks_empty_table=True,
            number=column(SOCKETS + ".2", "socket-Number"),
            name=column(SOCKETS + ".3", "socket-Equipment"),
            current=figure(column(SOCKETS + ".5", "socket-AMPS"), TENTHS),
            energy=figure(column(SOCKETS + ".6", "socket-KWH"), TENTHS),
        ),
        load=total(figure(currents, HUNDREDTHS, same_rows_as=ENERGIES)),
        power=total(figure(POWERS, same_rows_as=ENERGIES)),
        energy=total(figure(ENERGIES, TENTHS, same_rows_as=READINGS)),
        evidence=SIMULATED,
        # writes socket-ONOFF, whose index counts from 0: 1 on, 0 off
        programs=("the module for iPower PDUs of Bitfocus Companion (JavaScript)",),
        note=(
            "The MIB contradicts itself on the scale of currents: that of a meter is known only"
            " if its power decides it. Slaves of the addressed PDU are not read. The sysObjectID"
            " is assumed."
        ),
        unread='socket-INFO ("status, phase and picture"): the MIB does not give its values',
    ),
)
