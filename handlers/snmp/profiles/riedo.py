"""Riedo Networks: UPDU of RNX-UPDU-MIB. A relay names the meters that it feeds; relays and meters
have different indexes.

One table has the meters of the PDU, its phases, its modules, its outlets and groups of outlets. A
meter without data shows 0 for every measurement, and a meter with expired data shows its last
values: neither gives a figure. Older firmware does not report the quality of its data; all its
values count.

In a function `tables[COLUMN]` is {row: value}. `Missing` is a value that the device has and did not
answer: it makes a sum unknown. "" is a row that is not metered.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Optional

from ...shared.ceilings import PLACEHOLDERS, PLACEHOLDERS_16
from ...shared.decimals import decimal_sum
from ..cells import NO_ANSWER, Cell, Missing, Rows, arcs, missing_because
from ..controls import Write
from ..decoding import is_one_of, number, text
from ..evidence import SIMULATED
from ..filters import none_of, one_of, rows_if_none_in, strict_where, where, yes_or_no
from ..joins import left_join, prefixed
from ..objects import Column, Parts
from ..profile import Profile
from ..states import State
from ..tables import ComputedRows, Tables, computed_from
from ..totals import Total
from .conditions import row_condition
from .language import column, figure, oids, outlets, total
from .links import librenms
from .scales import ONES, THOUSANDTHS

NAME = column("55108.1.3.1.1.2", "upduMeterName")
TYPE = column("55108.1.3.1.1.3", "upduMeterType")
ENERGY = column("55108.1.3.1.1.4", "upduMeterEnergyP")
POWER = column("55108.1.3.1.1.7", "upduMeterPowerP")
CURRENT = column("55108.1.3.1.1.11", "upduMeterIrms")
RELAY_METERS = column("55108.1.4.1.1.2", "upduRelayMeterNames")
# upduMeterType: pduTotal, ...Calc; phaseTotal, ...Calc; outlet
OF_PDU, OF_PHASES, OUTLET = ("0", "1"), ("2", "3"), "6"
TYPES = tuple(map(str, range(8)))  # all of them: also of modules, and of groups of outlets
QUALITY = column("55108.1.3.1.1.15", "upduMeterDataQuality", optional=True)
SEPARATOR = ","  # in upduRelayMeterNames
CONDITION = column("55108.1.4.1.1.5", "upduRelayCondition")
AS_COMMANDED = "0"  # 1: failed, 2: unknown
# texts of a current or power of 16 bits that is not measured: here it would be added to others
NARROW = tuple(format(value, "f") for value in sorted(PLACEHOLDERS_16))
# WattHours, the type of upduMeterEnergyP, is a Counter64, which has no sign
SIGNED, NO_SIGN = ("-1",), ()
# upduMeterDataQuality: expired; no data
WITHOUT_DATA = ("1", "2")


def _with_data(tables: Tables, values: Column) -> Rows:
    """The values of the meters that have data: not expired ones (upduMeterDataQuality 1 or 2).

    >>> _with_data({POWER: {"1.1": 800, "1.3": 700}, QUALITY: {"1.1": 0, "1.3": 1}}, POWER)
    {'1.1': 800}
    """
    return where(tables[values], tables[QUALITY], none_of(*WITHOUT_DATA))


def _of_type(tables: Tables, values: Column, kind: str) -> Rows:
    """The value of each meter of one type, such as the whole PDU's. A meter without data (expired)
    is emptied and stays: the sum is then not known, not too small.

    >>> meters = {TYPE: {"1.1": 0, "1.2": 6, "1.3": 0}, QUALITY: {"1.1": 0, "1.2": 0, "1.3": 1}}
    >>> _of_type({POWER: {"1.1": 800, "1.2": 60, "1.3": 700}, **meters}, POWER, "0")
    {'1.1': 800, '1.3': ''}
    """
    other_kinds = tuple(type_ for type_ in TYPES if type_ != kind)
    meters = where(tables[values], tables[TYPE], yes_or_no((kind,), other_kinds))
    current_values = _with_data(tables, values)
    return left_join(meters, current_values)


def _meters(values: Column, kind: str) -> ComputedRows:
    """A figure of each meter of one type (upduMeterType `kind`), such as 0, the whole PDU's.

    >>> meters = {TYPE: {"1.1": 0, "1.2": 6}, QUALITY: {}}
    >>> _meters(POWER, "0").rows({POWER: {"1.1": 800, "1.2": 60}, **meters})
    {'1.1': 800}
    """

    @computed_from(values, TYPE, QUALITY)
    def rows(tables: Tables) -> Rows:
        return _of_type(tables, values, kind)

    return rows


def _first_of(values: Column, scale: Decimal, absent: tuple[str, ...], *kinds: str) -> Total:
    figures = (figure(_meters(values, kind), scale, absent) for kind in kinds)
    return total(*figures, else_outlets=True)


def _only_metered(values: Column) -> Parts:
    """Values by the indexes of meters, on a unit that shows no table of switched outlets: outlet 7
    is "0.7". The table may be missing only now, and its rows are other outlets'."""
    return Parts((("0", values),))


def _outlet_meters(values: Column) -> ComputedRows:
    """A figure of each outlet that has a meter of its own (upduMeterType 6), on a unit without
    relays. Outlet 7 is "0.7" there: on a unit with relays, number 7 is another outlet.

    >>> meters = {TYPE: {"1": 0, "7": 6}, QUALITY: {}}
    >>> _outlet_meters(POWER).rows({POWER: {"1": 800, "7": 60}, **meters})
    {'0.7': 60}
    """

    @computed_from(_only_metered(values), TYPE, QUALITY)
    def rows(tables: Tables) -> Rows:
        meters_of_outlets = _of_type(tables, values, OUTLET)
        return prefixed("0", meters_of_outlets)

    return rows


@computed_from(_only_metered(NAME), TYPE, on_demand=(RELAY_METERS,))
def metered_outlets(tables: Tables) -> Rows:
    """The names of the meters that are outlets' (upduMeterType 6), on a unit without relays: the
    meter in row 7 is outlet "0.7". On a unit with relays, whose numbers are not those of the
    meters, no row.

    >>> meters = {NAME: {"1": "PDU", "7": "web"}, TYPE: {"1": 0, "7": 6}}
    >>> metered_outlets.rows(tables_of(meters))
    {'0.7': 'web'}
    >>> metered_outlets.rows(tables_of({**meters, RELAY_METERS: {"1": "web"}}))
    {}

    Raises ProtocolError if the type of a meter is not answered.
    """
    names = rows_if_none_in(tables[NAME], tables[RELAY_METERS])
    if not names:
        return {}
    names_of_outlets = strict_where(names, tables[TYPE], one_of(OUTLET))
    return prefixed("0", names_of_outlets)


class _Meters(NamedTuple):
    """The meters of one module, by their names."""

    value_by_name: Mapping[str, Cell] = {}  #: "": not measured
    #: names, or the parts between their separators, that are lost, another meter's too, or have a
    #: separator in them: in a list, one may mean several meters
    ambiguous_names: frozenset[str] = frozenset()
    has_ambiguous_names: bool = False  #: a lost name has no text

    def value_of(self, name: str) -> Cell:
        """The value of the meter of this name: "" if no meter has it or if it is not measured, a
        missing one if a meter with an ambiguous name may be meant.

        >>> _Meters({"web": 60}).value_of("web"), _Meters({"web": 60}).value_of("db")
        (60, '')
        >>> _Meters({}, frozenset({"web"}), True).value_of("web").reason
        'no answer'
        """
        value = self.value_by_name.get(name, "")
        if not self.has_ambiguous_names:
            return value
        return NO_ANSWER if name in self.ambiguous_names or not text(value) else value

    def with_meter(self, raw_name: Cell, value: Cell) -> "_Meters":
        """These meters, and one more.

        >>> _Meters().with_meter("A1", 230).value_of("A1")
        230
        >>> _Meters().with_meter("A1", 230).with_meter("A1", 70).value_of("A1").reason
        'no answer'
        """
        name = text(raw_name)
        is_repeated = name in self.value_by_name
        is_ambiguous = isinstance(raw_name, Missing) or SEPARATOR in name or is_repeated
        return _Meters(
            value_by_name={**self.value_by_name, name: value},
            ambiguous_names=self.ambiguous_names.union(_names(name) if is_ambiguous else ()),
            has_ambiguous_names=self.has_ambiguous_names or is_ambiguous,
        )


def _names(names: str) -> list[str]:
    """The names of the meters in the list that a relay has, each once.

    >>> _names("A1, A2, A1")
    ['A1', 'A2']
    """
    stripped_names = (name.strip() for name in names.split(SEPARATOR))
    return list(dict.fromkeys(filter(None, stripped_names)))


def _of_relays(values: Column, absent: Sequence[str] = ()) -> ComputedRows:
    """A figure of each relay (outlet): the sum of the meters that the relay names, which are of its
    own module, the first arc.

    >>> meters = {NAME: {"1.1": "A", "1.2": "B"}, QUALITY: {}, POWER: {"1.1": 60, "1.2": 40}}
    >>> relays = {RELAY_METERS: {"1.1": "A,B", "1.2": "B", "1.3": ""}}
    >>> sums = _of_relays(POWER).rows({**meters, **relays})
    >>> {relay: str(watts) for relay, watts in sums.items()}
    {'1.1': '100', '1.2': '40'}

    A relay that names no meter, an unknown one or one that is not measured has no row. One of whose
    meters a value is missing, or a name is that of several, is missing.

    absent: values that mean "not measured".
    """

    @computed_from(values, NAME, RELAY_METERS, QUALITY)
    def rows(tables: Tables) -> Rows:
        """The sum of each relay's meters: first the meters of each module by their names, then the
        sums.
        """
        values_with_data = _with_data(tables, values)
        modules: dict[str, _Meters] = {}
        for meter, name in tables[NAME].items():
            module = arcs(meter, stop=1)
            meters = modules.get(module, _Meters())
            modules[module] = meters.with_meter(name, values_with_data.get(meter, ""))
        sums: Rows = {}
        for relay, names in tables[RELAY_METERS].items():
            if isinstance(names, Missing):
                sums[relay] = missing_because(names)
                continue
            meters = modules.get(arcs(relay, stop=1), _Meters())
            sum_of_relay = _sum([meters.value_of(name) for name in _names(text(names))], absent)
            if sum_of_relay is not None:
                sums[relay] = sum_of_relay
        return sums

    return rows


def _sum(values: Sequence[Cell], absent: Sequence[str]) -> Optional[Cell]:
    """The figure of a relay: the sum of its meters' values. Missing if one of them is; None if
    there is none, or if one is not measured.

    >>> _sum(["230", 70], ())
    '300'
    >>> _sum(["230", NO_ANSWER], ()).reason
    'no answer'
    >>> _sum(["230", ""], ()) is None
    True
    """
    if any(isinstance(value, Missing) for value in values):
        return missing_because(NO_ANSWER)
    numbers: list[Decimal] = []
    for value in values:
        figure_of_meter = number(value)
        if figure_of_meter is None or figure_of_meter < 0 or figure_of_meter in PLACEHOLDERS:
            return None
        if is_one_of(value, absent):
            return None
        numbers.append(figure_of_meter)
    return format(decimal_sum(numbers), "f") if numbers else None


PROFILES = (
    Profile(
        key="riedo-updu",
        vendor="Riedo Networks",
        mib="RNX-UPDU-MIB",
        source=librenms("riedo/RNX-UPDU-MIB"),
        models=("UPDU RN3xxx",),
        sys_object_ids=oids("55108.1"),
        outlets=(
            outlets(
                State(
                    column("55108.1.4.1.1.4", "upduRelayOperStatus"),
                    on=("1",),
                    off=("0",),
                    conditions=(row_condition(CONDITION, AS_COMMANDED),),
                ),
                Write(column("55108.1.4.1.1.3", "upduRelayAdminStatus"), on=1, off=0),
                name=RELAY_METERS,
                current=figure(_of_relays(CURRENT, NARROW), THOUSANDTHS),
                power=figure(_of_relays(POWER, NARROW)),
                energy=figure(_of_relays(ENERGY), THOUSANDTHS),
                has_joined_meters=True,
            )
            + outlets(
                rows=metered_outlets,
                number=_only_metered(NAME),
                name=_only_metered(column("55108.1.3.1.1.13", "upduMeterCustomName")),
                current=figure(_outlet_meters(CURRENT), THOUSANDTHS),
                power=figure(_outlet_meters(POWER)),
                energy=figure(_outlet_meters(ENERGY), THOUSANDTHS, NO_SIGN),
            )
        ),
        load=_first_of(CURRENT, THOUSANDTHS, SIGNED, *OF_PHASES, *OF_PDU),
        power=_first_of(POWER, ONES, SIGNED, *OF_PDU),
        energy=_first_of(ENERGY, THOUSANDTHS, NO_SIGN, *OF_PDU),
        evidence=SIMULATED,
    ),
)
