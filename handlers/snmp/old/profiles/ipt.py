"""IPT: iPower PDUs of PDUSNMP, also sold as Excel. The index counts from 0; socket-Number is
printed on the unit.

The MIB gives the currents of meters 1 and 2 in hundredths of A, and of meter 3 in tenths; of the
voltages, only that of meter 3 is in hundredths. A DCIM's library and an owner's script read all
currents in tenths. Each meter's power tells in which scale its current is.
"""

from .language import *

SOCKETS = "38218.1.7.1.1"
ON_OFF = column(SOCKETS + ".4", "socket-ONOFF")
OF_A_METER = 9  # the number of objects of each meter, all below one node


def _meters(item: int, name: str) -> Spread:
    """An item (from 1) of the three meters."""
    spans = (Span(n, n, item + OF_A_METER * (n - 1)) for n in (1, 2, 3))
    return Spread(oid("38218.1.6"), tuple(spans), name)


ENERGIES = Complete(_meters(3, "pdu-meterN-KWH"), next_row=True)
POWERS = _meters(4, "pdu-meterN-KW")
CURRENTS = CurrentsByPower(
    _meters(2, "pdu-meterN-IRMS"),
    voltages=_meters(1, "pdu-meterN-VRMS"),
    powers=POWERS,
)

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
            states=State(ON_OFF, on=("1",), off=("0",)),
            control=Write(ON_OFF, on=1, off=0),
            count=scalar("38218.1.5.2.0", "pdu-Nosockets"),
            checks_empty_table=True,
            number=column(SOCKETS + ".2", "socket-Number"),
            name=column(SOCKETS + ".3", "socket-Equipment"),
            current=figure(column(SOCKETS + ".5", "socket-AMPS"), TENTHS),
            energy=figure(column(SOCKETS + ".6", "socket-KWH"), TENTHS),
        ),
        load=total(figure(CURRENTS, HUNDREDTHS, beside=ENERGIES)),
        power=total(figure(POWERS, beside=ENERGIES)),
        energy=total(figure(ENERGIES, TENTHS, beside=_meters(2, "pdu-meterN-IRMS"))),
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
