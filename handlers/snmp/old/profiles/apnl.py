"""AP Nederland: the modular PDU of APNL-MODULAR-PDU-MIB. Displays, meters and switches are rows of
one table of nodes.

A node whose nodeOutlet is 0 has no outlet. Only nodes of switching types have a state, and only
those of metering types have figures. nodePower and pduPower are energies in kWh. A gateway has the
same objects for a PDU on its bus, but reads or writes that PDU only on a further command
(pduAdminCommand). A gateway's states and figures are not read: they may be out of date. A PDU whose
switching is not enabled as a whole (bit 2 of pduEnableFeatures) is not switched.
"""

from .language import *

TYPE = column("29640.4.3.33.1.2", "nodeType")
METER, METER_AND_SWITCH, SWITCH = "4", "5", "6"
SWITCHING, METERING = (METER_AND_SWITCH, SWITCH), (METER, METER_AND_SWITCH)
OUTLET = column("29640.4.3.33.1.3", "nodeOutlet")
NO_OUTLET = "0"
MODULAR = "0"


def _metered_column(values: Source) -> Source:
    return values.where(TYPE, *METERING)


def _pdu_rows(values: Source) -> Source:
    return IfMatches(values, scalar("29640.4.3.1.0", "pduType"), MODULAR)


def _total_of_pdu(values: Source) -> Source:
    """The PDU's own total.

    No rows if the PDU has no metering node: a total of 0 would then be no measurement.
    """
    return _pdu_rows(if_listed(values, _metered_column(TYPE)))


PROFILES = (
    Profile(
        key="apnl-modular",
        vendor="AP Nederland",
        mib="APNL-MODULAR-PDU-MIB of 2013-01-24",
        source=pysnmp_mibs("mibs/apnl/APNL-MODULAR-PDU-MIB"),
        models=("OEC2 modular PDU",),
        sys_object_ids=oids("29640"),
        outlets=outlets(
            states=State(
                _pdu_rows(
                    column("29640.4.3.33.1.13", "nodeSwitchOperStatus").where_not(
                        NO_OUTLET, by=OUTLET, demanded=True
                    )
                ),
                on=("2",),
                off=("1",),
                doubts=(Doubt(TYPE, SWITCHING),),
            ),
            control=Guarded(
                Guarded(
                    Write(column("29640.4.3.33.1.14", "nodeSwitchAdminStatus"), on=2, off=1),
                    TYPE,
                    allow=SWITCHING,
                    why="its module does not switch",
                ),
                Bits(scalar("29640.4.3.30.0", "pduEnableFeatures"), 2),
                allow=("1",),
                why="switching is not enabled on the PDU",
            ),
            number=OUTLET,
            name=column("29640.4.3.33.1.20", "nodeName"),
            current=figure(_metered_column(column("29640.4.3.33.1.6", "nodeAcurrent")), TENTHS),
            energy=figure(_metered_column(column("29640.4.3.33.1.5", "nodePower"))),
        ),
        load=total(figure(_total_of_pdu(scalar("29640.4.3.13.0", "pdulAcurrent")), TENTHS)),
        energy=total(figure(_total_of_pdu(scalar("29640.4.3.5.0", "pduPower")))),
        evidence=SIMULATED.of("state", "current", "energy", "switching"),
        unread=(
            "nodeSwitchAdminStatus: it is the wish, which may be unknown at rest; nodeAlarmStatus:"
            " alarms of figures"
        ),
    ),
)
