"""HP and HPE: power distribution units of CPQPOWER-MIB (pdu, mpdu, pdu2, pdu3).

pdu2 and pdu3 have the design of Eaton's ePDU with other numbers: state 1 is off and 2 is on, and
each verb's column is one lower than Eaton's. pdu3 counts in hundredths of A and in kWh, pdu2 in mA
and Wh. Panduit G5 and Eaton nLogic have the tables of pdu3 below their own roots. The value written
into a verb's column is a delay in seconds; 0 is now. The older family mpdu reports states as words
and has no commands.

The oldest is the management module for metered PDUs (pdu), which has breakers and no outlets. Its
currents are left out: they are in A before revision 1.66 of the MIB and in hundredths of A since
then. The module does not report the MIB's revision.
"""

from decimal import Decimal
from typing import Optional

from .language import *

PDU, PDU2, PDU3, MPDU = "232.165.2", "232.165.7", "232.165.11", "232.165.5"
# of each unit, even if it only meters
PDU2_COUNT = column(PDU2 + ".1.2.1.12", "pdu2OutletCount")
PDU3_COUNT = column(PDU3 + ".1.2.1.13", "pdu3OutletCount")
PDU3_PHASES = column(PDU3 + ".1.2.1.11", "pdu3InputPhaseCount")
CORE_STATE = column(MPDU + ".2.1.1.2", "mpduOutputStatus")
CORE_CURRENT = column(MPDU + ".2.1.1.7", "mpduOutputCurrent")
CORE_WATTS = column(MPDU + ".2.1.1.9", "mpduOutputPowerWatt")
CORE_WH = column(MPDU + ".2.1.1.13", "mpduOutputPowerWattHour")
BAR_STATE = column(MPDU + ".4.1.1.2", "mpduSmExtBarOutletStatus")
# The table of bars has rows for every output. If no smart device is detected on an output, the type
# of its device is empty.
BARS = without(
    BAR_STATE, "", by=Part(column(MPDU + ".3.1.1.8", "mpduDeviceType"), over=BAR_STATE, stop=2)
)
MODULE_POWER = column(PDU + ".3.1.1.4", "pduOutputPower")
MODULE_PDUS = column(PDU + ".1.2.1.1", "pduIdentIndex")
MODULE_COUNT = scalar(PDU + ".1.1.0", "numOfPdu")
NOT_MEASURED = "-1"

# the state in rows beyond the unit's outlets, and the outlet count in rows beyond the chain's units
PADDING = "0"
# of ...InputPhaseCurrentMeasType; the others: one phase, three phases, and padding
NEUTRAL, LINES = "2", ("1", "3", "4", "5", PADDING)
CONTROLLABLE = "1"  # a value of ...Controllable; 2 is a unit that only meters
# in the indexes of outlets and inputs, the first arc is the unit in the chain
THE_UNIT = Arcs(stop=1)
CPQPOWER = librenms("hp/CPQPOWER-MIB")


def family_outlets(
    root: str,
    name: str,
    amps: Decimal,
    kilowatt_hours: Optional[Decimal],
    watts: int,
    count: Source,
    control: Optional[Control] = None,
    first_unit: int = 1,
    states: Optional[Source] = None,
    controllable: str = "",
    switched: str = "",
    doubts: tuple[Doubt, ...] = (),
) -> tuple[Outlets, ...]:
    """The outlets of this design below `root`. The names of its objects start with `name`.

    `amps`, `kilowatt_hours`: the scales of currents and energies; None for a family without
    energies. `watts`: the column of the power; the next column is the energy. `count`: each unit's
    number of outlets. `control`: None if each verb has a column. `first_unit`: the index of the
    unit printed as 1. `states`: the states without padding rows, if padding does not read 0.
    `controllable`: the column that shows which units switch; their outlets are counted even if none
    is listed. `switched`: the same column, if its value is needed for a command; "" where `control`
    has such a guard. `doubts`: objects that only one family has.
    """
    verbs = Verbs(
        on=column(f"{root}.5.2.1.3", name + "OutletControlOnCmd"),
        off=column(f"{root}.5.2.1.2", name + "OutletControlOffCmd"),
    )
    names = column(f"{root}.5.1.1.2", name + "OutletName")
    control_states = column(f"{root}.5.2.1.1", name + "OutletControlStatus")
    commands = control or verbs
    if switched:
        unit = column(f"{root}.1.2.1.{switched}", name + "Controllable")
        commands = Guarded(
            commands,
            Part(unit, over=control_states, stop=1),
            allow=(CONTROLLABLE,),
            why="this unit only meters",
        )

    own_count: Source = OfUnits(count, states or without(control_states, PADDING))
    if controllable:
        unit = column(f"{root}.1.2.1.{controllable}", name + "Controllable")
        own_count = First((Only(count, unit, (CONTROLLABLE,)), own_count))

    return outlets(
        states=State(
            states or control_states, on=("2",), off=("1",), absent=(PADDING,), doubts=doubts
        ),
        control=Guarded(
            commands,
            column(f"{root}.5.2.1.8", name + "OutletControlSwitchable"),
            refuse=("2",),
            why="it is configured as not switchable on the device",
        ),
        rows=without(names, ""),
        count=own_count,
        count_if_empty=True,
        none_if_zero=zero_outlets_proof(count),
        number=First(
            (unit_and_outlet(control_states, first_unit), unit_and_outlet(names, first_unit))
        ),
        name=names,
        current=figure(column(f"{root}.5.1.1.5", name + "OutletCurrent"), amps),
        power=figure(column(f"{root}.5.1.1.{watts}", name + "OutletWatts")),
        energy=(
            figure(column(f"{root}.5.1.1.{watts + 1}", name + "OutletWh"), kilowatt_hours)
            if kilowatt_hours
            else None
        ),
    )


def chain_total(*figures: Figure, units: Source, else_outlets: bool = False) -> Total:
    """A total of these figures.

    `units` has a row for each unit of the chain; a value of 0 is padding.
    """
    return total(*figures, else_outlets=else_outlets, unit=THE_UNIT, units=without(units, PADDING))


def load(
    root: str,
    name: str,
    amps: Decimal,
    units: Source,
    *,
    has_total: bool = False,
    phases: Optional[Source] = None,
) -> Total:
    """The lines of the inputs without their neutral; with `has_total`, else the total of each
    input, else the outlets. `phases`: the number of lines of each unit, which may list more.
    """
    currents = column(f"{root}.2.2.1.11", name + "InputPhaseCurrent")
    types = column(f"{root}.2.2.1.9", name + "InputPhaseCurrentMeasType")
    # some firmware lacks the types: a fourth row may be the neutral
    types_or_voltages = First((types, column(f"{root}.2.2.1.3", name + "InputPhaseVoltage")))
    rows = Complete(currents, beside=types_or_voltages, numbered=-1)
    lines: Source = First(
        (
            if_listed(without(rows, NEUTRAL, by=types, others=LINES), types),
            Listed(rows, Arc(rows, -1, ("4",), keep=False)),
        )
    )
    if phases is not None:
        lines = Complete(lines, count=phases)
    totals = (
        [figure(column(f"{root}.2.1.1.11", name + "InputTotalCurrent"), amps)] if has_total else []
    )
    return chain_total(figure(lines, amps), *totals, units=units, else_outlets=has_total)


def power(root: str, name: str, units: Source, *, else_outlets: bool = False) -> Total:
    """The power of all inputs in W."""
    watts = figure(column(f"{root}.2.1.1.5", name + "InputPowerWatts"))
    return chain_total(watts, units=units, else_outlets=else_outlets)


def unread(name: str) -> str:
    return (
        f"{name}GroupBreakerStatus: the MIB does not join outlets to groups; "
        f"{name}Status: of the whole unit; "
        f"{name}InputPhasePowerWatts: parts of {name}InputPowerWatts, which the same units have; "
        f"countdowns in {name}OutletControlOffCmd, ...OnCmd, ...RebootCmd: "
        f"{name}OutletControlStatus itself says pendingOff and pendingOn"
    )


def _core_and_bars(core: Source, bar: str, name: str) -> Merged:
    return Merged((core, column(f"{MPDU}.4.1.1.{bar}", name)))


def _of_core(values: Column, scale: Decimal = ONES) -> Figure:
    """A figure of the outputs of the core. -1 "means not measurable" (CPQPOWER-MIB)."""
    return figure(
        Listed(values, without(values, NOT_MEASURED)),
        scale,
        unmetered="the core calls an output not measurable",
    )


PROFILES = (
    Profile(
        key="hpe-mapdu3",
        vendor="HPE",
        mib="CPQPOWER-MIB (pdu3)",
        source=CPQPOWER,
        models=("G2 metered and switched PDU, newer controller (P9S)",),
        sys_object_ids=oids(PDU3),
        outlets=family_outlets(
            PDU3,
            "pdu3",
            HUNDREDTHS,
            ONES,
            watts=13,
            count=PDU3_COUNT,
            controllable="10",
            switched="10",
        ),
        load=load(PDU3, "pdu3", HUNDREDTHS, PDU3_COUNT, phases=PDU3_PHASES),
        power=power(PDU3, "pdu3", PDU3_COUNT),
        energy=chain_total(
            figure(column(PDU3 + ".2.1.1.6", "pdu3InputTotalEnergy")), units=PDU3_COUNT
        ),
        evidence=SIMULATED,
        recording="hpe-mapdu_pdu3",
        note=(
            "Energies are in kWh although the outlet's object is called Wh. The input's power is in"
            " W although its description says 0.001 W."
        ),
        unread=unread("pdu3"),
    ),
    Profile(
        key="hpe-mapdu2",
        vendor="HPE",
        mib="CPQPOWER-MIB (pdu2)",
        source=CPQPOWER,
        models=("G2 metered and switched PDU (P9R, P9S, H8B)",),
        sys_object_ids=oids(PDU2),
        outlets=family_outlets(
            PDU2,
            "pdu2",
            THOUSANDTHS,
            THOUSANDTHS,
            watts=14,
            first_unit=0,
            count=PDU2_COUNT,
            switched="9",
        ),
        load=load(PDU2, "pdu2", THOUSANDTHS, PDU2_COUNT),
        power=power(PDU2, "pdu2", PDU2_COUNT),
        energy=chain_total(
            figure(column(PDU2 + ".2.1.1.6", "pdu2InputPowerWattHour"), THOUSANDTHS),
            units=PDU2_COUNT,
        ),
        evidence=SIMULATED,
        recording="hpe-mapdu_pdu2",
        unread=unread("pdu2"),
    ),
    Profile(
        key="hpe-ipdu",
        vendor="HPE",
        mib="CPQPOWER-MIB (mpdu)",
        source=CPQPOWER,
        models=("Intelligent Modular PDU AF5xxA with its extension bars",),
        sys_object_ids=oids(MPDU),
        outlets=outlets(
            states=State(Merged((CORE_STATE, BARS)), on=("on",), off=("off",)),
            count=column(MPDU + ".1.2.1.19", "mpduNumOutlet"),
            count_if_empty=True,
            number=Merged(
                (
                    Number(CORE_STATE, plus=0),
                    Chained(Number(BAR_STATE, plus=0, position=1), Number(BAR_STATE, plus=0), "-"),
                )
            ),
            current=figure(
                _core_and_bars(CORE_CURRENT, "6", "mpduSmExtBarOutletCurrent"), HUNDREDTHS
            ),
            power=figure(_core_and_bars(CORE_WATTS, "7", "mpduSmExtBarOutletPowerWatt")),
            energy=figure(
                _core_and_bars(CORE_WH, "20", "mpduSmExtBarOutletPowerWattHour"), THOUSANDTHS
            ),
        ),
        # The current of a bar also flows through its output, so bars are not summed.
        load=total(_of_core(CORE_CURRENT, HUNDREDTHS)),
        power=total(figure(column(MPDU + ".1.2.1.38", "mpduTotalPowerWatt")), _of_core(CORE_WATTS)),
        energy=total(_of_core(CORE_WH, THOUSANDTHS)),
        evidence=SIMULATED.of("state", "current", "power", "energy"),
        note=(
            "Outlets are pdu.output on the core, and pdu.output.outlet on the bar that is plugged"
            " into that output."
        ),
        unread=(
            "mpduDeviceStatus: the MIB does not say what a problem of a bar means for its outlets"
        ),
    ),
    Profile(
        key="hpe-pdu-module",
        vendor="HPE",
        mib="CPQPOWER-MIB 1.80 (pdu)",
        source=CPQPOWER,
        models=("PDU Management Module for metered PDUs",),
        sys_object_ids=oids(PDU),
        described=r"(?is).*(\bPDU\b|Power Distribution).*",
        # A row for each PDU. No total unless at least numOfPdu rows have a power; on a module
        # without that number, unless each PDU of the table of identities, and each row, has one.
        power=total(
            figure(Whole(without(MODULE_POWER, NOT_MEASURED), MODULE_COUNT)),
            figure(
                Unless(
                    Listed(Complete(MODULE_PDUS, beside=MODULE_POWER), MODULE_POWER), MODULE_COUNT
                )
            ),
            figure(Unless(Unless(MODULE_POWER, MODULE_PDUS), MODULE_COUNT)),
        ),
        evidence=SIMULATED.of("power"),
        note=(
            "It has no outlets. Its current is not read, because its unit changed between revisions"
            " of the MIB. Some units have no sysObjectID: they are told by sysDescr."
        ),
    ),
)
