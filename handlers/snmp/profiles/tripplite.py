"""Tripp Lite: the LX card, and two object trees of older cards (PDU, UPS).

The LX card (TRIPPLITE-PRODUCTS) has an outlet table for each kind of product (PDU, ATS, UPS). The
card has no energy counter: its energy objects hold an estimate for 24 hours or the energy of the
past 24 hours. Older PDUs and UPSs have the same sysObjectID, 850.1; the family is the one whose
outlet table has rows.

In an example `tables_of` makes the tables of a device that has these rows and nothing else.
"""

from functools import partial

from ..computed import Complete
from ..controls import Guard, Write
from ..evidence import DRIVER, SIMULATED
from ..objects import Column, Scalar
from ..outlets import Outlets
from ..profile import Profile
from ..states import State
from .language import THE_UNIT, column, figure, oids, outlets, scalar, total
from .links import NO_PUBLIC_MIB, librenms, public
from .scales import HUNDREDTHS, TENTHS
from .sources import LAST_ARC

# the lines of a UPS's output, of UPS-MIB (RFC 1628)
OUTPUT_LINES = Scalar("1.3.6.1.2.1.33.1.4.3.0", "upsOutputNumLines")
OUTPUT_AMPS = Column("1.3.6.1.2.1.33.1.4.4.1.3", "upsOutputCurrent")
OUTPUT_WATTS = Column("1.3.6.1.2.1.33.1.4.4.1.4", "upsOutputPower")


def _lx(table: str, name: str, ident: str = "") -> tuple[Outlets, ...]:
    """The outlets of one kind of product: states (2 on, 1 off), commands, names, currents and
    powers. A command is refused to an outlet that the device calls not controllable.

    >>> (way,) = _lx("850.1.1.3.2.3.3.1.1", "tlpPdu")
    >>> unit = tables_of({way.states.source: {"1.1": 2, "1.2": 1}})
    >>> [decision.state.name for decision in way.states.decisions(unit).values()]
    ['UP', 'DOWN']
    >>> way.control.varbinds(unit, "1.1", up=False)
    [('1.3.6.1.4.1.850.1.1.3.2.3.3.1.1.6.1.1', 1)]

    table: the arcs of the table of outlets.
    name: begins the names of its objects.
    ident: the table with the number of outlets; "" if the MIB does not say that the table of
        outlets has that many rows.
    """
    state = column(table + ".4", name + "OutletState")
    count = column(ident + ".4", name + "IdentNumOutlets") if ident else None
    return outlets(
        State(state, on=("2",), off=("1",)),
        Write(column(table + ".6", name + "OutletCommand"), on=2, off=1),
        Guard(
            column(table + ".5", name + "OutletControllable"),
            allow=("1",),
            why=NOT_CONTROLLABLE,
        ),
        count=count,
        none_if_zero=count,
        counts_unlisted=True,
        name=column(table + ".2", name + "OutletName"),
        current=figure(column(table + ".8", name + "OutletCurrent", optional=True), HUNDREDTHS),
        power=figure(column(table + ".9", name + "OutletPower", optional=True)),
    )


PDU_OUTPUT = "850.1.1.3.2.3.2.1.1"
ATS_OUTPUT = "850.1.1.3.4.3.2.1.1"
UPS_LINES = "850.1.1.3.1.3.3.2.1"
OUTPUTS = (
    (
        column(PDU_OUTPUT + ".5", "tlpPduOutputCurrent"),
        column(PDU_OUTPUT + ".8", "tlpPduOutputActivePower"),
    ),
    (
        column(ATS_OUTPUT + ".5", "tlpAtsOutputCurrent"),
        column(ATS_OUTPUT + ".8", "tlpAtsOutputActivePower"),
    ),
    (
        column(UPS_LINES + ".3", "tlpUpsOutputLineCurrent"),
        column(UPS_LINES + ".4", "tlpUpsOutputLinePower"),
    ),
)
device_total = partial(total, else_outlets=True, unit=THE_UNIT)
LEGACY = "850.10.2.3.5.1"
NOT_CONTROLLABLE = "the device reports it as not controllable"
UPS12 = "850.100.1.10.2.1"
# tlUpsOutletType is a field of bits; bit 1 permits switching
CONTROLLABLE = tuple(str(bits) for bits in range(256) if bits >> 1 & 1)

PROFILES = (
    Profile(
        key="tripplite-products",
        vendor="Tripp Lite",
        mib="TRIPPLITE-PRODUCTS",
        source=librenms("poweralert/TRIPPLITE-PRODUCTS"),
        models=("PDUs (PDUMH, PDUMV), ATSs and UPSs with the LX card (PowerAlert 20)",),
        sys_object_ids=oids("850.1.1.1"),
        outlets=(
            _lx("850.1.1.3.2.3.3.1.1", "tlpPdu", "850.1.1.3.2.1.2.1")
            + _lx("850.1.1.3.4.3.3.1.1", "tlpAts", "850.1.1.3.4.1.2.1")
            + _lx("850.1.1.3.1.3.5.1.1", "tlpUps")
        ),
        load=device_total(
            *(
                figure(currents, HUNDREDTHS, same_rows_as=powers, from_one=LAST_ARC)
                for currents, powers in OUTPUTS
            )
        ),
        power=device_total(
            *(
                figure(powers, same_rows_as=currents, from_one=LAST_ARC)
                for currents, powers in OUTPUTS
            )
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        recording="poweralert_pdu",
        unread=(
            "tlpPduBreakerStatus: outlets name a circuit, not a breaker; tlpPduOutputSource: none"
            " (0) and normal (1), but a recorded unit in operation reports 3"
        ),
    ),
    Profile(
        key="tripplite-12x-ups",
        vendor="Tripp Lite",
        mib="TRIPPLITE-12X, UPS-MIB",
        source=librenms("poweralert/TRIPPLITE-12X"),
        models=("UPS with PowerAlert 12 and switched outlets",),
        ups=True,
        # PowerAlert 12 names the maker alone
        sys_object_ids=oids("850.1", "850"),
        outlets=outlets(
            State(column(UPS12 + ".2", "tlUpsOutletState"), on=("2",), off=("1",)),
            Write(column(UPS12 + ".4", "tlUpsOutletControl"), on=2, off=1),
            Guard(
                column(UPS12 + ".3", "tlUpsOutletType"),
                allow=CONTROLLABLE,
                why=NOT_CONTROLLABLE,
            ),
            count=scalar("850.100.1.10.1.0", "tlUpsOutletNumOutlets"),
            name=column(UPS12 + ".5", "tlUpsOutletName"),
            current=figure(column(UPS12 + ".13", "tlUpsOutletCurrent", optional=True), TENTHS),
            power=figure(column(UPS12 + ".14", "tlUpsOutletPower", optional=True)),
        ),
        # a unit without meters of outlets has those of its output
        load=total(
            figure(Complete(OUTPUT_AMPS, count=OUTPUT_LINES, siblings=(OUTPUT_WATTS,)), TENTHS),
            else_outlets=True,
        ),
        power=total(
            figure(Complete(OUTPUT_WATTS, count=OUTPUT_LINES, siblings=(OUTPUT_AMPS,))),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "power", "switching"),
        # both write tlUpsOutletControl: 2 on, 1 off; the second reads tlUpsOutletState
        programs=(
            public("Ender117/pfsensescripts", "ReAuthATTONT.sh"),
            public("carlos-silva/tripplite-ups", "src/octopus/ups/TrippLite.java"),
        ),
    ),
    Profile(
        key="tripplite-legacy-pdu",
        vendor="Tripp Lite",
        mib="TRIPPLITE (850.10)",
        source=public("ClusterLabs/fence-agents", "agents/apc_snmp/fence_apc_snmp.py"),
        models=("PDUMH..NET with SNMPWEBCARD",),
        sys_object_ids=oids("850.1", "850"),
        outlets=outlets(
            State(column(LEGACY + ".2", "outlet state (driver)"), on=("2",), off=("1",)),
            Write(column(LEGACY + ".4", "outlet command (driver)"), on=2, off=1),
            name=column(LEGACY + ".5", "outlet name (driver)"),
        ),
        evidence=DRIVER.of("state", "switching"),
        programs=(public("ClusterLabs/fence-agents", "agents/apc_snmp/fence_apc_snmp.py"),),
        note=f"The states and commands are known from one public driver. {NO_PUBLIC_MIB}",
    ),
)
