"""Sinetica Hawk-i and Panduit Eagle-i: HAWK-I2-MIB. The index is pdu.outlet.

Objects next to the table of outlets switch all outlets of a unit or of all units; they are never
written.

In a function `tables[COLUMN]` is {row: value}; in an example `tables_of` makes them for a device
that has these rows and nothing else. `Missing` is a value that the device has and did not answer:
it makes a sum unknown. "" is a row that is not metered.
"""

from dataclasses import replace
from decimal import Decimal
from functools import partial

from ..cells import Rows
from ..controls import Write
from ..evidence import SIMULATED, EvidenceLevel
from ..filters import none_of, where, yes_or_no
from ..joins import concat, empty_unless, part_of
from ..objects import Column, Span, Spread
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from .conditions import unit_condition
from .language import THE_UNIT, column, figure, oid, oids, outlets, total
from .links import public, pysnmp_mibs
from .scales import TENTHS

STATE = column("3711.24.1.1.7.2.3.1.5", "pduOutOn")
pdu_total = partial(total, else_outlets=True, unit=THE_UNIT)
# of a PDU: 1 good, 2 failed; the unit then shows what the PDU last answered
COMMUNICATION = column("3711.24.1.1.7.1.2.1.6", "pduCommsFail", optional=True)
AMPS = column("3711.24.1.1.7.3.1.1.4", "pduRMSAmpsValue")
MODE = column("3711.24.1.1.7.3.5.1.3", "pdu3PhMode")  # of a three-phase PDU
STAR, DELTA, AGGREGATE, UNKNOWN_MODE, NO_MODE = "1", "2", "253", "255", "254"
ENERGY = column("3711.24.1.1.7.3.1.1.5", "pduTotalEnergyValue")

CURRENT_ONLY, NO_MONITOR, UNKNOWN_MONITOR = "1", "254", "255"
LINES = Spread(
    oid("3711.24.1.1.7.3.5.1"),
    (Span(1, 1, sub=5), Span(2, 2, sub=7), Span(3, 3, sub=9)),
    "pdu3PhAmpsL1 to L3",
    by_row=True,
)


MONITOR = column("3711.24.1.1.7.1.2.1.10", "pduOutletMonMode", optional=True)


def _of_outlets(below: str, name: str, *unmetered: str) -> ComputedRows:
    """A current or power of each outlet, on PDUs that meter their outlets. PDU 1 meters them
    (pduOutletMonMode 3) and PDU 2 has no monitor (254), and no row. The mode of PDU 3 is unknown
    (255): its values are emptied.

    >>> current = _of_outlets("9", "pduOutRMSAmpsValue", NO_MONITOR)
    >>> AMPERES, _ = current.objects
    >>> values = {AMPERES: {"1.1": 15, "2.1": 0, "3.1": 9}}
    >>> current.rows(tables_of({**values, MONITOR: {"1": 3, "2": 254, "3": 255}}))
    {'1.1': 15, '3.1': ''}

    unmetered: the modes in which a PDU does not have this figure.
    """
    values = column(f"3711.24.1.1.7.2.3.1.{below}", name)

    @computed_from(values, MONITOR)
    def rows(tables: Tables) -> Rows:
        modes = part_of(tables[MONITOR], tables[values], stop=1)
        figures = where(tables[values], modes, none_of(*unmetered))
        return empty_unless(figures, modes, none_of(UNKNOWN_MONITOR))

    return rows


def _of_one_phase(tables: Tables, values: Column) -> Rows:
    """The rows of PDUs of one phase (pdu3PhMode 254). One without a mode is kept, too; one whose
    mode is not answered is missing.

    >>> _of_one_phase({AMPS: {"1": 15, "2": 0, "3": 9}, MODE: {"1": 254, "2": 1}}, AMPS)
    {'1': 15, '3': 9}
    """
    return where(tables[values], tables[MODE], none_of(STAR, DELTA, AGGREGATE, UNKNOWN_MODE))


def _of_pdus(one_phase: Column, aggregate: str, name: str) -> ComputedRows:
    """A current, power or energy of each PDU: of one with one phase from `one_phase`, of one with
    three from its aggregate. pdu3PhMode is 254 of a PDU of one phase, 253 of one that shows an
    aggregate.

    >>> energy = _of_pdus(ENERGY, "14", "pdu3PhkWhAgg")
    >>> _, AGGREGATES, _ = energy.objects
    >>> values = {ENERGY: {"1": 15, "2": 0}, AGGREGATES: {"1": 0, "2": 40}}
    >>> energy.rows(tables_of({**values, MODE: {"1": 254, "2": 253}}))
    {'1': 15, '2': 40}

    aggregate, name: the column of the aggregates in the table of three phases.
    """
    three_phase = column(f"3711.24.1.1.7.3.5.1.{aggregate}", name)

    @computed_from(one_phase, three_phase, MODE)
    def rows(tables: Tables) -> Rows:
        is_three_phase = yes_or_no((STAR, DELTA, AGGREGATE), (NO_MODE,))
        aggregates = where(tables[three_phase], tables[MODE], is_three_phase)
        one_phase_pdus = _of_one_phase(tables, one_phase)
        return concat(one_phase_pdus, aggregates)

    return rows


@computed_from(AMPS, LINES, MODE)
def pdu_currents(tables: Tables) -> Rows:
    """The current of each PDU of one phase (pdu3PhMode 254), and of each line of a PDU in star (1):
    their sum is the load.

    >>> pdus = {AMPS: {"1": 15, "2": 0}, LINES: {"2.1": 12, "2.2": 9}}
    >>> pdu_currents.rows(tables_of({**pdus, MODE: {"1": 254, "2": 1}}))
    {'1': 15, '2.1': 12, '2.2': 9}

    Of a PDU in delta (2) the MIB does not say whether a current is that of a line: it is missing.

    >>> pdu_currents.rows(tables_of({**pdus, MODE: {"1": 254, "2": 2}}))["2.1"].reason
    'its mark is none that the MIB names'
    """
    modes = part_of(tables[MODE], tables[LINES], stop=1)
    lines_in_star = where(tables[LINES], modes, yes_or_no((STAR,), (NO_MODE,)))
    one_phase_pdus = _of_one_phase(tables, AMPS)
    return concat(one_phase_pdus, lines_in_star)


PROFILES = (
    Profile(
        key="sinetica-hawk",
        vendor="Sinetica",
        mib="HAWK-I2-MIB",
        source=pysnmp_mibs("mibs/panduit/HAWK-I2-MIB"),
        models=("Hawk-i", "Panduit Eagle-i"),
        sys_object_ids=oids("3711.24"),
        conditions=(unit_condition(COMMUNICATION, "1"),),
        outlets=outlets(
            State(STATE, on=("1",), off=("2",)),
            Write(
                STATE,
                on=1,
                off=2,
                obstacle=(
                    "the outlet may have a password on the device (pduOutPwd), without which it"
                    " refuses commands: remove it there"
                ),
            ),
            count=column("3711.24.1.1.7.2.2.1.3", "pduNumOfOutlets"),
            name=column("3711.24.1.1.7.2.3.1.4", "pduOutName"),
            current=figure(_of_outlets("9", "pduOutRMSAmpsValue", NO_MONITOR), TENTHS),
            energy=figure(_of_outlets("14", "pduOutKWHrValue", NO_MONITOR, CURRENT_ONLY), TENTHS),
        ),
        load=pdu_total(figure(pdu_currents, TENTHS)),
        power=total(
            figure(
                _of_pdus(
                    column("3711.24.1.1.7.3.1.1.7", "pduMeanKWattsValue"), "12", "pdu3PhkWAgg"
                ),
                Decimal(100),
            ),
            unit=THE_UNIT,
        ),
        energy=pdu_total(figure(_of_pdus(ENERGY, "14", "pdu3PhkWhAgg"), TENTHS)),
        evidence=replace(SIMULATED, switching=EvidenceLevel.MIB),
        # writes pduOutPwd, then pduOutOn: 1 on, 2 off
        programs=(public("RackHD/on-tasks", "lib/services/panduit-obm-service.js"),),
        note=(
            "A command acts after a delay set on the device, and a password of the outlet may"
            " block it."
        ),
        unread=(
            "pduOutPwd: the MIB does not say how a password blocks a command; pduMonEn: a PDU that"
            " is not monitored has no row in the meters; pdu2Table: a second tree of PDUs with"
            " inlets and circuits, whose outlets are not switched"
        ),
    ),
)
