"""Chatsworth (CPI): eConnect of CPI-UNITY-MIB. Several PDUs can share one agent. The index is the
outlet, then the PDU's MAC address as text.

PDUs that cannot switch may have the control column. The energy of branches is in deca-VA-seconds,
and the objects called power are in VA, so both are left out.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from decimal import Decimal
from functools import partial

from ...shared.decimals import CONTEXT
from ..arcs import Arcs
from ..cells import Rows
from ..completeness import with_missing_if_fewer
from ..computed import Complete, Number
from ..controls import Guard, Write
from ..evidence import SIMULATED
from ..filters import none_of, rows_if_none_in, without
from ..objects import Span, Spread
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import row_condition, unit_condition
from .language import column, figure, oid, oids, outlets, scalar, total
from .links import librenms, public
from .scales import HUNDREDTHS
from .shared_values import of_unit
from .sources import rows_where

CONTROL = column("30932.1.10.1.4.10.1.11", "cpiPduOutletControl")
PDU_HAS_CONTROL = column("30932.1.10.1.2.10.1.7", "cpiPduHasOutletControl")
RESET = column("30932.1.10.1.4.10.1.12", "cpiPduOutletReset", optional=True)
PDU_COUNT = scalar("30932.1.10.1.2.1.0", "cpiPduTableCount")
COUNT = scalar("30932.1.10.1.4.1.0", "cpiOutletTableCount")
THE_PDU = Arcs(start=1)
pdu_total = partial(total, else_outlets=True, unit=THE_PDU)
BRANCH_VOLTS = column("30932.1.10.1.3.110.1.5", "cpiPduBranchVoltage", optional=True)
OUT_OF_SERVICE = column("30932.1.10.1.2.10.1.10", "cpiPduOutOfService", optional=True)
DECA_WATT_SECONDS = CONTEXT.divide(Decimal(1), 360_000)  # in kWh

# The firmware before Unity has an object for each of at most 24 outlets.
LEGACY = "30932.1.1"
LEGACY_PDUS = scalar(f"{LEGACY}.5.1.0", "pduCount")


HAS_CONTROL = of_unit(PDU_HAS_CONTROL, CONTROL, THE_PDU)
PDU_HAS_MONITOR = column("30932.1.10.1.2.10.1.6", "cpiPduHasOutletMonitor", optional=True)
# whether the current of each outlet is measured
HAS_MONITOR = of_unit(PDU_HAS_MONITOR, CONTROL, THE_PDU)


@computed_from(OUT_OF_SERVICE, PDU_COUNT, on_demand=(PDU_HAS_CONTROL,))
def units(tables: Tables) -> Rows:
    """A row for each PDU, from the first of two columns that the firmware has. One that the device
    counts and does not list is missing: "0." is a row whose index is not known.

    >>> list(units.rows({OUT_OF_SERVICE: {"1": 0}, PDU_COUNT: {"0": 2}}))
    ['1', '0.']
    """
    pdus = tables[OUT_OF_SERVICE] or tables[PDU_HAS_CONTROL]
    if not pdus:
        return {}
    return with_missing_if_fewer(pdus, tables[PDU_COUNT])


def _metered(below: str, name: str) -> ComputedRows:
    """A column of the outlets of PDUs that meter them."""
    values = column(f"30932.1.10.1.4.10.1.{below}", name)
    return rows_where(values, HAS_MONITOR, none_of("0"), by_row=True)


def _legacy(below: str, name: str, last: int = 24) -> ComputedRows:
    """A figure of each outlet or line of a single PDU, in the older tree, which shows one PDU. In a
    chain (pduCount above 1) there is no row: the other PDUs' figures are not in it.

    >>> current = _legacy("3.5", "outletNCurrent")
    >>> AMPERES, _ = current.objects
    >>> current.rows(tables_of({AMPERES: {"1": 15}, LEGACY_PDUS: {"0": 1}}))
    {'1': 15}
    >>> current.rows(tables_of({AMPERES: {"1": 15}, LEGACY_PDUS: {"0": 3}}))
    {}

    below, name: the arcs and name of the values.
    last: the number of the last one.
    """
    values = Spread(oid(f"{LEGACY}.{below}"), (Span(1, last, sub=1),), name)

    @computed_from(values, LEGACY_PDUS, by_row=True)
    def rows(tables: Tables) -> Rows:
        chain = without(tables.with_all_rows[LEGACY_PDUS], "0", "1")
        return rows_if_none_in(tables[values], chain)

    return rows


PROFILES = (
    Profile(
        key="cpi-econnect",
        vendor="Chatsworth",
        mib="CPI-UNITY-MIB",
        source=librenms("chatsworth/CPI-UNITY-MIB"),
        models=("eConnect P, K, Z with Unity firmware",),
        sys_object_ids=oids("30932"),
        sweep=True,
        conditions=(
            unit_condition(OUT_OF_SERVICE, "0", unit=THE_PDU, why="its PDU is out of service"),
        ),
        units=units,
        unit_count=PDU_COUNT,
        outlets=outlets(
            State(
                CONTROL,
                on=("1",),
                off=("0",),
                conditions=(row_condition(RESET, "0"),),
            ),
            Write(CONTROL, on=1, off=0),
            Guard(HAS_CONTROL, allow=("1",), why="its PDU has no switched outlets"),
            count=COUNT,
            none_if_zero=COUNT,
            counts_unlisted=True,
            name=column("30932.1.10.1.4.10.1.4", "cpiPduOutletName"),
            number=Number(CONTROL, position=0),
            current=figure(_metered("6", "cpiPduOutletCurrent"), HUNDREDTHS),
            energy=figure(_metered("10", "cpiPduOutletEnergy"), DECA_WATT_SECONDS),
        ),
        load=pdu_total(
            figure(
                column("30932.1.10.1.3.10.1.3", "cpiPduLineCurrent"),
                HUNDREDTHS,
                table=column("30932.1.10.1.3.10.1.2", "cpiPduLineId"),
                from_one=0,
            ),
            figure(
                Complete(
                    column("30932.1.10.1.3.110.1.3", "cpiPduBranchCurrent"),
                    column("30932.1.10.1.3.110.1.2", "cpiPduBranchId", optional=True),
                    from_one=0,
                    siblings=(BRANCH_VOLTS,),
                ),
                HUNDREDTHS,
            ),
        ),
        energy=pdu_total(),
        evidence=SIMULATED.of("state", "current", "energy", "switching"),
        recording="chatsworth-pdu",
        unread=(
            "cpiPduOutletStatus, cpiPduBranchStatus: they are alarms of figures; "
            "cpiPduUpgrade: the MIB does not say what an upgrade means for the states"
        ),
    ),
    Profile(
        key="cpi-legacy",
        vendor="Chatsworth",
        mib="CPI-UNIFIED-MIB of 2020-12-01 (legacy)",
        source=public(
            "DanielleHuisman/observium-community-edition", "mibs/chatsworth/CPI-UNIFIED-MIB"
        ),
        models=("eConnect before Unity firmware",),
        sys_object_ids=oids(LEGACY),
        outlets=outlets(
            State(_legacy("3.7", "outletNState"), on=("1",), off=("0",)),
            name=_legacy("2.42", "outletNName"),
            current=figure(_legacy("3.5", "outletNCurrent"), HUNDREDTHS),
            energy=figure(_legacy("3.12", "receptacleEnergyoutletNs"), DECA_WATT_SECONDS),
        ),
        load=total(
            figure(
                _legacy("3.13", "lineNcurr", 3),
                HUNDREDTHS,
                least=3,  # line1curr, line2curr and line3curr
            ),
            else_outlets=True,
        ),
        evidence=SIMULATED.of("state", "current", "energy"),
        note=(
            "Not switched, and a chain is not read: pduSelect, which anybody may write, decides"
            " whose objects are shown."
        ),
        unread=(
            "outOfService: the MIB does not say what it means for the states; powerxy1 to powerzx2,"
            " energyxy1s to energyzx2s: six branches, of which the alarms know nine"
        ),
    ),
)
