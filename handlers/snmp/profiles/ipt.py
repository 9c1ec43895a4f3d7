"""IPT: iPower PDUs of PDUSNMP. The index counts from 0; socket-Number is printed on the unit. Only the addressed PDU is read.

The MIB gives the currents of meters 1 and 2 in hundredths of A, and of meter 3 in tenths; of the voltages, only that of meter 3
is in hundredths. Either the device or the text has exchanged the two, so a unit whose third meter is in use has no load.
socket-INFO ("status, phase and picture") is not described further and not read.
"""
from ..parts import SIMULATED, Confidence, Outlets, Profile, State, Write
from ..sources import Listed, Merged, Only, Source, Span, Spread
from .shorthand import HUNDREDTHS, TENTHS, column, figure, oid, oids, pysnmp_mibs, scalar, total

ON_OFF = column("38218.1.7.1.1.4", "socket-ONOFF")
METERS = 9                          # sub-identifiers of each meter


def _meters(item: int, name: str, first: int = 1, last: int = 3) -> Spread:
    """An item of the meters `first` to `last`, all below one node."""
    spans = tuple(Span(meter, meter, item + METERS * (meter - 1)) for meter in range(first, last + 1))
    return Spread(oid("38218.1.6"), spans, name)


THIRD = _meters(2, "pdu-meter3-IRMS", first=3)
CURRENTS: Source = Merged((_meters(2, "pdu-meterN-IRMS", last=2), Listed(THIRD, Only(THIRD, THIRD, ("0",)))))

PROFILES = (
    Profile(
        key="ipt-ipower", vendor="IPT", mib="PDUSNMP of 2015-11-27", source=pysnmp_mibs("mibs/ipt/PDUSNMP"),
        # Assumed: the MIB names no products, and one program expects this number.
        models=("iPower PDU",), sys_object_ids=oids("38218"),
        outlets=(Outlets(
            states=State(ON_OFF, on=("1",), off=("0",)),
            control=Write(ON_OFF, on=1, off=0),
            count=scalar("38218.1.5.2.0", "pdu-Nosockets"),
            number=column("38218.1.7.1.1.2", "socket-Number"),
            name=column("38218.1.7.1.1.3", "socket-Equipment"),
            current=figure(column("38218.1.7.1.1.5", "socket-AMPS"), TENTHS),
            energy=figure(column("38218.1.7.1.1.6", "socket-KWH"), TENTHS)),),
        load=total(figure(CURRENTS, HUNDREDTHS)),
        power=total(figure(_meters(4, "pdu-meterN-KW"))),
        energy=total(figure(_meters(3, "pdu-meterN-KWH"), TENTHS)),
        switching_confidence=Confidence.HIGH, evidence=SIMULATED,
        note="A unit whose third meter is in use has no load, because the MIB contradicts itself on the scale of this meter. PDUs that "
             "are slaves of the addressed one are not read. The sysObjectID is assumed."),
)
