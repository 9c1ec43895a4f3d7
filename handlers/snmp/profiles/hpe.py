"""HP and HPE: power distribution units of CPQPOWER-MIB (pdu, mpdu, pdu2, pdu3).

pdu2 and pdu3 have the design of Eaton's ePDU with other numbers. Panduit G5 and Eaton nLogic have
the tables of pdu3 below their own roots. The value written into a verb's column is a delay in
seconds; 0 is now. The older family mpdu has no commands.

The oldest is the management module for metered PDUs (pdu), which has breakers and no outlets. Its
currents are left out: they are in A before revision 1.66 of the MIB and in hundredths of A since
then. The module does not report the MIB's revision.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple, Optional

from ..cells import Rows
from ..completeness import with_missing_first_rows, with_missing_rows_of, with_missing_up_to_count
from ..computed import Complete
from ..controls import Guard, Write
from ..decoding import text
from ..evidence import SIMULATED
from ..filters import none_of, of_units, one_of, where, without, without_arc, yes_or_no
from ..joins import concat, left_join, numbered, part_of, with_units
from ..measurements import Measurement
from ..objects import Column, Parts, Scalar
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from ..totals import Total
from .language import THE_UNIT, column, figure, oids, outlets, scalar, total
from .links import librenms
from .scales import HUNDREDTHS, ONES, THOUSANDTHS
from .shared_values import of_unit
from .sources import LAST_ARC, first, on_demand, rows_without, unit_and_outlet

PDU, MPDU = "232.165.2", "232.165.5"
# the state in rows beyond the unit's outlets, and the outlet count in rows beyond the chain's units
PADDING = "0"
# of ...InputPhaseCurrentMeasType; the others: one phase, three phases, and padding
NEUTRAL, LINES = "2", ("1", "3", "4", "5", PADDING)
CONTROLLABLE = "1"  # a value of ...Controllable; 2 is a unit that only meters
ONLY_METERS = "this unit only meters"


class PduTables(NamedTuple):
    """The tables that several vendors' PDUs share, each below an own `root`: the names of their
    objects start with `name`. Its methods make the parts of an entry.

    >>> PDU3.states.object, PDU3.states.oid
    ('pdu3OutletControlStatus', '1.3.6.1.4.1.232.165.11.5.2.1.1')
    """

    root: str
    name: str
    amps: Decimal  #: what a current of 1 means, in A
    count_arc: int = 13  #: of the column of `outlet_count`

    def column(self, below: str, name: str, *, optional: bool = False) -> Column:
        return column(f"{self.root}.{below}", self.name + name, optional=optional)

    @property
    def outlet_count(self) -> Column:
        """Each unit's number of outlets, even if it only meters."""
        return self.column(f"1.2.1.{self.count_arc}", "OutletCount")

    @property
    def unit_count(self) -> Scalar:
        return scalar(f"{self.root}.1.1.0", f"{self.name}NumberPDU")

    @property
    def states(self) -> Column:
        return self.column("5.2.1.1", "OutletControlStatus")

    @property
    def names(self) -> Column:
        return self.column("5.1.1.2", "OutletName")

    def counts(self, controllable: Optional[Column] = None) -> ComputedRows:
        """The number of outlets of each unit, with which the outlets that are listed are compared.
        Units that only meter count their outlets, too, and list none: they are left out.

        >>> counts = PDU3.counts(PDU3_CONTROLLABLE)
        >>> chain = {PDU3.outlet_count: {"1": 24, "2": 24}}
        >>> counts.rows(tables_of({**chain, PDU3_CONTROLLABLE: {"1": 1, "2": 2}}))
        {'1': 24}

        If no unit switches, those count that list a state, else those that list a name:

        >>> meters = {**chain, PDU3_CONTROLLABLE: {"1": 2, "2": 2}}
        >>> counts.rows(tables_of({**meters, PDU3.states: {"2.1": 2}}))
        {'2': 24}
        >>> counts.rows(tables_of({**meters, PDU3.names: {"1.1": "A"}}))
        {'1': 24}

        controllable: the column that tells whether a unit switches (1); without it, the states
        tell.
        """

        @computed_from(self.outlet_count, self.states, *([controllable] if controllable else []))
        def rows(tables: Tables) -> Rows:
            """The outlet counts of units that switch, else of those with states, else of those with
            names.
            """
            if controllable:
                # the counts first: they show that the table is there, so that a mark may be lost
                every_count = tables[self.outlet_count]
                counts = where(every_count, tables[controllable], one_of(CONTROLLABLE))
                if counts:
                    return counts
            listed_outlets = without(tables[self.states], PADDING)
            if not listed_outlets:
                listed_outlets = without(tables[self.names], "")
            if not listed_outlets:
                return {}
            return of_units(tables[self.outlet_count], listed_outlets)

        return rows

    def guard(
        self, controllable: Column, *, allow: Sequence[str] = (), refuse: Sequence[str] = ()
    ) -> Guard:
        """Refuses a command to an outlet whose unit only meters, by the unit's value of
        `controllable`. The table of states says which outlets there are; 2.7 is of unit 2:

        >>> guard = PDU3.guard(PDU3_CONTROLLABLE, allow=("1",))
        >>> chain = tables_of({PDU3_CONTROLLABLE: {"1": 1, "2": 2}})
        >>> guard.raise_if_forbidden(chain.one_row("1.7"), "1.7")
        >>> guard.raise_if_forbidden(chain.one_row("2.7"), "2.7")
        Traceback (most recent call last):
        handlers.shared.errors.Unsupported: outlet 2.7 is not switched: this unit only meters ...

        allow, refuse: the values that allow or forbid it; one of them is given.
        """
        flag_of_outlet = of_unit(controllable, self.states)
        return Guard(flag_of_outlet, ONLY_METERS, tuple(allow), tuple(refuse))

    def outlets(
        self, control: Write, guard: Guard, states: Optional[State] = None, *, first_unit: int = 1
    ) -> partial[tuple[Outlets, ...]]:
        """Makes a family's outlets: states (2 on, 1 off), names, printed numbers and currents,
        which all families with these tables have. The caller adds powers and energies.

        >>> meters = PDU3.guard(PDU3_CONTROLLABLE, allow=("1",))
        >>> (way,) = PDU3.outlets(PDU3.verbs, meters)(power=figure(column("~.1", "OutletPower")))
        >>> unit = tables_of({PDU3.states: {"1.1": 2, "1.2": 1, "1.3": 0}})
        >>> [decision.state.name for decision in way.states.decisions(unit).values()]
        ['UP', 'DOWN']
        >>> way.number.rows(unit)
        {'1.1': '1', '1.2': '2', '1.3': '3'}

        control: the command.
        guard: what refuses a command to a unit that only meters.
        states: those of a family that marks its rows of padding otherwise than by 0.
        first_unit: the arc of the unit that is printed as 1.

        An outlet without a name is padding. A command is refused to one that the device calls not
        switchable (OutletControlSwitchable other than 1).
        """
        names = self.names

        @computed_from(names)
        def named(tables: Tables) -> Rows:
            """The outlets that have a name; a row whose name is lost may be padding."""
            return {row: name for row, name in tables[names].items() if text(name)}

        return partial(
            outlets,
            states or State(self.states, on=("2",), off=("1",), absent=(PADDING,)),
            control,
            Guard(
                self.column("5.2.1.8", "OutletControlSwitchable"),
                allow=("1",),
                why="it is configured as not switchable on the device",
            ),
            guard,
            rows=named,
            count=self.counts(),
            checks_empty_table=True,
            none_if_zero=self.outlet_count,
            counts_unlisted=True,
            number=unit_and_outlet(self.states, names, first_unit=first_unit),
            name=names,
            current=figure(self.column("5.1.1.5", "OutletCurrent"), self.amps),
        )

    def verbs(self) -> Write:
        on = self.column("5.2.1.3", "OutletControlOnCmd")
        return Write(on, 0, 0, off_at=self.column("5.2.1.2", "OutletControlOffCmd"))

    def total(
        self, *figures: Measurement, else_outlets: bool = False, always_there: bool = False
    ) -> Total:
        """A load, power or energy of the whole chain: the first of `figures` that the device has,
        as a sum over its rows. Each unit with a row of OutletCount must have a row of it; the first
        arc of a row is its unit. A count of 0 is no unit.

        >>> WATTS = PDU3.column("2.1.1.5", "InputPowerWatts")
        >>> power = PDU3.total(figure(WATTS))
        >>> outlet_counts = {PDU3.outlet_count: {"1": 24, "2": 24}}
        >>> power.read(tables_of({WATTS: {"1.1": 800, "2.1": 300}, **outlet_counts}), None)
        Decimal('1100')
        >>> power.read(tables_of({WATTS: {"1.1": 800}, **outlet_counts}), None)
        NotMetered(reason='unit 2 without a meter')

        else_outlets: a device without any of them has the sum of its outlets.
        always_there: each device has one of them; one that answers none is not known.
        """
        units = rows_without(self.outlet_count, PADDING)
        return total(
            *figures,
            else_outlets=else_outlets,
            unit=THE_UNIT,
            units=units,
            always_there=always_there,
        )

    def lines(self, phases: Optional[Column] = None) -> ComputedRows:
        """The current of each line of the inputs, without the neutral, whose current the lines have
        already carried: the load is their sum. InputPhaseCurrentMeasType tells the neutral (2).

        >>> AMPERES = PDU3.column("2.2.1.11", "InputPhaseCurrent")
        >>> TYPES = PDU3.column("2.2.1.9", "InputPhaseCurrentMeasType", optional=True)
        >>> types = {TYPES: {"1.1.1": 3, "1.1.2": 4, "1.1.3": 5, "1.1.4": 2}}
        >>> currents = {"1.1.1": 52, "1.1.2": 48, "1.1.3": 50, "1.1.4": 3}
        >>> PDU3.lines().rows(tables_of({AMPERES: currents, **types}))
        {'1.1.1': 52, '1.1.2': 48, '1.1.3': 50}

        A line that has a type and no current is missing. So is a row without a type, or with one
        that the MIB does not name: it may be the neutral.

        >>> unit = tables_of({AMPERES: {"1.1.1": 52, "1.1.2": 48}, **types})
        >>> PDU3.lines().rows(unit)["1.1.3"].reason
        'no answer'

        On firmware without any type, a fourth row may be the neutral and is emptied, and the lines
        are those that have a voltage.

        >>> PDU3.lines().rows(tables_of({AMPERES: currents}))
        {'1.1.1': 52, '1.1.2': 48, '1.1.3': 50, '1.1.4': ''}

        phases: the number of lines of each unit; the table may list more. A unit with fewer rows
        than this has one missing.
        """
        currents = self.column("2.2.1.11", "InputPhaseCurrent")
        types = self.column("2.2.1.9", "InputPhaseCurrentMeasType", optional=True)
        volts = self.column("2.2.1.3", "InputPhaseVoltage")

        @computed_from(currents, types, on_demand=(volts,))
        def rows(tables: Tables) -> Rows:
            every_current = tables[currents]  # first, as each column that shows the table
            listed_rows = tables[types] or tables[volts]
            currents_of_all = with_missing_rows_of(every_current, listed_rows)
            every_row = with_missing_first_rows(currents_of_all, LAST_ARC)
            lines = where(every_row, tables[types], yes_or_no(LINES, (NEUTRAL,)))
            if not tables[types]:  # some firmware lacks the types: a fourth row may be the neutral
                first_three = without_arc(every_row, -1, "4")
                lines = left_join(every_row, first_three)
            if not phases:
                return lines
            return with_missing_up_to_count(lines, tables[phases])

        return rows

    def load(
        self,
        phases: Optional[Column] = None,
        *,
        has_total: bool = False,
        always_there: bool = False,
    ) -> Total:
        """The load of the chain in A: the sum of its lines.

        >>> load = PDU3.load(has_total=True)
        >>> LINES_AMPERES = PDU3.column("2.2.1.11", "InputPhaseCurrent")
        >>> load.read(tables_of({LINES_AMPERES: {"1.1.1": 520, "1.1.2": 480}}), None)
        Decimal('10.00')

        With `has_total`, a unit without lines has the total of each input instead, or the sum of
        its outlets:

        >>> TOTAL = PDU3.column("2.1.1.11", "InputTotalCurrent")
        >>> load.read(tables_of({TOTAL: {"1.1": 900}}), None)
        Decimal('9.00')
        >>> load.read(tables_of({}), None, outlets={"1.1": Decimal("1.5")})
        Decimal('1.5')

        A fourth line that may be the neutral leaves the load unmetered, with that reason.

        phases: the number of lines of each unit; the table may list more.
        always_there: each device has lines; one that answers none is not known. With `has_total`
            it has no effect: the outlets take the place of the lines.
        """
        lines = figure(
            self.lines(phases),
            self.amps,
            unmetered="its firmware does not say whether the fourth line is the neutral",
        )
        if not has_total:
            return self.total(lines, always_there=always_there)
        inputs = self.column("2.1.1.11", "InputTotalCurrent")
        return self.total(lines, figure(inputs, self.amps), else_outlets=True)

    def power(self, *, else_outlets: bool = False) -> Total:
        """The power of all inputs in W."""
        watts = self.column("2.1.1.5", "InputPowerWatts")
        return self.total(figure(watts), else_outlets=else_outlets)

    @property
    def unread(self) -> str:
        """Which states of these tables the family does not read, and why: the text of an entry's
        `unread`, for who compares it with the MIB.

        >>> print(PDU3.unread.partition(";")[0])
        pdu3GroupBreakerStatus: the MIB does not join outlets to groups
        """
        name = self.name
        return (
            f"{name}GroupBreakerStatus: the MIB does not join outlets to groups; "
            f"{name}Status: of the whole unit; "
            f"{name}InputPhasePowerWatts: parts of {name}InputPowerWatts, which the same units"
            f" have; countdowns in {name}OutletControlOffCmd, ...OnCmd, ...RebootCmd: "
            f"{name}OutletControlStatus itself says pendingOff and pendingOn"
        )


PDU2 = PduTables("232.165.7", "pdu2", THOUSANDTHS, count_arc=12)
PDU3 = PduTables("232.165.11", "pdu3", HUNDREDTHS)
# each unit of a chain has this row, also one without outlets; rows of padding have none
PDU2_PHASES = PDU2.column("1.2.1.10", "InputPhaseCount", optional=True)
PDU2_CONTROLLABLE = PDU2.column("1.2.1.9", "Controllable")
PDU3_PHASES = PDU3.column("1.2.1.11", "InputPhaseCount")
PDU3_CONTROLLABLE = PDU3.column("1.2.1.10", "Controllable")


# mpdu: a core with outputs, and bars that are plugged into outputs and have outlets of their own
DEVICE_TYPE = column(MPDU + ".3.1.1.8", "mpduDeviceType")  # of each output
CORE_STATE = column(MPDU + ".2.1.1.2", "mpduOutputStatus")
CORE_COUNT = scalar(MPDU + ".1.1.0", "mpduNumMPDU")
CORE_OUTLETS = column(MPDU + ".1.2.1.19", "mpduNumOutlet")
CORE_POWER = column(MPDU + ".1.2.1.38", "mpduTotalPowerWatt")
CORE_CURRENT = column(MPDU + ".2.1.1.7", "mpduOutputCurrent")
CORE_WATTS = column(MPDU + ".2.1.1.9", "mpduOutputPowerWatt")
CORE_WH = column(MPDU + ".2.1.1.13", "mpduOutputPowerWattHour")
BAR_STATE = column(MPDU + ".4.1.1.2", "mpduSmExtBarOutletStatus")
NOT_MEASURED = "-1"


@computed_from(CORE_STATE, BAR_STATE, DEVICE_TYPE)
def core_and_bars(tables: Tables) -> Rows:
    """The states of a modular PDU's outlets: the outputs of its core, and the outlets of the bars
    that are plugged into outputs. Row 1.2.1 is outlet 1 of the bar at output 2. The table of bars
    has rows for every output; one without a bar has an empty mpduDeviceType. `type_of_output` has
    the type of output 1.2 in row 1.2.1. An output with a type and no state is missing.

    >>> core = {CORE_STATE: {"1.1": "on", "1.2": "on"}, DEVICE_TYPE: {"1.1": "bar", "1.2": ""}}
    >>> core_and_bars.rows({**core, BAR_STATE: {"1.1.1": "off", "1.2.1": "off"}})
    {'1.1': 'on', '1.2': 'on', '1.1.1': 'off'}
    """
    types, outlets_of_bars = tables[DEVICE_TYPE], tables[BAR_STATE]
    type_of_output = part_of(types, outlets_of_bars, stop=2)
    plugged_bars = where(outlets_of_bars, type_of_output, none_of(""))
    every_output = with_missing_rows_of(tables[CORE_STATE], types)
    return concat(every_output, plugged_bars)


@computed_from(CORE_STATE, BAR_STATE, DEVICE_TYPE)
def mpdu_numbers(tables: Tables) -> Rows:
    """The printed number of an output of the core, and the output and number of an outlet of a bar.

    >>> core = {CORE_STATE: {"1.1": "on", "1.2": "on"}, DEVICE_TYPE: {"1.1": "bar", "1.2": "bar"}}
    >>> mpdu_numbers.rows({**core, BAR_STATE: {"1.1.1": "off", "1.2.1": "off"}})
    {'1.1': '1', '1.2': '2', '1.1.1': '1-1', '1.2.1': '2-1'}
    """
    outputs, bars = tables[CORE_STATE], tables[BAR_STATE]
    every_output = with_missing_rows_of(outputs, tables[DEVICE_TYPE])
    output_of_bar = numbered(bars, position=1)
    numbers_of_bars = with_units(output_of_bar, numbered(bars), "-")
    return concat(numbered(every_output), numbers_of_bars)


def _with_bars(core: Column, below: str, name: str) -> Parts:
    return Parts((("", core), ("", column(f"{MPDU}.4.1.1.{below}", "mpduSmExtBarOutlet" + name))))


def _of_core(values: Column, scale: Decimal = ONES) -> Measurement:
    """A current, power or energy of each output of the core. -1 "means not measurable"
    (CPQPOWER-MIB): it is emptied, and counts as not metered.

    >>> _of_core(CORE_WATTS).source.rows({CORE_WATTS: {"1.1": 230, "1.2": -1}})
    {'1.1': 230, '1.2': ''}
    """

    @computed_from(values)
    def rows(tables: Tables) -> Rows:
        measured_values = without(tables[values], NOT_MEASURED)
        return left_join(tables[values], measured_values)

    return figure(rows, scale, unmetered="the core calls an output not measurable")


MODULE_POWER = column(PDU + ".3.1.1.4", "pduOutputPower")
MODULE_PDUS = column(PDU + ".1.2.1.1", "pduIdentIndex")
MODULE_COUNT = scalar(PDU + ".1.1.0", "numOfPdu")


@computed_from(MODULE_POWER, MODULE_PDUS, MODULE_COUNT)
def module_powers(tables: Tables) -> Rows:
    """The power of each PDU of a management module: their sum is its power. The module says how
    many PDUs it has (numOfPdu); one that is counted without a power is missing.

    >>> powers = {MODULE_POWER: {"1": 800, "2": 300}}
    >>> module_powers.rows(tables_of({**powers, MODULE_COUNT: {"0": 2}}))
    {'1': 800, '2': 300}
    >>> list(module_powers.rows(tables_of({**powers, MODULE_COUNT: {"0": 3}})))
    ['1', '2', '0.']

    Without numOfPdu it lists them in a table of identities. One without a power is empty, so that
    there is no sum, too:

    >>> module_powers.rows(tables_of({MODULE_POWER: {"1": 800}, MODULE_PDUS: {"1": 1, "2": 2}}))
    {'1': 800, '2': ''}
    >>> module_powers.rows(tables_of({**powers, MODULE_COUNT: {"0": 0}}))
    {}
    """
    powers, count = tables[MODULE_POWER], tables.scalar(MODULE_COUNT)
    if count is not None:
        if not re.fullmatch("[1-9][0-9]*", text(count)):
            return {}
        return with_missing_up_to_count(powers, tables[MODULE_COUNT])
    every_pdu = with_missing_rows_of(tables[MODULE_PDUS], powers)
    return left_join(every_pdu, powers)


hpe_profile = partial(Profile, vendor="HPE", source=librenms("hp/CPQPOWER-MIB"))

PROFILES = (
    hpe_profile(
        key="hpe-mapdu3",
        mib="CPQPOWER-MIB (pdu3)",
        models=("G2 metered and switched PDU, newer controller (P9S)",),
        sys_object_ids=oids(PDU3.root),
        units=Complete(PDU3_PHASES, count=PDU3.unit_count, gaps=True),
        unit_count=PDU3.unit_count,
        outlets=PDU3.outlets(PDU3.verbs(), PDU3.guard(PDU3_CONTROLLABLE, allow=(CONTROLLABLE,)))(
            count=PDU3.counts(PDU3_CONTROLLABLE),
            power=figure(PDU3.column("5.1.1.13", "OutletWatts")),
            energy=figure(PDU3.column("5.1.1.14", "OutletWh", optional=True)),
        ),
        load=PDU3.load(PDU3_PHASES, always_there=True),
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
        units=Complete(
            first(PDU2_PHASES, on_demand(PDU2_CONTROLLABLE)), count=PDU2.unit_count, gaps=True
        ),
        unit_count=PDU2.unit_count,
        outlets=PDU2.outlets(
            PDU2.verbs(), PDU2.guard(PDU2_CONTROLLABLE, allow=(CONTROLLABLE,)), first_unit=0
        )(
            power=figure(PDU2.column("5.1.1.14", "OutletWatts")),
            energy=figure(PDU2.column("5.1.1.15", "OutletWh"), THOUSANDTHS),
        ),
        load=PDU2.load(always_there=True),
        power=PDU2.power(),
        energy=PDU2.total(
            figure(PDU2.column("2.1.1.6", "InputPowerWattHour"), THOUSANDTHS), always_there=True
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
        unit_count=CORE_COUNT,
        outlets=outlets(
            State(core_and_bars, on=("on",), off=("off",)),
            count=CORE_OUTLETS,
            checks_empty_table=True,
            number=mpdu_numbers,
            current=figure(_with_bars(CORE_CURRENT, "6", "Current"), HUNDREDTHS),
            power=figure(_with_bars(CORE_WATTS, "7", "PowerWatt")),
            energy=figure(_with_bars(CORE_WH, "20", "PowerWattHour"), THOUSANDTHS),
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
        power=total(figure(module_powers)),
        evidence=SIMULATED.of("power"),
        note=(
            "It has no outlets. Its current is not read, because its unit changed between revisions"
            " of the MIB. Some units have no sysObjectID: they are told by sysDescr."
        ),
    ),
)
