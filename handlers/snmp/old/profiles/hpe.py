"""HP and HPE: power distribution units of CPQPOWER-MIB (pdu, mpdu, pdu2, pdu3).

pdu2 and pdu3 have the design of Eaton's ePDU with other numbers. Panduit G5 and Eaton nLogic have
the tables of pdu3 below their own roots. The value written into a verb's column is a delay in
seconds; 0 is now. The older family mpdu has no commands.

The oldest is the management module for metered PDUs (pdu), which has breakers and no outlets. Its
currents are left out: they are in A before revision 1.66 of the MIB and in hundredths of A since
then. The module does not report the MIB's revision.
"""

from decimal import Decimal
from functools import partial
from typing import NamedTuple, Optional

from .language import *

PDU, MPDU = "232.165.2", "232.165.5"
DEVICE_TYPE = column(MPDU + ".3.1.1.8", "mpduDeviceType")  # of each output
CORE_STATE = Complete(column(MPDU + ".2.1.1.2", "mpduOutputStatus"), beside=DEVICE_TYPE)
CORE_COUNT = scalar(MPDU + ".1.1.0", "mpduNumMPDU")
CORE_OUTLETS = column(MPDU + ".1.2.1.19", "mpduNumOutlet")
CORE_POWER = column(MPDU + ".1.2.1.38", "mpduTotalPowerWatt")
CORE_CURRENT = column(MPDU + ".2.1.1.7", "mpduOutputCurrent")
CORE_WATTS = column(MPDU + ".2.1.1.9", "mpduOutputPowerWatt")
CORE_WH = column(MPDU + ".2.1.1.13", "mpduOutputPowerWattHour")
BAR_STATE = column(MPDU + ".4.1.1.2", "mpduSmExtBarOutletStatus")
# The table of bars has rows for every output. If no smart device is detected on an output, the type
# of its device is empty.
BARS = BAR_STATE.where_not("", by=Part(DEVICE_TYPE, over=BAR_STATE, stop=2))
MODULE_POWER = column(PDU + ".3.1.1.4", "pduOutputPower")
MODULE_PDUS = column(PDU + ".1.2.1.1", "pduIdentIndex")
POWERS_OF_PDUS = Complete(MODULE_PDUS, beside=MODULE_POWER).left_join(MODULE_POWER)
MODULE_COUNT = scalar(PDU + ".1.1.0", "numOfPdu")
COUNTED_POWERS = Complete(MODULE_POWER, count=MODULE_COUNT)
NOT_MEASURED = "-1"

# the state in rows beyond the unit's outlets, and the outlet count in rows beyond the chain's units
PADDING = "0"
# of ...InputPhaseCurrentMeasType; the others: one phase, three phases, and padding
NEUTRAL, LINES = "2", ("1", "3", "4", "5", PADDING)
CONTROLLABLE = "1"  # a value of ...Controllable; 2 is a unit that only meters
ONLY_METERS = "this unit only meters"


class PduTables(NamedTuple):
    """The tables of this design below `root`. The names of their objects start with `name`."""

    root: str
    name: str
    amps: Decimal  #: what a current of 1 means, in A
    outlet_count: Column  #: each unit's number of outlets, even if it only meters

    def column(self, below: str, name: str, *, optional: bool = False) -> Column:
        return column(f"{self.root}.{below}", self.name + name, optional=optional)

    @property
    def control_states(self) -> Column:
        return self.column("5.2.1.1", "OutletControlStatus")

    @property
    def names(self) -> Column:
        return self.column("5.1.1.2", "OutletName")

    @property
    def count_of_listed(self) -> OfUnits:
        """`outlet_count`, of units with outlets in the table of states; where no unit has some, of
        those with names of outlets."""
        listed = First((self.control_states.where_not(PADDING), self.names.where_not("")))
        return OfUnits(self.outlet_count, listed)

    def verbs(self, controllable: Column) -> Guarded:
        """The command, for outlets of units that switch."""
        verbs = Verbs(
            on=self.column("5.2.1.3", "OutletControlOnCmd"),
            off=self.column("5.2.1.2", "OutletControlOffCmd"),
        )
        unit = Part(controllable, over=self.control_states, stop=1)
        return Guarded(verbs, unit, allow=(CONTROLLABLE,), why=ONLY_METERS)

    def outlets(self, control: Control, first_unit: int = 1) -> partial[tuple[Outlets, ...]]:
        """`outlets` with what the families share: all but powers and energies.

        `first_unit`: the index of the unit printed as 1.
        """
        names = self.names
        return partial(
            outlets,
            states=State(self.control_states, on=("2",), off=("1",), absent=(PADDING,)),
            control=Guarded(
                control,
                self.column("5.2.1.8", "OutletControlSwitchable"),
                refuse=("2",),
                why="it is configured as not switchable on the device",
            ),
            rows=names.where_not(""),
            count=self.count_of_listed,
            checks_empty_table=True,
            none_if_zero=self.outlet_count,
            counts_unlisted=True,
            number=First(
                (
                    unit_and_outlet(self.control_states, first_unit),
                    unit_and_outlet(names, first_unit),
                )
            ),
            name=names,
            current=figure(self.column("5.1.1.5", "OutletCurrent"), self.amps),
        )

    @property
    def units(self) -> Where:
        """The units of the chain."""
        return self.outlet_count.where_not(PADDING)

    def total(
        self, *figures: Measurement, else_outlets: bool = False, demanded: bool = False
    ) -> Total:
        """A total of these figures over all units of the chain: the first index of a row is its
        unit. `else_outlets`, `demanded`: as in `total`.
        """
        return total(
            *figures,
            else_outlets=else_outlets,
            unit=THE_UNIT,
            units=self.units,
            demanded=demanded,
        )

    def load(self, *, has_total: bool = False, phases: Optional[Source] = None) -> Total:
        """The lines of the inputs without their neutral; with `has_total`, else the total of each
        input, else the outlets. `phases`: the number of lines of each unit, which may list more.
        """
        currents = self.column("2.2.1.11", "InputPhaseCurrent")
        types = self.column("2.2.1.9", "InputPhaseCurrentMeasType", optional=True)
        # some firmware lacks the types: a fourth row may be the neutral
        types_or_voltages = First((types, self.column("2.2.1.3", "InputPhaseVoltage")))
        rows = Complete(currents, beside=types_or_voltages, from_one=LAST_ARC)
        lines: Source = First(
            (
                if_listed(rows.where_not(NEUTRAL, by=types, others=LINES), types),
                rows.left_join(Arc(rows, -1, ("4",), keep=False)),
            )
        )
        if phases is not None:
            lines = Complete(lines, count=phases)
        if not has_total:
            return self.total(figure(lines, self.amps))
        inputs = self.column("2.1.1.11", "InputTotalCurrent")
        return self.total(figure(lines, self.amps), figure(inputs, self.amps), else_outlets=True)

    def power(self, *, else_outlets: bool = False) -> Total:
        """The power of all inputs in W."""
        watts = self.column("2.1.1.5", "InputPowerWatts")
        return self.total(figure(watts), else_outlets=else_outlets)

    @property
    def unread(self) -> str:
        name = self.name
        return (
            f"{name}GroupBreakerStatus: the MIB does not join outlets to groups; "
            f"{name}Status: of the whole unit; "
            f"{name}InputPhasePowerWatts: parts of {name}InputPowerWatts, which the same units"
            f" have; countdowns in {name}OutletControlOffCmd, ...OnCmd, ...RebootCmd: "
            f"{name}OutletControlStatus itself says pendingOff and pendingOn"
        )


PDU2 = PduTables(
    "232.165.7",
    "pdu2",
    THOUSANDTHS,
    column("232.165.7.1.2.1.12", "pdu2OutletCount"),
)
PDU3 = PduTables(
    "232.165.11",
    "pdu3",
    HUNDREDTHS,
    column("232.165.11.1.2.1.13", "pdu3OutletCount"),
)
# each unit of a chain has this row, also one without outlets; rows of padding have none
PDU2_PHASES = PDU2.column("1.2.1.10", "InputPhaseCount", optional=True)
PDU3_PHASES = PDU3.column("1.2.1.11", "InputPhaseCount")
PDU3_CONTROLLABLE = PDU3.column("1.2.1.10", "Controllable")


def _core_and_bars(core: Source, bar: str, name: str) -> Concat:
    return Concat((core, column(f"{MPDU}.4.1.1.{bar}", name)))


def _of_core(values: Column, scale: Decimal = ONES) -> Measurement:
    """A figure of the outputs of the core. -1 "means not measurable" (CPQPOWER-MIB)."""
    return figure(
        values.left_join(values.where_not(NOT_MEASURED)),
        scale,
        unmetered="the core calls an output not measurable",
    )


hpe_profile = partial(Profile, vendor="HPE", source=librenms("hp/CPQPOWER-MIB"))

PROFILES = (
    hpe_profile(
        key="hpe-mapdu3",
        mib="CPQPOWER-MIB (pdu3)",
        models=("G2 metered and switched PDU, newer controller (P9S)",),
        sys_object_ids=oids(PDU3.root),
        units=Complete(PDU3_PHASES, count=scalar("232.165.11.1.1.0", "pdu3NumberPDU"), gaps=True),
        outlets=PDU3.outlets(PDU3.verbs(PDU3_CONTROLLABLE))(
            # the outlets of units that switch are counted even if none is listed
            count=First(
                (PDU3.outlet_count.where(PDU3_CONTROLLABLE, CONTROLLABLE), PDU3.count_of_listed)
            ),
            power=figure(PDU3.column("5.1.1.13", "OutletWatts")),
            energy=figure(PDU3.column("5.1.1.14", "OutletWh", optional=True)),
        ),
        load=replace(PDU3.load(phases=PDU3_PHASES), demanded=True),
        power=PDU3.power(),
        energy=PDU3.total(figure(PDU3.column("2.1.1.6", "InputTotalEnergy", optional=True))),
        evidence=SIMULATED,
        recording="hpe-mapdu_pdu3",
        note=(
            "Energies are in kWh although the outlet's object is called Wh. The input's power is in"
            " W although its description says 0.001 W."
        ),
        unread=PDU3.unread,
    ),
    hpe_profile(
        key="hpe-mapdu2",
        mib="CPQPOWER-MIB (pdu2)",
        models=("G2 metered and switched PDU (P9R, P9S, H8B)",),
        sys_object_ids=oids(PDU2.root),
        units=Complete(PDU2_PHASES, count=scalar("232.165.7.1.1.0", "pdu2NumberPDU"), gaps=True),
        outlets=PDU2.outlets(PDU2.verbs(PDU2.column("1.2.1.9", "Controllable")), first_unit=0)(
            power=figure(PDU2.column("5.1.1.14", "OutletWatts")),
            energy=figure(PDU2.column("5.1.1.15", "OutletWh"), THOUSANDTHS),
        ),
        load=replace(PDU2.load(), demanded=True),
        power=PDU2.power(),
        energy=PDU2.total(
            figure(PDU2.column("2.1.1.6", "InputPowerWattHour"), THOUSANDTHS), demanded=True
        ),
        evidence=SIMULATED,
        recording="hpe-mapdu_pdu2",
        unread=PDU2.unread,
    ),
    hpe_profile(
        key="hpe-ipdu",
        mib="CPQPOWER-MIB (mpdu)",
        models=("Intelligent Modular PDU AF5xxA with its extension bars",),
        sys_object_ids=oids(MPDU),
        units=Complete(CORE_OUTLETS, count=CORE_COUNT, gaps=True),
        outlets=outlets(
            states=State(Concat((CORE_STATE, BARS)), on=("on",), off=("off",)),
            count=CORE_OUTLETS,
            checks_empty_table=True,
            number=Concat(
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
        power=total(
            figure(Complete(CORE_POWER, count=CORE_COUNT, gaps=True)), _of_core(CORE_WATTS)
        ),
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
    hpe_profile(
        key="hpe-pdu-module",
        mib="CPQPOWER-MIB 1.80 (pdu)",
        models=("PDU Management Module for metered PDUs",),
        sys_object_ids=oids(PDU),
        described=r"(?is).*(\bPDU\b|Power Distribution).*",
        # A row for each PDU. No total unless each row, and at least numOfPdu rows, has a power; on
        # a module without that number, unless each PDU of the table of identities has one, too.
        power=total(
            figure(IfMatches(COUNTED_POWERS, MODULE_COUNT, pattern="[1-9][0-9]*")),
            figure(Unless(POWERS_OF_PDUS, MODULE_COUNT)),
            figure(Unless(Unless(MODULE_POWER, MODULE_PDUS), MODULE_COUNT)),
        ),
        evidence=SIMULATED.of("power"),
        note=(
            "It has no outlets. Its current is not read, because its unit changed between revisions"
            " of the MIB. Some units have no sysObjectID: they are told by sysDescr."
        ),
    ),
)
