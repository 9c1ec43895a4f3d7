"""Sources that a single built-in family needs each.

A source that a second family uses moves to the file of its kind.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Optional

from ....dcimanager.rows import Raw
from ....shared.ceilings import PLACEHOLDERS
from ....shared.decimals import CONTEXT, decimal_sum
from ....shared.errors import NoSuchOutlet, ProtocolError
from ... import validation
from ...decoding import Rows, latin_1, number, octets, text
from ..reader import LOST, UNDECIDED, UNIDENTIFIED, Lost, Reader
from .base import (
    EachValue,
    Filter,
    ObjectSource,
    ReadOnly,
    Source,
    is_number,
    is_one_of,
    lost_with,
    undecided_value,
)


class ExceptEmptySlots(Filter):
    """Rows of `source` without those of places where no hardware is fitted.

    A row is left out if its value, and those in all `columns`, are in `nothing`. The columns are
    read only if a value of `source` is. A row that one of them lacks stays.

    Fields:
        source: the rows to choose from.
        columns: further ones with the same identities.
        nothing: texts that stand for no hardware, such as -1.
    """

    columns: tuple[Source, ...]
    nothing: tuple[str, ...]

    def check(self) -> None:
        validation.require_values(self.columns, "columns")
        validation.require_values(self.nothing, "nothing")
        validation.require_distinct_texts(self.nothing, "nothing")

    def rows(self, reader: Reader) -> Rows:
        """The rows of which one value, here or in `columns`, is not in `nothing`."""
        rows = dict(reader.rows(self.source))
        unfitted_rows = [row for row, value in rows.items() if self._is_unfitted(value)]
        if not unfitted_rows:
            return rows
        for column in self.columns:
            values = reader.rows(column)
            unfitted_rows = [row for row in unfitted_rows if self._is_unfitted(values.get(row))]
        for row in unfitted_rows:
            del rows[row]
        return rows

    def _is_unfitted(self, value: Optional[Raw]) -> bool:
        """Whether a value stands for no hardware; a missing or lost one does not."""
        return is_one_of(value, self.nothing)


class NamedRows(ObjectSource):
    """Rows of a table of variables, selected by the variables' names, because their numbers change
    with the firmware.

    The identity is the first arc of the row's index (the device) and then the numbers in the name:
    "2.14". If `values` has only some of the variables, the others have an empty value. Raises
    ProtocolError if two variables have the same identity.

    Fields:
        names: the column of the names.
        values: the column of the values, in the same table.
        pattern: matches the whole name; its groups match the numbers. A group without a match adds
            none; if one matches anything but a number of at most nine digits, the row is left out.
            Without groups the identity is the device, for a variable that each device has once,
            such as a total.
        object: the name of these variables.
    """

    names: str
    values: str
    pattern: str
    object: str = ""

    def check(self) -> None:
        validation.require_oid(self.names, "names")
        validation.require_oid(self.values, "values")
        validation.compiled_pattern(self.pattern, "pattern")

    def rows(self, reader: Reader) -> Rows:
        """The value of each variable whose name the pattern matches, empty if it has none; {} if
        no such variable has a value."""
        value_by_index = reader.column(self.values)
        index_by_identity = self._index_by_identity(reader)
        if value_by_index.keys().isdisjoint(index_by_identity.values()):
            return {}
        rows: Rows = {}
        for identity, index in index_by_identity.items():
            rows[identity] = value_by_index.get(index, "")
        return rows

    def instance_oid(self, reader: Reader, identity: str) -> str:
        """The OID of the value of the variable with this identity. Raises NoSuchOutlet."""
        index = self._index_by_identity(reader).get(identity)
        if index is None:
            raise NoSuchOutlet(f"the device has no variable for outlet {identity[:40]!r}")
        return f"{self.values}.{index}"

    def _index_by_identity(self, reader: Reader) -> dict[str, str]:
        """Identity -> index of each variable whose name the pattern matches: "7.3" -> "7.1" for the
        name "Outlet 3" in row 7.1. A row whose name is lost is unidentified: it may be any
        variable's. Raises ProtocolError if two variables have the same identity.
        """
        expression = validation.compiled_pattern(self.pattern, "pattern")
        index_by_identity: dict[str, str] = {}
        for index, name in reader.names(self.names).items():
            if isinstance(name, Lost):
                index_by_identity[f"{index}{UNIDENTIFIED}"] = index
                continue
            match = expression.fullmatch(text(name))
            numbers = _numbers_in(match) if match else None
            if numbers is None:
                continue
            device = index.partition(".")[0]
            identity = ".".join([device, *numbers])
            if identity in index_by_identity:
                raise ProtocolError(f"two variables of the device have the identity {identity}")
            index_by_identity[identity] = index
        return index_by_identity


def _numbers_in(match: re.Match[str]) -> Optional[list[str]]:
    """The numbers that the groups of a pattern matched, without leading zeros; None if one matched
    anything else."""
    groups = [group for group in match.groups() if group is not None]
    if not all(map(is_number, groups)):
        return None
    return [str(int(group)) for group in groups]


class Packed(ReadOnly):
    """The values of several outlets in one text. Positions count from 1.

    The identity is "row.position", and in the row `main` only the position. Raises ProtocolError if
    another row has text but the row `main` has none.

    Fields:
        source: the texts.
        separator: the text between two values.
        main: the row of the first or only unit.
    """

    WHY = "a write sets all outlets of its text; the control WritePacked does that"

    source: Source
    separator: str = ","
    main: str = "0"

    def check(self) -> None:
        validation.require_separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        """The values of all outlets; one lost row if a text is lost."""
        rows = reader.rows(self.source)
        if any(isinstance(value, Lost) for value in rows.values()):
            return {UNIDENTIFIED: LOST}
        packed_texts = {row: text(value) for row, value in rows.items()}
        if any(packed_texts.values()) and not packed_texts.get(self.main):
            raise ProtocolError(
                "the first unit lists no outlets, but a later unit does; poll the PDU again"
            )
        value_by_outlet: Rows = {}
        for row, packed_text in packed_texts.items():
            for position, value in enumerate(self.values(packed_text), 1):
                value_by_outlet[self.identity(row, position)] = value
        return value_by_outlet

    def values(self, packed_text: str) -> list[str]:
        """The values of a text. A separator at its end begins no value."""
        if not packed_text:
            return []
        values = packed_text.removesuffix(self.separator).split(self.separator)
        return [value.strip() for value in values]

    def identity(self, row: str, position: int) -> str:
        """The identity of a position (from 1) in a row."""
        return str(position) if row == self.main else f"{row}.{position}"

    def position(self, identity: str) -> tuple[str, int]:
        """The row of an identity and its position, from 1; position 0 if the last arc is no number
        of at most nine digits."""
        row, _, position = identity.rpartition(".")
        return row or self.main, int(position) if is_number(position) else 0


class InletsInUse(ReadOnly):
    """The rows of inlets, or of their parts, without those of inlets that a transfer switch does
    not use now. The identity begins with the PDU and its inlet.

    If a PDU has several switches, or its switch uses none of its inlets, its rows have no value.

    Fields:
        source: the rows.
        active: the number of the inlet that each transfer switch uses; the index begins with the
            PDU.
        count: the number of each PDU's transfer switches.
    """

    WHY = "it has rows without an object"

    source: Source
    active: Source
    count: Source

    def rows(self, reader: Reader) -> Rows:
        """The rows of PDUs without a transfer switch, and of the inlets that are in use; with an
        empty value where no inlet of the PDU is known to be."""
        rows = reader.rows(self.source)
        count_by_pdu = reader.rows(self.count) if rows else {}
        pdus_with_switch: set[str] = set()
        for pdu, count in count_by_pdu.items():
            if not is_one_of(count, ("0",)):
                pdus_with_switch.add(pdu)
        if not pdus_with_switch:
            return rows
        inlet_in_use_by_pdu = self._inlet_in_use_by_pdu(reader)
        inlets = {_first_arcs(identity, 2) for identity in rows}
        rows_in_use: Rows = {}
        for identity, value in rows.items():
            pdu, inlet = _first_arcs(identity, 1), _first_arcs(identity, 2)
            inlet_in_use = inlet_in_use_by_pdu.get(pdu)
            if pdu not in pdus_with_switch or inlet == inlet_in_use:
                rows_in_use[identity] = value
            elif inlet_in_use not in inlets:
                rows_in_use[identity] = UNDECIDED
        return rows_in_use

    def _inlet_in_use_by_pdu(self, reader: Reader) -> dict[str, Optional[str]]:
        """PDU -> "PDU.INLET" that its transfer switch uses, None if it has several switches."""
        inlet_by_pdu: dict[str, Optional[str]] = {}
        for row, inlet in reader.rows(self.active).items():
            pdu = _first_arcs(row, 1)
            inlet_by_pdu[pdu] = None if pdu in inlet_by_pdu else f"{pdu}.{text(inlet)}"
        return inlet_by_pdu


def _first_arcs(identity: str, number_of_arcs: int) -> str:
    """So many first arcs of an identity, all of a shorter one."""
    return ".".join(identity.split(".")[:number_of_arcs])


class ItemCount(EachValue):
    """The number of items in each row's text, such as 2 for "0,1"."""

    WHY = "a number of items is no object of the device"

    separator: str = ","

    def check(self) -> None:
        validation.require_separator(self.separator)

    def computed(self, value: Raw) -> str:
        """The number of items in a text that are not blank."""
        items = text(value).split(self.separator)
        return str(sum(1 for item in items if item.strip()))


class Summed(ReadOnly):
    """The sum of all rows, as the row "0" of a scalar; no row unless each is a number from 0 on."""

    WHY = "a sum is no object of the device"

    source: Source

    def rows(self, reader: Reader) -> Rows:
        """{"0": the sum of the values}; {} without values, or if one is no number from 0 on."""
        numbers: list[Decimal] = []
        for raw in reader.rows(self.source).values():
            value = number(raw)
            if value is None or value < 0:
                return {}
            numbers.append(value)
        if not numbers:
            return {}
        return {"0": format(decimal_sum(numbers), "f")}


class Negative(EachValue):
    """The numbers of `source` with the opposite sign, so that a number of decimal digits becomes an
    exponent.

    Values that are no numbers of digits, from 0 on, are left out.
    """

    WHY = "its numbers are computed"

    def computed(self, value: Raw) -> Optional[str]:
        """The negative of a number from 0 on, None of any other value."""
        digits = number(value)
        if digits is None or digits < 0:
            return None
        return format(CONTEXT.minus(digits), "f")


class Signed(ReadOnly):
    """Readings of sensors that the device gives twice, unsigned and signed: the signed one if the
    sensor's smallest possible reading is below 0, else the unsigned one.

    A sensor whose minimum is missing, or above its unsigned reading, has the reading that it gives
    both times, an empty value if the two differ.
    A signed reading is empty if the sensor's largest possible one is not above 0: the device shows
    0 for a range that does not fit into 32 bits, and for its readings too.

    Fields:
        values: the unsigned readings.
        signed: the signed readings, only read if a minimum is below 0 or missing.
        minimum: the smallest possible reading of each sensor, signed. Without rows, the firmware
            has no signed readings.
        maximum: the largest one, signed, only read with `signed`.
    """

    WHY = "its values are readings"

    values: Source
    signed: Source
    minimum: Source
    maximum: Source

    def rows(self, reader: Reader) -> Rows:
        """The reading of each sensor."""
        readings = reader.rows(self.values)
        minima = reader.rows(self.minimum)
        if not minima:
            return readings
        signed_rows = [row for row, minimum in minima.items() if (number(minimum) or 0) < 0]
        unclear_rows: list[str] = []
        for row, reading in readings.items():
            if not _is_in_range(reading, minima.get(row)):
                unclear_rows.append(row)
        if not signed_rows and not unclear_rows:
            return readings
        signed_readings = reader.rows(self.signed)
        maxima = reader.rows(self.maximum)
        reading_by_row = dict(readings)
        for row in unclear_rows:
            if text(readings[row]) != text(signed_readings.get(row, "")):
                reading_by_row[row] = undecided_value(minima.get(row))
        for row in signed_rows:
            maximum = number(maxima.get(row))
            has_range = maximum is None or maximum > 0
            reading_by_row[row] = signed_readings.get(row, "") if has_range else ""
        return reading_by_row


def _is_in_range(reading: Raw, minimum: Optional[Raw]) -> bool:
    """Whether a sensor has a minimum, and its unsigned reading, 0 without one, is not below it."""
    least = number(minimum)
    return least is not None and least <= (number(reading) or 0)


class _Meters(NamedTuple):
    """The meters of one module, by their names."""

    value_by_name: Mapping[str, Raw] = {}  #: "": not measured
    #: whether the name of a meter is lost, another one's too, or has a separator in it
    has_ambiguous_names: bool = False
    #: such names, or the parts between their separators: in a list, one may mean several meters
    ambiguous_names: frozenset[str] = frozenset()

    def value_of(self, name: str) -> Raw:
        """The value of the meter that a list names: "" if no meter has it or if it is not measured,
        LOST if a meter with an ambiguous name may be meant."""
        value = self.value_by_name.get(name, "")
        if not self.has_ambiguous_names:
            return value
        if name in self.ambiguous_names or not text(value):
            return LOST
        return value


_OF_UNKNOWN_SCALE = Lost("a current whose scale its power does not tell")


class CurrentsByPower(ReadOnly):
    """Currents of meters in hundredths of A, of which the MIB does not tell if the device has them
    in tenths or in hundredths: the power of each meter does. A current below W/V is not possible,
    and one above five times that, a power factor of 0.2, is not believed: so one scale fits at
    most. A current above 0 is lost if none does, and one in hundredths below 0.5 A: in tenths it
    could be that of power supplies in standby, whose power factor may be 0.1.

    Fields:
        values: the currents, in tenths or in hundredths of A.
        voltages: in tenths of V; in hundredths if they are more than a meter of a PDU can show.
        powers: in W.
    """

    WHY = "its values are computed"

    values: Source
    voltages: Source
    powers: Source

    _MOST_TENTHS_OF_V = 6_000
    _LEAST, _MOST = Decimal("0.9"), 5  # of W/V; the least leaves room for rounded readings
    _LEAST_HUNDREDTHS = 50

    def rows(self, reader: Reader) -> Rows:
        """The current of each meter."""
        voltages = reader.rows(self.voltages)
        powers = reader.rows(self.powers)
        currents: Rows = {}
        for meter, current in reader.rows(self.values).items():
            reading = number(current)
            if reading is None or reading <= 0:
                currents[meter] = current
            else:
                least = self._least_amperes(number(voltages.get(meter)), number(powers.get(meter)))
                currents[meter] = self._hundredths(reading, least)
        return currents

    def _least_amperes(self, volts: Optional[Decimal], watts: Optional[Decimal]) -> Decimal:
        """W/V, 0 if it cannot be computed. `volts`: in tenths or hundredths."""
        if not volts or watts is None:
            return Decimal(0)
        divisor = 10 if volts <= self._MOST_TENTHS_OF_V else 100
        return CONTEXT.divide(CONTEXT.multiply(watts, divisor), volts)

    def _hundredths(self, reading: Decimal, least_amperes: Decimal) -> Raw:
        """A reading in hundredths of A, lost if its scale is not known."""
        least = CONTEXT.multiply(least_amperes, self._LEAST)
        most = CONTEXT.multiply(least_amperes, self._MOST)
        if least <= CONTEXT.divide(reading, 10) <= most:
            return format(CONTEXT.multiply(reading, 10), "f")
        if least <= CONTEXT.divide(reading, 100) <= most and reading >= self._LEAST_HUNDREDTHS:
            return format(reading, "f")
        return _OF_UNKNOWN_SCALE


class Gathered(ReadOnly):
    """For each row of `lists`, the sum of the values of the meters that it names.

    A row names meters of its own module: the first arc of both identities is the same. It is left
    out if it names no meter, an unknown one, or one whose value is no number from 0 on or means
    "not measured" (`PLACEHOLDERS`). It is lost if a name may be that of several meters.

    Fields:
        values: the meters' values.
        names: the meters' names.
        lists: texts with names of meters.
        separator: the text between two names.
        absent: texts of values that mean "not measured" too, such as those of 16 bits for currents.
    """

    WHY = "its values are sums"

    values: Source
    names: Source
    lists: Source
    separator: str = ","
    absent: tuple[str, ...] = ()

    def check(self) -> None:
        validation.require_separator(self.separator)

    def rows(self, reader: Reader) -> Rows:
        """The sum of the meters that each row of `lists` names. Lost if the row's list is lost, a
        meter's value is, or a name may be that of several meters; no entry if a meter is not
        measured."""
        meters_by_module = self._meters_by_module(reader)
        sum_by_row: Rows = {}
        for row, names_of_row in reader.rows(self.lists).items():
            if isinstance(names_of_row, Lost):
                sum_by_row[row] = lost_with(names_of_row)
                continue
            module = row.partition(".")[0]
            meters = meters_by_module.get(module, _Meters())
            values = [meters.value_of(name) for name in self._names(text(names_of_row))]
            sum_of_row = self._sum(values)
            if sum_of_row is not None:
                sum_by_row[row] = sum_of_row
        return sum_by_row

    def _meters_by_module(self, reader: Reader) -> dict[str, _Meters]:
        """Module -> its meters."""
        values = reader.rows(self.values)
        meters_by_module: dict[str, _Meters] = {}
        for row, raw_name in reader.rows(self.names).items():
            module, name = row.partition(".")[0], text(raw_name)
            meters = meters_by_module.get(module, _Meters())
            is_repeated = name in meters.value_by_name
            is_ambiguous = isinstance(raw_name, Lost) or self.separator in name or is_repeated
            ambiguous_names = self._names(name) if is_ambiguous else ()
            meters_by_module[module] = _Meters(
                value_by_name={**meters.value_by_name, name: values.get(row, "")},
                has_ambiguous_names=meters.has_ambiguous_names or is_ambiguous,
                ambiguous_names=meters.ambiguous_names.union(ambiguous_names),
            )
        return meters_by_module

    def _names(self, names: str) -> Collection[str]:
        """The names in a list, each once."""
        stripped_names = [name.strip() for name in names.split(self.separator)]
        return dict.fromkeys(filter(None, stripped_names))

    def _sum(self, values: Sequence[Raw]) -> Optional[Raw]:
        """The sum of values, lost if one is lost; None if there is none, or one is not measured."""
        if any(isinstance(value, Lost) for value in values):
            return lost_with(LOST)
        figures = [self._figure(value) for value in values]
        measured_figures = [figure for figure in figures if figure is not None]
        if not figures or len(measured_figures) < len(figures):
            return None
        return format(decimal_sum(measured_figures), "f")

    def _figure(self, value: Raw) -> Optional[Decimal]:
        """The number of a value, None if it is not measured."""
        if is_one_of(value, self.absent):
            return None
        figure = number(value)
        is_measured = figure is not None and figure >= 0 and figure not in PLACEHOLDERS
        return figure if is_measured else None


class ByOctets(ReadOnly):
    """For each row of `ids`, the row of `values` whose index starts with its first octets.

    For values indexed by a column of another table. An empty row of `ids`, or one whose octets
    start several indexes, gets an empty value, so that there is no sum. A row that is shorter than
    `length`, or starts no index, is left out. Without values there are no rows.

    Fields:
        values: the values of the other table.
        ids: octets, such as a GUID.
        length: the number of octets that the index starts with.
    """

    WHY = "its rows are found by values of the device, which may have changed"

    values: Source
    ids: Source
    length: int

    def check(self) -> None:
        if self.length < 1:
            raise ValueError(f"length is {self.length}; give 1 octet or more")

    def rows(self, reader: Reader) -> Rows:
        """Row of `ids` -> the value whose index starts with its octets."""
        values_by_arcs: dict[tuple[str, ...], list[Raw]] = {}
        for index, value in reader.rows(self.values).items():
            arcs = tuple(index.split(".")[: self.length])
            values_by_arcs.setdefault(arcs, []).append(value)
        if not values_by_arcs:
            return {}
        value_by_row: Rows = {}
        for row, guid in reader.rows(self.ids).items():
            if isinstance(guid, Lost):
                value_by_row[row] = lost_with(guid)
                continue
            arcs = self._arcs(guid, values_by_arcs)
            is_complete = len(arcs) == self.length
            values = values_by_arcs.get(arcs, []) if is_complete else []
            if len(values) == 1:
                value_by_row[row] = values[0]
            elif values or not arcs:
                value_by_row[row] = ""
        return value_by_row

    def _arcs(self, guid: Raw, known_prefixes: Collection[tuple[str, ...]]) -> tuple[str, ...]:
        """The first `length` octets as arcs, by UTF-8; by Latin-1 if only these are among
        `known_prefixes`, the first arcs of the indexes of `values`."""
        first_octets = octets(guid)[: self.length]
        arcs = tuple(map(str, first_octets))
        if arcs in known_prefixes:
            return arcs
        from_latin_1 = latin_1(guid) or b""
        other_arcs = tuple(map(str, from_latin_1[: self.length]))
        return other_arcs if other_arcs in known_prefixes else arcs


class Renumbered(ReadOnly):
    """Rows of `source`, whose indexes count from 0 or from 1, under the identities of `over`, which
    are 1 … N.

    Indexes of exactly 0 … N - 1 are increased by one, indexes of exactly 1 … N stay. Any other set
    of rows could belong to other outlets, so it gives no rows. Raises ProtocolError if `over` lacks
    one of 1 … N, by its own indexes or by those of `source`.
    """

    WHY = "the indexes of its rows follow from how many there are"

    source: Source
    over: Source

    def rows(self, reader: Reader) -> Rows:
        """The rows under the outlets' identities; one lost row if they may be other outlets'."""
        rows = reader.rows(self.source)
        outlets = reader.rows(self.over) if rows else {}
        if not outlets:
            return {}
        is_from_one = rows.keys() == _numbers(1, len(rows))
        is_from_zero = rows.keys() == _numbers(0, len(rows))
        has_gap = outlets.keys() != _numbers(1, len(outlets))
        if has_gap or (is_from_one and len(outlets) < len(rows)):
            raise ProtocolError("the device's list of outlets lacks some of them; poll it again")
        has_all = len(outlets) == len(rows)
        if has_all and is_from_one:
            return rows
        if has_all and is_from_zero:
            return {str(int(index) + 1): value for index, value in rows.items()}
        return {UNIDENTIFIED: Lost("its table has other rows than that of the outlets")}


def _numbers(first: int, count: int) -> set[str]:
    """`count` consecutive numbers from `first` on, as texts."""
    return {str(n) for n in range(first, first + count)}
