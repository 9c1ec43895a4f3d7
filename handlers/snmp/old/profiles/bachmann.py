"""Bachmann: BlueNet units with BACHMANN-BLUENET2-MIB. The index is device.circuit.phase.socket.

The status combines on or off with alarms, warnings and identification. Measurements are variables:
one table has their units and powers of ten, another their values, types and statuses. The index of
both is a GUID of eight octets: the first seven identify the measured part, the last one the
variable.

Older: BlueNet IRS with BLUENET-IRS. The index is a text, in octets after its length. The MIB does
not give the values of a socket's or a fuse's state, so sockets are listed and metered, but not
switched. Flags of each PDU say what it meters.
"""

from functools import partial
from typing import Optional

from .language import *

STATUS = column("31770.2.2.6.5.1.11", "blueNet2SocketStatus")
MODE = column("31770.2.2.6.5.1.12", "blueNet2SocketMode")
SWITCHED_ON, SWITCHED_OFF = "1", "2"  # 3 is both, 4 not available, 5 not switchable
DEVICE_STATUS = column("31770.2.2.4.2.1.7", "blueNet2DeviceStatus")
# Statuses of a device that do not deny the states of its sockets: ok, on, and alarms and warnings
# of it or of a part. The others are expected, undefined, lost, deactivated, off, being updated,
# disabled.
PRESENT = tuple(map(str, (*range(2, 7), *range(9, 25, 2), *range(25, 28), *range(38, 44), 45)))

SOCKETS = column("31770.2.2.6.5.1.6", "blueNet2SocketGuid")
PHASES = column("31770.2.2.6.3.1.4", "blueNet2PhaseGuid")
VALUE = column("31770.2.2.8.4.1.5", "blueNet2VariableDataValue")
TYPE = column("31770.2.2.8.4.1.3", "blueNet2VariableDataType")
CONDITION = column("31770.2.2.8.4.1.4", "blueNet2VariableDataStatus")
# Read for each variable: nothing says that sockets of one strip, or PDUs of a chain, share it.
SCALING = column("31770.2.2.8.2.1.9", "blueNet2VariableScaling")
UNIT = column("31770.2.2.8.2.1.10", "blueNet2VariableUnit")
# type and unit of variables in A, W and kWh
CURRENT, POWER, ENERGY = ("4", "4"), ("19", "36"), ("36", "240")
# statuses: expected, undefined, deactivate, disabled
NOT_MEASURED = ("0", "1", "8", "44")
# status: lost; such a variable is kept, without a value
LOST = "7"
DEVICES = Complete(
    column("31770.2.2.4.2.1.20", "blueNet2DeviceNumberOfPhases"),
    count=scalar("31770.2.2.4.1.2.0", "blueNet2NumberOfDevices"),
    gaps=True,
)
WITH_PHASES = DEVICES.where_not("0")
device_total = partial(total, else_outlets=True, unit=THE_UNIT, units=WITH_PHASES)
ENTITY = 7  # octets of a GUID that identify the measured part

IRS = "31770.1.1.2"
IRS_TAG = column(f"{IRS}.8.1.2", "sTag")
IRS_METERS_PHASES = column(f"{IRS}.2.1.8", "pdusfeMeasure")
IRS_METERS_SOCKETS = column(f"{IRS}.2.1.9", "pdusfeSinglePoolMeasure")
YES, NO = "[1-9][0-9]*", "0"


def _irs_socket(sub_oid: str, name: str) -> Measurement:
    """A column of the sockets in thousandths.

    The rows have values if every PDU answers that it meters its sockets, and none if a PDU answers
    that it does not. There are no rows if no PDU meters its sockets, or if the answers are missing.
    """
    values = column(f"{IRS}.8.1.{sub_oid}", name)
    if_every_pdu_meters = IfMatches(values, IRS_METERS_SOCKETS, YES, others=NO)
    pdus_that_meter = IRS_METERS_SOCKETS.where_not(NO)
    return figure(
        if_listed(values.left_join(if_every_pdu_meters), pdus_that_meter),
        THOUSANDTHS,
        unmetered="not every PDU meters its sockets",
    )


def _irs_phase(sub_oid: str, name: str) -> Source:
    """A column of the phases in thousandths.

    No rows unless every PDU meters, and all are listed.
    """
    rows = IfComplete(column(f"{IRS}.6.1.{sub_oid}", name), scalar(f"{IRS}.5.0", "phasCount"))
    return IfMatches(rows, IRS_METERS_PHASES, YES, others=NO)


# The phases by two columns; no rows if a PDU does not meter them. If the value of one, the count or
# the flags are missing from an answer, there is no sum: that of the sockets is another.
IRS_PHASES = Unless(
    column(f"{IRS}.6.1.12", "pRealEnergy"),
    IRS_METERS_PHASES.where(IRS_METERS_PHASES, "0").where_not(""),
)


def _irs_total(sub_oid: str, name: str) -> Total:
    phases = LeftJoin(IRS_PHASES, _irs_phase(sub_oid, name))
    return total(figure(phases, THOUSANDTHS), else_outlets=True)


def _measurement(
    kind: tuple[str, str], guids: Source, count: Optional[Source] = None
) -> Measurement:
    """A measurement of each GUID in the column `guids`. `count`: the number of them, by device.

    There is no sum if a row's variable is missing, lost or not measured.
    """

    type_, unit = kind

    def by_guid(values: Source) -> ByOctets:
        of_kind = values.where(TYPE, type_).where(UNIT, unit)
        variables = of_kind.where_not(*NOT_MEASURED, by=CONDITION)
        known_variables = variables.left_join(variables.where_not(LOST, by=CONDITION))
        return ByOctets(known_variables, guids, ENTITY)

    of_each_guid = Number(guids, plus=0, position=0)
    rows: Source = LeftJoin(of_each_guid, by_guid(VALUE))
    if count:
        rows = Complete(rows, count=count)
    return Measurement(rows, absent=(), exponent=by_guid(SCALING))


PROFILES = (
    Profile(
        key="bachmann-bluenet2",
        vendor="Bachmann",
        mib="BACHMANN-BLUENET2-MIB",
        source=pysnmp_mibs("mibs/bachmann/BACHMANN-BLUENET2-MIB"),
        models=("BlueNet BN3000 to BN7500",),
        sys_object_ids=oids("31770.2.1"),
        contact=(contact(DEVICE_STATUS, *PRESENT, unit=THE_UNIT),),
        units=DEVICES,
        outlets=outlets(
            states=State(
                STATUS,
                on=tuple(map(str, range(9, 25, 2))),
                off=tuple(map(str, range(10, 25, 2))),
            ),
            control=Guarded(
                Write(MODE, on=1, off=2),
                MODE,
                allow=(SWITCHED_ON, SWITCHED_OFF),
                why="the device reports it as not switchable or not available",
            ),
            count=column("31770.2.2.4.2.1.22", "blueNet2DeviceNumberOfSockets"),
            name=column("31770.2.2.6.5.1.8", "blueNet2SocketFriendlyName"),
            current=_measurement(CURRENT, SOCKETS),
            power=_measurement(POWER, SOCKETS),
            energy=_measurement(ENERGY, SOCKETS),
        ),
        load=device_total(_measurement(CURRENT, PHASES, WITH_PHASES)),
        power=device_total(_measurement(POWER, PHASES, WITH_PHASES)),
        energy=device_total(_measurement(ENERGY, PHASES, WITH_PHASES)),
        evidence=SIMULATED,
        unread=(
            "blueNet2FuseStatus: the index of a socket has no fuse, and blueNet2SocketFuse is not"
            " accessible"
        ),
    ),
    Profile(
        key="bachmann-irs",
        vendor="Bachmann",
        mib="BLUENET-IRS of 2009-06-04",
        source=public("DanielleHuisman/observium-community-edition", "mibs/bachmann/BLUENET-IRS"),
        models=("BlueNet IRS, with the PDUs of its server",),
        sys_object_ids=oids("31770.1"),
        unseen=True,
        outlets=outlets(
            rows=IRS_TAG,
            count=scalar(f"{IRS}.7.0", "sockCount"),
            number=IRS_TAG,
            name=column(f"{IRS}.8.1.3", "sName"),
            current=_irs_socket("20", "sCurrent"),
            power=_irs_socket("26", "sRealPower"),
            energy=_irs_socket("28", "sRealEnergy"),
        ),
        load=_irs_total("3", "pCurrent"),
        power=_irs_total("10", "pRealPower"),
        energy=_irs_total("12", "pRealEnergy"),
        evidence=SIMULATED.of("current", "power", "energy"),
        note="No states and no commands: the MIB does not say what the values of a socket mean.",
    ),
)
