"""Server Technology: Sentry CDUs of Sentry3-MIB (tower.infeed.outlet) and Sentry4-MIB
(unit.cord.outlet). New firmware may change a unit from the first MIB to the second.

Sentry3-MIB: the fourth infeed of a three-phase tower is the neutral line and has no outlets.
Energies are in Wh for outlets, 0.1 kWh for infeeds (in Sentry4-MIB: cords) and kWh for towers.
"""

from functools import partial

from .language import *

STATUS = column("1718.3.2.3.1.5", "outletStatus", optional=True)
OUTLET_COUNT = column("1718.3.2.2.1.9", "infeedOutletCount", optional=True)
# some firmware lacks the counts
INFEEDS = First((OUTLET_COUNT, column("1718.3.2.2.1.2", "infeedID")))
ST4_OUTLET_COUNT = column("1718.4.1.3.2.1.24", "st4InputCordOutletCount")
ST4_LINES = column("1718.4.1.4.3.1.3", "st4LineCurrent")
ST4_LABEL = column("1718.4.1.4.2.1.4", "st4LineLabel")
# the input cords whose lines are metered
ST4_CORDS = OfUnits(ST4_OUTLET_COUNT, ST4_LINES)
# Models that only monitor may lack the control states.
CONTROL = column("1718.3.2.3.1.10", "outletControlState", optional=True)
ST4_CONTROL = column("1718.4.1.8.5.1.1", "st4OutletControlState", optional=True)
TOWER = column("1718.3.2.1.1.8", "towerCapabilities", optional=True)
# Came into the MIB with towerEnergy (2010-07-07), after infeedEnergy (2009-03-10): firmware between
# them has towerCapabilities and no energy of towers.
TOWER_POWER = column("1718.3.2.1.1.11", "towerActivePower", optional=True)
INFEED_POWER = column("1718.3.2.2.1.12", "infeedPower", optional=True)
AREA = scalar("1718.3.1.7.0", "systemArea")  # came into the MIB with systemTotalPower

unit_total = partial(total, else_outlets=True, unit=THE_UNIT)
tower_total = partial(total, unit=THE_UNIT)
THREE_PHASE = 3  # bit of towerCapabilities
POWER_CONTROL = 2  # bit of outletCapabilities
LOCKED_OFF, LOCKED_ON = "6", "7"
# Values of outletControlState without a command under way. The others are reboot, shutdown, pendOn,
# pendOff, minimumOff, minimumOn, eventReboot and eventShutdown; of a minimum, the MIB says no more
# than the names.
SETTLED = ("0", "1", "2", "3", "4", "5", LOCKED_OFF, LOCKED_ON, "14", "15")
ST4_FIXED_ON, ST4_LOCKED_OFF, ST4_LOCKED_ON = "1", "14", "15"
# Values of DeviceStatus that do not deny the state: normal, and the alarms of the outlet's figures.
ST4_TRUSTED = ("0", "14", "15", "16", "17", "18", "19", "20")
# Values of DeviceStatus but notFound, lost, readError and noComm.
ST4_READ = tuple(str(status) for status in range(24) if status not in (7, 8, 9, 10))
# Values of st4OutletControlState that leave the state certain. The others are notSet ("outlet state
# is unknown"), ocpOff and ocpOn (an overcurrent protector tripped), and commands under way: pendOn,
# pendOff, reboot, shutdown, eventReboot and eventShutdown.
ST4_SETTLED = tuple("1 2 3 4 5 10 11 14 15 16 17".split())
ST4_STATUS = column("1718.4.1.8.3.1.2", "st4OutletStatus")
ST4_NEUTRAL = "4"  # a value of st4LineIndex
IS_THREE_PHASE = Bits(TOWER, THREE_PHASE)


def _infeeds(below: str, name: str, *, optional: bool = False) -> Complete:
    """A column of the infeeds (feeds) of all towers (units), as many as each tower counts."""
    return Complete(
        column(f"1718.3.2.2.1.{below}", name, optional=optional),
        beside=INFEEDS,
        count=column("1718.3.2.1.1.5", "towerInfeedCount"),
    )


INFEED_LOAD = _infeeds("7", "infeedLoadValue", optional=True)
# A fourth infeed may be a neutral line. If its tower does not report its capabilities, the tower's
# infeeds are not summed.
FOURTH = Arc(INFEED_LOAD, 1, ("4",))
NEUTRAL = LeftJoin(FOURTH, Part(IS_THREE_PHASE.where_not("", by=TOWER), over=FOURTH, stop=1))

ST4_CORD_STATUS = column("1718.4.1.3.3.1.2", "st4InputCordStatus", optional=True)


def _st4_read(values: Source, status: Column) -> LeftJoin:
    """The values of cords or lines that the unit reads."""
    return values.left_join(values.where_not("7", "8", "9", "10", by=status))


ST4_READ_LINES = _st4_read(
    value_or_empty(Complete(ST4_LINES, beside=ST4_LABEL), ST4_LABEL),
    column("1718.4.1.4.3.1.2", "st4LineStatus", optional=True),
)


PROFILES = (
    Profile(
        key="sentry3",
        vendor="Server Technology",
        mib="Sentry3-MIB of 2016-01-25",
        source=librenms("sentry/Sentry3-MIB"),
        # towerProductSN, systemVersion, towerModelNumber
        nameplate=nameplate(serial="1718.3.2.1.1.6", firmware="1718.3.1.1", model="1718.3.2.1.1.7"),
        models=("Sentry Switched CDU and Smart CDU (CWG, CW, CS, CX, CL)",),
        sys_object_ids=oids("1718.3"),
        units=Complete(Units(INFEEDS), count=scalar("1718.3.1.4.0", "systemTowerCount"), gaps=True),
        outlets=outlets(
            states=State(
                STATUS, on=("1",), off=("0",), doubts=(Doubt(CONTROL, SETTLED, optional=True),)
            ),
            control=Guarded(
                Guarded(
                    Write(column("1718.3.2.3.1.11", "outletControlAction"), on=1, off=2),
                    Bits(column("1718.3.2.3.1.4", "outletCapabilities"), POWER_CONTROL),
                    refuse=("0",),
                    why="this model only monitors it",
                ),
                CONTROL,
                refuse=(LOCKED_OFF, LOCKED_ON),
                why="it is locked on the device",
            ),
            rows=column("1718.3.2.3.1.2", "outletID"),
            count=OUTLET_COUNT,
            none_if_zero=OUTLET_COUNT,
            counts_unlisted=True,
            number=column("1718.3.2.3.1.2", "outletID"),
            name=column("1718.3.2.3.1.3", "outletName"),
            current=figure(column("1718.3.2.3.1.7", "outletLoadValue", optional=True), HUNDREDTHS),
            power=figure(column("1718.3.2.3.1.14", "outletPower", optional=True)),
            energy=figure(column("1718.3.2.3.1.18", "outletEnergy", optional=True), THOUSANDTHS),
        ),
        load=tower_total(figure(INFEED_LOAD.where_not("1", by=NEUTRAL), HUNDREDTHS)),
        power=total(
            figure(value_or_empty(scalar("1718.3.1.6.0", "systemTotalPower"), AREA)),
            # of a unit whose infeeds have no power, or none that they measure
            figure(
                First(
                    (Unless(TOWER_POWER, INFEED_POWER), IfMatches(TOWER_POWER, INFEED_POWER, "-1"))
                )
            ),
            figure(_infeeds("12", "infeedPower", optional=True).where_not("1", by=NEUTRAL)),
        ),
        energy=tower_total(
            figure(
                value_or_empty(column("1718.3.2.1.1.14", "towerEnergy", optional=True), TOWER_POWER)
            ),
            figure(column("1718.3.2.2.1.16", "infeedEnergy", optional=True), TENTHS),
        ),
        evidence=SIMULATED,
        programs=(public("labgrid-project/labgrid", "labgrid/driver/power/sentry.py"), SONIC_MGMT),
        note=(
            "A CDU that does not measure its power calculates it with systemPowerFactor, which its"
            " owner sets."
        ),
        unread=(
            "outletLoadStatus, infeedLoadStatus, branchLoadStatus: their noComm and readError are"
            " of the measured load, which is then negative; infeedStatus, branchStatus:"
            " outletStatus has noComm of its own"
        ),
    ),
    Profile(
        key="sentry4",
        vendor="Server Technology",
        mib="Sentry4-MIB of 2017-06-15",
        source=librenms("sentry/Sentry4-MIB"),
        # st4UnitProductSN, st4SystemFirmwareVersion, st4UnitModel
        nameplate=nameplate(
            serial="1718.4.1.2.2.1.4", firmware="1718.4.1.1.1.3", model="1718.4.1.2.2.1.5"
        ),
        models=("PRO1 and PRO2 CDUs, and CDUs with firmware 8",),
        sys_object_ids=oids("1718.4"),
        contact=(
            unit_contact(column("1718.4.1.2.3.1.1", "st4UnitStatus", optional=True), *ST4_READ),
        ),
        units=Complete(
            Units(ST4_OUTLET_COUNT),
            count=scalar("1718.4.1.1.1.21.0", "st4SystemUnitCount"),
            gaps=True,
        ),
        outlets=outlets(
            states=State(
                column("1718.4.1.8.3.1.1", "st4OutletState"),
                on=("1",),
                off=("2",),
                doubts=(
                    Doubt(ST4_STATUS, ST4_TRUSTED),
                    Doubt(ST4_CONTROL, ST4_SETTLED, optional=True),
                ),
            ),
            control=Guarded(
                Write(column("1718.4.1.8.5.1.2", "st4OutletControlAction"), on=1, off=2),
                ST4_CONTROL,
                refuse=(ST4_FIXED_ON, ST4_LOCKED_OFF, ST4_LOCKED_ON),
                why="it is locked on the device, or always on",
            ),
            rows=column("1718.4.1.8.2.1.2", "st4OutletID"),
            count=ST4_OUTLET_COUNT,
            none_if_zero=ST4_OUTLET_COUNT,
            counts_unlisted=True,
            number=column("1718.4.1.8.2.1.2", "st4OutletID"),
            name=column("1718.4.1.8.2.1.3", "st4OutletName"),
            current=figure(column("1718.4.1.8.3.1.3", "st4OutletCurrent"), HUNDREDTHS),
            power=figure(column("1718.4.1.8.3.1.7", "st4OutletActivePower")),
            energy=figure(column("1718.4.1.8.3.1.14", "st4OutletEnergy"), THOUSANDTHS),
            contact=(contact(ST4_STATUS, *ST4_READ, unit=Arcs()),),
        ),
        load=unit_total(figure(Arc(ST4_READ_LINES, -1, (ST4_NEUTRAL,), keep=False), HUNDREDTHS)),
        power=unit_total(
            figure(
                _st4_read(column("1718.4.1.3.3.1.3", "st4InputCordActivePower"), ST4_CORD_STATUS),
                beside=ST4_CORDS,
            )
        ),
        energy=unit_total(
            figure(
                _st4_read(column("1718.4.1.3.3.1.10", "st4InputCordEnergy"), ST4_CORD_STATUS),
                TENTHS,
                beside=ST4_CORDS,
            )
        ),
        evidence=SIMULATED,
        programs=(SONIC_MGMT, IRONIC_SNMP),
    ),
)
