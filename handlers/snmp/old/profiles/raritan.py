"""Raritan: PDU2-MIB (PX2, PX3, PX4, and Server Technology's PRO4X on the same platform), and the
PDU-MIB of the first PX, which Eaton copied below its own root.

PDU2-MIB: the index is pdu.outlet. Tables of sensors add the sensor's type. The device reports the
decimal digits of each sensor, and its smallest possible reading: if that is below 0, the reading is
in the signed column, and the unsigned one is undefined. Firmware before 3.0 has no signed columns.
The tables of outlet sensors have a row for each outlet and type, 612 on a PX4 of 36 outlets, so
usually only the values are walked. A reading of 0 counts unless the sensor is reported as
unavailable. The current that a three-phase inlet reports is its highest line current, so its poles
are summed. An inlet of one phase has no readings by pole, so its own current counts.
"""

from functools import partial
from typing import NamedTuple, Optional

from .language import *

CURRENT, POWER, ENERGY, ON_OFF = "1", "5", "8", "14"  # sensor types
ZERO = "0"  # also what an outlet without a reading shows
NOT_AVAILABLE = ("2", "0")  # values of ...IsAvailable; 0 is no TruthValue
# BITS: the sensor of type N has bit N - 1
CAPABILITIES = column("13742.6.3.5.3.1.10", "outletDeviceCapabilities", optional=True)
# a row for each PDU of the chain; a controller has no inlet
INLET_COUNT = column("13742.6.3.2.2.1.2", "inletCount", optional=True)
PX2_OUTLET_COUNT = column("13742.6.3.2.2.1.4", "outletCount")
PDU_COUNT = scalar("13742.6.3.1.0", "pduCount")
pdu_total = partial(total, unit=THE_UNIT, units=INLET_COUNT.where_not("0"))
LABEL = column("13742.6.3.5.3.1.2", "outletLabel")
NEUTRAL = "4"  # a value of inletPoleLine
POLE_LINE = column("13742.6.3.3.5.1.1", "inletPoleLine")


class _Sensors(NamedTuple):
    """The tables of one kind of part, such as inlets. `part` is its name in the MIB's objects."""

    readings: str  #: the entry of the measurements
    configuration: str  #: the entry of the sensors' configuration
    part: str
    optional: bool = False  #: whether the parts of some units have no sensor at all

    def availability(self, kind: str) -> Column:
        object_name = f"measurements{_upper(self.part)}SensorIsAvailable"
        return column(f"{self.readings}.2", object_name, kind, optional=True)

    def digits(self, kind: str) -> Column:
        """A row for each part with a sensor."""
        return column(f"{self.configuration}.7", f"{self.part}SensorDecimalDigits", kind)

    def minimum(self, kind: str = "") -> Column:
        return column(
            f"{self.configuration}.27", f"{self.part}SensorSignedMinimum", kind, optional=True
        )

    def values(self, kind: str, minimum: Optional[Source] = None) -> Signed:
        """The readings. `minimum`: see `Signed`; by default an empty one for a sensor whose row is
        missing in the answer."""
        object_name = f"measurements{_upper(self.part)}Sensor"
        digits = self.digits(kind)
        return Signed(
            column(f"{self.readings}.4", f"{object_name}Value", kind, optional=self.optional),
            column(f"{self.readings}.6", f"{object_name}SignedValue", kind, optional=True),
            minimum or LeftJoin(if_listed(digits, self.minimum()), self.minimum(kind)),
            column(
                f"{self.configuration}.26", f"{self.part}SensorSignedMaximum", kind, optional=True
            ),
        )

    def figure(
        self, source: Source, kind: str, digits: Optional[Source] = None, unmetered: str = ""
    ) -> Measurement:
        scale = THOUSANDTHS if kind == ENERGY else ONES
        exponent = Negative(digits or self.digits(kind))
        return Measurement(source, scale, (), exponent=exponent, unmetered=unmetered)

    def checked_readings(self, kind: str) -> Source:
        """A row for each part with a reading. A 0 of a sensor that is not available is empty."""
        values = self.values(kind)
        return values.left_join(
            ExceptWhere(values, (ZERO,), self.availability(kind), NOT_AVAILABLE)
        )

    def meters(self, kind: str) -> Source:
        """Rows if a part has a reading, or a sensor that is available or left out of the answer."""
        available = self.availability(kind)
        return First(
            (
                available.where_not(*NOT_AVAILABLE),
                Unless(self.values(kind), available),
                Unless(self.digits(kind), available),
            )
        )

    def parts(self, kind: str) -> Source:
        """A row for each part, without a value if the reading is not available, or if the answer
        left out one that is.
        """
        values = self.values(kind)
        available_values = values.where_not(*NOT_AVAILABLE, by=self.availability(kind))
        return LeftJoin(First((values, self.meters(kind))), available_values)


def _upper(word: str) -> str:
    return word[0].upper() + word[1:]


UNITS = _Sensors("13742.6.5.1.3.1", "13742.6.3.2.5.1", "unit")
INLETS = _Sensors("13742.6.5.2.3.1", "13742.6.3.3.4.1", "inlet")
# inletPoleCapabilities of an inlet of one phase are all 0
INLET_POLES = _Sensors("13742.6.5.2.4.1", "13742.6.3.3.6.1", "inletPole", optional=True)
PROTECTORS = _Sensors("13742.6.5.3.3.1", "13742.6.3.4.4.1", "overCurrentProtector")
OUTLETS = _Sensors("13742.6.5.4.3.1", "13742.6.3.5.4.1", "outlet")


def _outlet(kind: str) -> Measurement:
    """The readings of a sensor type (SensorTypeEnumeration), of the outlets that have such a
    sensor: by their capabilities, or without that column by the readings' availability.
    """
    bit = int(kind) - 1  # bit 0 is sensor type 1
    has_sensor = Bits(CAPABILITIES, bit)
    # outlets with the same sensors share minimum and digits
    alike = CAPABILITIES.where(has_sensor, "1")
    minimum = Alike(OUTLETS.minimum(kind), alike)
    digits = Alike(OUTLETS.digits(kind), alike)
    values = OUTLETS.values(kind, minimum)
    availability = OUTLETS.availability(kind)
    with_sensor = values.where(has_sensor, "1")
    by_capability = ExceptWhere(
        with_sensor, values=(ZERO,), test=availability, refuse=NOT_AVAILABLE
    )
    available = values.where_not(*NOT_AVAILABLE, by=availability)
    by_availability = Unless(available, CAPABILITIES)
    readings = First((by_capability, by_availability))
    return OUTLETS.figure(readings, kind, digits)


# of each transfer switch; the other inlet shows what it draws on standby, or the load once more
ACTIVE_INLET = column("13742.6.4.3.1.1.1", "transferSwitchActiveInlet", optional=True)
SWITCH_COUNT = column("13742.6.3.2.2.1.66", "transferSwitchCount", optional=True)


def _each_inlet(rows: Source) -> Complete:
    """Rows of inlets, or of their lines: no sum if one of the inlets that a PDU counts has none."""
    return Complete(rows, count=INLET_COUNT, arcs=2)


def _in_use(inlets: Source) -> InletsInUse:
    return InletsInUse(inlets, ACTIVE_INLET, SWITCH_COUNT)


def _inlets(kind: str) -> Measurement:
    """The figure of the inlets in use; the energy of all, because each has its own counter."""
    parts = _each_inlet(INLETS.parts(kind))
    return INLETS.figure(parts if kind == ENERGY else _in_use(parts), kind)


def _units(kind: str) -> Measurement:
    """The figure of units whose inlets have no such sensor."""
    return UNITS.figure(if_listed(UNITS.parts(kind), UNITS.availability("")), kind)


def _phase_rows(poles: Source) -> Where:
    """Without the neutral, whatever its number is."""
    return Arc(poles, -1, ("1", "2", "3")).where_not(NEUTRAL, by=POLE_LINE)


LINES = INLET_POLES.figure(
    _in_use(
        _each_inlet(_phase_rows(Complete(INLET_POLES.checked_readings(CURRENT), beside=POLE_LINE)))
    ),
    CURRENT,
)
INLET_CURRENTS = _in_use(_each_inlet(INLETS.parts(CURRENT)))
POLE_COUNT = column("13742.6.3.3.3.1.5", "inletPoleCount")
POLE_COUNTS = Complete(POLE_COUNT, beside=INLET_CURRENTS)
# Of an inlet with more poles it is the highest of their currents, which is only a load if it is 0.
OF_TWO_POLES = INLET_CURRENTS.where(POLE_COUNTS, "1", "2", others=("3", "4", "5"))
LOADS = First((OF_TWO_POLES, INLET_CURRENTS.where(INLET_CURRENTS, "0")))
ONE_PHASE_INLETS = INLETS.figure(
    INLET_CURRENTS.left_join(LOADS),
    CURRENT,
    unmetered="the current of an inlet is that of its highest line, unless it has one or two poles",
)
BREAKERS = PROTECTORS.figure(Unless(PROTECTORS.values(CURRENT), INLET_CURRENTS), CURRENT)

# PDU-MIB of the first PX. `~` is its root: 13742.4.1, or another one in older firmware and in
# copies.
NO_ENERGY = ("-1", "0")


def px1_outlets(label_plus: int, energy: Optional[Measurement]) -> tuple[Outlets, ...]:
    """The outlets.

    The printed number is the row's number plus `label_plus`. Eaton's copy has no energies.
    """
    state, label = (
        column("~.2.2.1.3", "outletOperationalState", optional=True),
        column("~.2.2.1.2", "outletLabel"),
    )
    count = scalar("~.2.1.0", "outletCount")
    return outlets(
        states=State(state, on=("1",), off=("0",)),
        control=Write(state, on=1, off=0),
        rows=label,
        count=count,
        none_if_zero=count,
        counts_unlisted=True,
        number=First((Number(state, plus=label_plus), Number(label, plus=label_plus))),
        name=label,
        current=figure(column("~.2.2.1.4", "outletCurrent"), THOUSANDTHS),
        power=figure(column("~.2.2.1.7", "outletActivePower", optional=True)),
        energy=energy,
    )


# The load is the sum of all poles but the neutral; without poles, of all lines but the neutral;
# else of the inlets; else the unit's own; else of the outlets.
PX1_POLE_CURRENT = column("~.21.2.1.3", "inletPoleCurrent")
PX1_POLE_LABEL = column("~.21.2.1.2", "inletPoleLabel")
PX1_POLE_COUNT = column("~.20.2.1.3", "inletPoleCount")
# A pole without a label has an empty value: it may be the neutral.
PX1_LABELLED = PX1_POLE_CURRENT.where_not("", by=LeftJoin(PX1_POLE_CURRENT, PX1_POLE_LABEL))
PX1_EVERY_POLE = Complete(PX1_POLE_CURRENT, beside=PX1_POLE_LABEL, count=PX1_POLE_COUNT)
PX1_POLES = PX1_EVERY_POLE.left_join(PX1_LABELLED).where_not(
    "N", by=PX1_POLE_LABEL, others=("L1", "L2", "L3")
)
PX1_POLES_OF_EACH_INLET = EachUnit(
    PX1_POLES,
    Number(PX1_POLES, plus=0, position=0),
    (Number(PX1_POLE_COUNT.where_not("0"), plus=0),),
)
# Three-phase units have this table before that of poles. Their unitCurrent is the current of L1.
PX1_LINE_CURRENT = column("~.4.2.1.3", "lineCurrent")
PX1_LINE_LABEL = column("~.4.2.1.2", "lineCurrentLabel")
PX1_LINES = Complete(
    PX1_LINE_CURRENT, beside=PX1_LINE_LABEL, count=scalar("~.4.1.0", "lineCurrentCount")
).where_not("N", by=PX1_LINE_LABEL, others=("L1", "L2", "L3"))
PX1_UNIT_CURRENT = scalar("~.3.1.1.0", "unitCurrent")
PX1_INLET_CURRENT = column("~.20.2.1.7", "inletCurrent")
PX1_LOAD = total(
    figure(PX1_POLES_OF_EACH_INLET, THOUSANDTHS),
    figure(PX1_LINES, THOUSANDTHS),
    figure(PX1_INLET_CURRENT, THOUSANDTHS),
    figure(PX1_UNIT_CURRENT, THOUSANDTHS),
    else_outlets=True,
)
PX1_POWER = total(
    figure(value_or_empty(column("~.20.2.1.9", "inletActivePower"), PX1_INLET_CURRENT)),
    figure(value_or_empty(scalar("~.3.1.3.0", "unitActivePower"), PX1_UNIT_CURRENT)),
    else_outlets=True,
)
PX1_TREES = ("13742.4.1", "13742.1")

PROFILES = (
    Profile(
        key="raritan-px2",
        vendor="Raritan",
        mib="PDU2-MIB of 2017-11-13",
        source=librenms("raritan/PDU2-MIB"),
        # pduSerialNumber, pduModel, pduManufacturer: other brands have this firmware
        nameplate=nameplate(
            serial="13742.6.3.2.1.1.4", model="13742.6.3.2.1.1.3", manufacturer="13742.6.3.2.1.1.2"
        ),
        models=("PX2", "PX3", "PX3TS", "PX4", "Server Technology PRO4X"),
        sys_object_ids=oids("13742.6"),
        contact=(
            contact(
                column("13742.6.3.3.3.1.13", "inletEnableState", optional=True),
                "1",
                unit=THE_UNIT,
                part=THE_UNIT,
                optional=True,
                why="an inlet of its PDU is disabled, so that its values are not updated",
            ),
        ),
        units=Complete(First((INLET_COUNT, PX2_OUTLET_COUNT)), count=PDU_COUNT, gaps=True),
        outlets=outlets(
            states=State(
                First(
                    (
                        column("13742.6.4.1.2.1.3", "outletSwitchingState"),
                        column("13742.6.5.4.3.1.3", "measurementsOutletSensorState", ON_OFF),
                    )
                ),
                on=("7",),
                off=("8",),
            ),
            control=Guarded(
                Write(column("13742.6.4.1.2.1.2", "switchingOperation"), on=1, off=0),
                column("13742.6.3.5.3.1.28", "outletSwitchable"),
                refuse=("2",),
                why="its switching is disabled on the device",
            ),
            rows=LABEL,
            count=PX2_OUTLET_COUNT,
            checks_empty_table=True,
            number=Chained(Number(LABEL, plus=0, position=0), LABEL),
            name=column("13742.6.3.5.3.1.3", "outletName"),
            current=_outlet(CURRENT),
            power=_outlet(POWER),
            energy=_outlet(ENERGY),
        ),
        load=pdu_total(LINES, ONE_PHASE_INLETS, BREAKERS, else_outlets=True),
        inlet=pdu_total(LINES, ONE_PHASE_INLETS),
        inlet_power=pdu_total(_inlets(POWER)),
        power=pdu_total(_inlets(POWER), _units(POWER), else_outlets=True),
        energy=pdu_total(_inlets(ENERGY), _units(ENERGY), else_outlets=True),
        evidence=SIMULATED,
        recording="raritan-pdu_px3",
        note=(
            "A negative reading, such as of power that is fed back, is no figure. An inlet of"
            " several poles without readings of the poles has no load: its own current is the"
            " highest of theirs."
        ),
        unread=(
            "outletSuspendedState: the reason why an outlet is off; "
            "measurementsOutletSensorIsAvailable: a row for each sensor of each outlet, "
            "and the state of an unavailable outlet is -1; "
            "tripped overcurrent protectors: joined to outlets only by outletPowerSource, "
            "a pointer that older firmware lacks"
        ),
    ),
    Profile(
        key="raritan-px1",
        vendor="Raritan",
        mib="PDU-MIB of 2016-02-22",
        source=librenms("raritan/PDU-MIB"),
        models=("Dominion PX: DPXR, DPXS, DPCS, DPCR, PCR, PCS",),
        roots=tuple(
            Root(oid(prefix), oid(tree))
            for prefix, trees in (("13742.4", PX1_TREES), ("13742.1", PX1_TREES[::-1]))
            for tree in trees
        ),
        outlets=px1_outlets(
            label_plus=0,
            energy=figure(
                column("~.2.2.1.31", "outletWattHours", optional=True), THOUSANDTHS, NO_ENERGY
            ),
        ),
        load=PX1_LOAD,
        power=PX1_POWER,
        energy=total(
            figure(column("~.20.2.1.12", "inletActiveEnergy"), THOUSANDTHS, NO_ENERGY),
            else_outlets=True,
        ),
        evidence=SIMULATED,
        programs=(
            public("networkupstools/nut", "drivers/raritan-pdu-mib.c"),
            public("chaos/powerman", "etc/devices/raritan-px4316.dev"),
        ),
        unread="circuitBreakerState: a breaker is not joined to its outlets",
    ),
)
