"""Guesses the role of each column of a table (state, name, number, current, power, energy), with
evidence and doubt. Pure.

A column that no MIB defines is judged by its recorded values, and by the names that a walk has for
them. Each such guess has a doubt, except for a column of the words on and off.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Optional

from handlers.snmp.decoding import number
from handlers.snmp.figures import Figure
from pdu_common.snmp_client.tool_api import COUNTER, COUNTER64, GAUGE, INTEGER, OCTETS

from ...recordings.snmp.recorded_rows import NUMBERS, Arcs
from .mib import Mib, Object
from .tables import Index, WalkedColumn, WalkedTable

# Roles of a column
STATE = "state"
NAME = "name"
NUMBER = "number"
CURRENT = "current"
POWER = "power"
ENERGY = "energy"

ON_WORDS = frozenset(
    "on closed close enabled up active energized poweron outleton ison pwron relayon".split()
)
OFF_WORDS = frozenset(
    "off open opened disabled down inactive deenergized poweroff outletoff isoff pwroff"
    " relayoff".split()
)
_CONTACT_WORDS = frozenset(
    "closed close enabled up active open opened disabled down inactive".split()
)
NOT_SHOWN = "the recording does not show which value is on and which is off"
_UNNAMED = "the walk does not name the object, so it may be a command, a setting or an alarm"
_CONTACT = "its words for on and off may describe a contact or a breaker"
_BY_VALUES = "judged by its values"
_NO_UNIT = (
    "the recording does not show what it measures and in which unit: compare it with the device's"
    " own web page"
)
BLANKS = "\0 \r\n\t"  # around a text
_OUTLET = re.compile(
    r"outlet|socket|plug|receptacle|relay|\bport\b|steckdose|output", re.IGNORECASE
)
# of an outlet, with a state of its own
_PART = re.compile(r"fuse|breaker|meter|sensor|detect|presen", re.IGNORECASE)
# A name is judged by the words behind its word for an outlet, such as Status of acmeOutletStatus;
# one without such a word by all of them but the first, the vendor's. Any other word may make it
# another object: a command, a setting, an alarm (state), or a limit, a share, a forecast (meter).
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])")
_OUTLET_WORD = re.compile(
    r"outlets?|sockets?|receptacles?|relays?|plugs?|ports?|out|output", re.IGNORECASE
)
_STATE_WORDS = frozenset(
    """actual current device entry info metered monitor off on oper operational power present
    properties property read relay stat state states stats status switch switched switching table
    value""".split()
)
_METER_WORDS = frozenset(
    """a ac accumulated active actual amp amperes amps consumed consumption count counter cumulative
    current energy entry hour hours info kilowatt kwh load measure measured meter metered milliamps
    monitor power present reading real rms sensor state status table tenths total true value values
    w watt watthour watts wh""".split()
)
_LARGEST_STATE, _MOST_STATES = 12, 4
# usual numbers of outlets; lines and banks are mostly fewer than _MANY
_USUAL_ROWS, _MANY = range(4, 61), 8
# an unused command's value; without clear UNITS, a meter needs more than _FEW_VALUES different
# values
_IDLE, _FEW_VALUES = -1, 2
# the score is higher if each of two states has at least a fifth of the rows
_MIXED = 5


class Guess(NamedTuple):
    """A guess at the role of a column."""

    role: str
    table: WalkedTable
    column: WalkedColumn
    #: compares columns of one role; the highest is the best
    score: float
    evidence: tuple[str, ...]
    #: why the guess may be wrong, or ""
    doubt: str = ""
    #: the column's definition in a MIB, or its names in a walk
    object: Optional[Object] = None


class _Candidate(NamedTuple):
    """A column that may have a role."""

    table: WalkedTable
    column: WalkedColumn
    #: see `Guess.object`
    object: Optional[Object]
    #: how much the labels of its rows speak for outlets
    labels: float

    def guess(self, role: str, score: float, *evidence: str, doubt: str) -> Guess:
        """The guess that the column has this role."""
        return Guess(role, self.table, self.column, score, evidence, doubt, self.object)


def guesses(tables: Sequence[WalkedTable], mib: Mib, names: Mapping[Arcs, str] = {}) -> list[Guess]:
    """All guesses at the roles of all columns, sorted by role, the best of each role first.

    `names`: see `snmprec.Parsed`.
    """
    # the best score for labels among tables with the same rows
    labels_by_rows: dict[frozenset[Index], int] = defaultdict(int)
    usual_sizes = [0]
    for table in tables:
        rows = table.columns[0].indexes
        labels_by_rows[rows] = max(labels_by_rows[rows], _labels(table))
        if table.size <= 2 * _USUAL_ROWS.stop:
            usual_sizes.append(table.size)
    largest = max(usual_sizes)
    guess_list: list[Guess] = []
    for table in tables:
        labels = float(labels_by_rows[table.columns[0].indexes])
        if table.size == largest:
            labels += 0.5
        for column in table.columns:
            mib_object = mib.objects.get(column.oid) or _walk_object(column, names)
            candidate = _Candidate(table, column, mib_object, labels)
            for role_guess in (_state, _name, _number, _meter):
                guess = role_guess(candidate)
                if guess is not None:
                    guess_list.append(guess)
    return sorted(guess_list, key=_place_of_guess)


def _place_of_guess(guess: Guess) -> tuple[str, float, Arcs]:
    return guess.role, -guess.score, guess.column.oid


def _walk_object(column: WalkedColumn, names: Mapping[Arcs, str]) -> Optional[Object]:
    """An object without a name, with the names that a walk has for the values of this column.

    None if there are none.
    """
    name_by_value = {}
    for index, row in column.rows.items():
        name = names.get(column.oid + index)
        if name is not None:
            name_by_value[int(str(row.raw))] = name
    if name_by_value:
        return Object("", "the walk", column.oid, enumeration=name_by_value, doubt=_UNNAMED)
    return None


def texts(column: WalkedColumn) -> Optional[list[str]]:
    """The values as text. None if a value is not text."""
    values = []
    for row in column.rows.values():
        if row.text is None:
            return None
        values.append(row.text.strip(BLANKS))
    return values


def integers(column: WalkedColumn) -> Optional[list[int]]:
    """The values as numbers. None if a value does not have a numeric type of SNMP."""
    values = []
    for row in column.rows.values():
        if row.tag not in NUMBERS or not isinstance(row.value, int):
            return None
        values.append(row.value)
    return values


# ---- states --------------------------------------------------------------------------------------


def _state(candidate: _Candidate) -> Optional[Guess]:
    """The guess that a column holds states; None if its values do not look so."""
    column, mib_object = candidate.column, candidate.object
    counts = Counter(str(row.raw).strip() for row in column.rows.values())
    if mib_object is not None and mib_object.enumeration:
        return _named_state(candidate, mib_object, counts)
    if len(counts) > _MOST_STATES:
        return None
    words = {letters(value) for value in counts}
    if texts(column) is not None and words <= ON_WORDS | OFF_WORDS:
        evidence = (
            f"each of its {len(column.rows)} strings is a word for on or off:"
            f" {_format_counts(counts)}"
        )
        doubt = name_doubt(mib_object) or words_doubt(words)
        return candidate.guess(STATE, 12 + _place(candidate), evidence, doubt=doubt)
    return _number_state(candidate, counts)


def _number_state(candidate: _Candidate, counts: Mapping[str, int]) -> Optional[Guess]:
    """The guess that a column of small numbers without names holds states."""
    column, mib_object = candidate.column, candidate.object
    values = _small(column)
    first_row = next(iter(column.rows.values()))
    if values is None or first_row.tag not in (INTEGER, GAUGE):
        return None
    score = _number_state_score(candidate, values)
    doubt = NOT_SHOWN
    if mib_object is not None:
        score -= 4  # a MIB mostly has an enumeration for a state
        if mib_object.doubt:
            doubt += f"; {mib_object.doubt}"
    evidence = f"{len(column.rows)} rows of small whole numbers: {_format_counts(counts)}"
    return candidate.guess(STATE, score, evidence, doubt=doubt)


def _number_state_score(candidate: _Candidate, values: Sequence[int]) -> float:
    """How much speaks for a state in a column of small numbers."""
    score = _place(candidate)
    counts = Counter(values)
    if len(counts) == 2:
        is_mixed = min(counts.values()) * _MIXED >= len(values)
        is_mostly_zero = 2 * counts[0] > len(values)
        if is_mixed:
            score += 4
        elif is_mostly_zero:
            score += 1
        else:
            score += 3
    elif len(counts) == 1:
        score += {1: 2, 2: 1, 0: -2}.get(values[0], -3)
    columns = candidate.table.columns
    idle_columns = [column for column in columns if set(integers(column) or ()) == {_IDLE}]
    if idle_columns:
        score += 2  # of the commands
    small_columns = [column for column in columns if _small(column) is not None]
    if candidate.column is small_columns[0]:
        score += 1  # the state is often the first such column
    return score


def _named_state(
    candidate: _Candidate, mib_object: Object, counts: Mapping[str, int]
) -> Optional[Guess]:
    """A guess from the names of the values. A MIB must name both on and off. A walk names only
    recorded values, so on or off is enough."""
    on, off = meanings(mib_object)
    is_enough = bool(on and off) if mib_object.name else bool(on or off)
    are_numbers = all(re.fullmatch("-?[0-9]{1,20}", value) for value in counts)
    if not is_enough or not are_numbers:
        return None
    names = mib_object.enumeration
    nameless_values = sorted(value for value in counts if int(value) not in names)
    if len(nameless_values) == len(counts):
        return None
    on_off_names = [names[value] for value in (*on, *off)]
    is_contact = _may_be_contact(mib_object, on_off_names)
    score = _place(candidate) + _named_state_score(mib_object) - 2 * len(nameless_values)
    if is_contact and not mib_object.name:
        score -= 2
    if max(len(on), len(off)) > 1:
        doubt = f"several names may mean on or off: {', '.join(on_off_names)}"
    elif nameless_values:
        source = "the MIB" if mib_object.name else "the walk"
        doubt = f"{source} has no name for some recorded values: {', '.join(nameless_values)}"
    elif mib_object.is_written:
        doubt = "it can be written, so it may be the command or a setting"
    elif is_contact:
        doubt = _CONTACT
    else:
        doubt = name_doubt(mib_object) or mib_object.doubt
    value_names = ", ".join(f"{name}({value})" for value, name in sorted(names.items()))
    definition = f"{mib_object.name or 'names of values'} in {mib_object.module}: {value_names}"
    row_counts = f"{candidate.table.size} rows: {_format_counts(counts)}"
    return candidate.guess(STATE, score, definition, row_counts, doubt=doubt)


def _named_state_score(mib_object: Object) -> int:
    """How much the definition of an object with names for on and off speaks for a state."""
    name = mib_object.name.lower()
    score = 14
    if re.search(r"status|state", name):
        score += 3
    if re.search(r"outlet|relay|socket|plug|receptacle", name):
        score += 2
    if name_doubt(mib_object):
        score -= 6
    if len(mib_object.enumeration) > 2 * _MOST_STATES:
        score -= 2
    return score


def _may_be_contact(mib_object: Object, words: Sequence[str]) -> bool:
    """Whether these names for on and off may be those of a contact: the object is no outlet's."""
    is_outlet = bool(_OUTLET.search(mib_object.name)) and not _PART.search(mib_object.name)
    return not is_outlet and not _CONTACT_WORDS.isdisjoint(map(letters, words))


def _words_of(name: str) -> list[str]:
    """The words of an object's name that say what it is of an outlet, in lower case."""
    words = [word.lower() for word in _WORD.findall(name)]
    for position, word in enumerate(words):
        if _OUTLET_WORD.fullmatch(word):
            later_words = words[position + 1 :]
            return [other for other in later_words if not _OUTLET_WORD.fullmatch(other)]
    return words[1:] or words


def _unusual_word(name: str, usual_words: Collection[str]) -> str:
    """The first word that the name of such an object usually does not have, "" without one."""
    for word in _words_of(name):
        if word not in usual_words:
            return word
    return ""


def name_doubt(mib_object: Optional[Object]) -> str:
    """Why an object with this name may be no state, "" for one of usual words or without a name."""
    name = mib_object.name if mib_object else ""
    word = _unusual_word(name, _STATE_WORDS)
    if not word:
        return ""
    if word in ("control", "controlled") and re.search("stat(e|us)", name, re.IGNORECASE):
        return ""  # the state of what is controlled
    return f"its name has {word!r}: it may be a command, a setting or an alarm"


def words_doubt(words: Collection[str]) -> str:
    """Why these words for on and off may mean something else; "" for the words on and off."""
    if {"on", "off"}.issuperset(words):
        return ""
    if _CONTACT_WORDS.intersection(words):
        return _CONTACT
    return "its words for on and off are unusual"


def letters(text: str) -> str:
    """The letters a to z of a string, in lower case."""
    return re.sub(r"[^a-z]", "", text.lower())


_PREFIX_OR_SUFFIX = re.compile(r"^(outlet|relay|power|status|state|socket|ieee)+|(status|state)+$")


def meanings(mib_object: Object) -> tuple[list[int], list[int]]:
    """The values whose names are words for on, and those for off, ignoring a prefix like `outlet`
    and a suffix like `state`.
    """
    on, off = [], []
    for value, name in mib_object.enumeration.items():
        word = letters(name)
        words = {word, _PREFIX_OR_SUFFIX.sub("", word)}
        if not words.isdisjoint(ON_WORDS):
            on.append(value)
        if not words.isdisjoint(OFF_WORDS):
            off.append(value)
    return on, off


def _small(column: WalkedColumn) -> Optional[list[int]]:
    """The values if all are numbers from 0 to _LARGEST_STATE and do not look like row numbers.

    Else None.
    """
    values = integers(column)
    if not values or min(values) < 0 or max(values) > _LARGEST_STATE:
        return None
    if _counts_rows(column, values):
        return None
    return values


def _counts_rows(column: WalkedColumn, values: list[int]) -> bool:
    """Whether they look like row numbers: three or more different values that never fall, or the
    last arcs of several indexes.
    """
    never_fall = len(set(values)) > 2 and values == sorted(values)
    are_indexes = len(values) > 1 and _are_indexes(column, values)
    return never_fall or are_indexes


def _are_indexes(column: WalkedColumn, values: list[int]) -> bool:
    return values == [index[-1] for index in column.rows]


def _place(candidate: _Candidate) -> float:
    """How much the table of a column looks like one of outlets."""
    size = candidate.table.size
    signs = (size in _USUAL_ROWS, size >= _MANY, len(candidate.table.columns) > 2)
    return 2 * candidate.labels + signs.count(True)


def _labels(table: WalkedTable) -> int:
    """2 if a column has different strings and at least half of them name outlets, 1 if the strings
    only differ, else 0. A column without a letter does not count."""
    best = 0
    for column in table.columns:
        values = texts(column)
        if values and len(set(values)) > 1 and _have_letters(values):
            outlet_names = [value for value in values if _OUTLET.search(value)]
            if 2 * len(outlet_names) >= len(values):
                return 2
            best = 1
    return best


def _have_letters(values: Sequence[str]) -> bool:
    return any(map(str.isalpha, "".join(values)))


def _format_counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {value[:20]}" for value, count in sorted(counts.items()))


# ---- labels --------------------------------------------------------------------------------------


def _name(candidate: _Candidate) -> Optional[Guess]:
    """The guess that a column holds outlets' names; None for equal texts and words for states."""
    values, mib_object = texts(candidate.column), candidate.object
    if not values or not _have_letters(values):
        return None
    different_values = list(dict.fromkeys(values))
    are_equal = len(different_values) == 1 and len(values) > 2
    words = {letters(value) for value in values}
    if are_equal or words <= ON_WORDS | OFF_WORDS:
        return None
    score = len(different_values)
    if any(map(_OUTLET.search, values)):
        score += len(values)
    if mib_object is not None and re.search(r"name|label|descr", mib_object.name.lower()):
        score += len(values)
    examples = ", ".join(map(repr, different_values[:3]))
    return candidate.guess(
        NAME,
        score,
        f"strings: {examples}",
        *_definition(mib_object),
        doubt="" if mib_object else _BY_VALUES,
    )


def _number(candidate: _Candidate) -> Optional[Guess]:
    """The guess that a column numbers the outlets; None if its values are not their indexes."""
    values = integers(candidate.column)
    if values is None or len(set(values)) < len(values):
        return None
    if min(values) < 0 or max(values) > 10 * candidate.table.size:
        return None
    are_positions = values == list(range(1, len(values) + 1))
    if not are_positions and not _are_indexes(candidate.column, values):
        return None
    definition = _definition(candidate.object)
    doubt = "" if definition else _BY_VALUES
    return candidate.guess(NUMBER, 1, "its values number the rows", *definition, doubt=doubt)


def _definition(mib_object: Optional[Object]) -> Sequence[str]:
    """The name of an object that a MIB defines, with its module."""
    if mib_object is None or not mib_object.name:
        return ()
    return (f"{mib_object.name} in {mib_object.module}",)


# ---- meters --------------------------------------------------------------------------------------

_SCALES = {
    "tenth": "0.1",
    "deci": "0.1",
    "hundredth": "0.01",
    "centi": "0.01",
    "thousandth": "0.001",
    "milli": "0.001",
    "m": "0.001",
    "kilo": "1000",
    "k": "1000",
}
_UNITS = {
    "wh": (ENERGY, "0.001"),
    "watthour": (ENERGY, "0.001"),
    "a": (CURRENT, "1"),
    "amp": (CURRENT, "1"),
    "ampere": (CURRENT, "1"),
    "w": (POWER, "1"),
    "watt": (POWER, "1"),
}
# Words that say how amperes are measured, as vendors write them before or after the unit.
_QUALIFIERS = r"rms|ac[ -]?rms|ac|\(rms\)|\(ac\)"
_SCALED = re.compile(
    r"(?:(?P<number>[0-9.]+|tenths?|hundredths?|thousandths?)[ -]*(?:of )?(?:an? )?)?"
    rf"(?:(?:{_QUALIFIERS})[ -])?"
    r"(?P<prefix>(?:milli|kilo|deci|centi)[ -]?|[km](?!illi))?"
    r"(?P<unit>whs?|watt[ -]?hours?|a|amps?|amperes?|w|watts?)"
    rf"(?:[ -](?P<qualifier>{_QUALIFIERS}))?"
)


class UnitsRole(NamedTuple):
    """What the UNITS of a column say."""

    #: CURRENT, POWER or ENERGY
    role: str
    #: the value of one unit in A, W or kWh
    scale: Decimal


def role_of_units(units: str) -> Optional[UnitsRole]:
    """What a column with these UNITS measures.

    None if the UNITS are not clear, or if a profile does not accept the value as a scale.
    """
    match = _SCALED.fullmatch(" ".join(units.lower().split()))
    if match is None:
        return None
    unit = re.sub("[ -]", "", match["unit"]).rstrip("s")
    role, unit_value = _UNITS[unit]
    if match["qualifier"] and role != CURRENT:
        return None
    prefix = (match["prefix"] or "").rstrip(" -")
    if prefix == "m" and "m" not in units:
        return None  # M: mega, or milli in capitals
    word = (match["number"] or "1").rstrip("s")
    factor = Decimal(_SCALES.get(word) or number(word) or 0)
    prefix_factor = Decimal(_SCALES.get(prefix, "1"))
    scale = factor * Decimal(unit_value) * prefix_factor
    if scale <= 0 or abs(scale.adjusted()) > Figure.MOST_DIGITS:
        return None
    return UnitsRole(role, scale)


def _meter(candidate: _Candidate) -> Optional[Guess]:
    """A guess at a meter: from UNITS in the MIB, else a doubtful one from its numbers."""
    mib_object = candidate.object
    if mib_object is not None and mib_object.enumeration:
        return None
    if mib_object is None:
        return _varying_meter(candidate)
    of_units = role_of_units(mib_object.units)
    if of_units is None:
        return _varying_meter(candidate)
    doubt = limit_doubt(mib_object)
    score = 0 if doubt else 10
    if re.search(r"outlet|socket|relay", mib_object.name.lower()):
        score += 2
    return candidate.guess(
        of_units.role,
        score,
        f"{mib_object.name} in {mib_object.module}, UNITS {mib_object.units!r}",
        doubt=doubt or mib_object.doubt,
    )


def _varying_meter(candidate: _Candidate) -> Optional[Guess]:
    """A doubtful guess at a meter, from three or more different numbers that count no rows."""
    rows = candidate.column.rows.values()
    values = []
    for row in rows:
        if row.tag not in (*NUMBERS, OCTETS):
            return None
        value = number(row.raw)
        if value is None or value < 0:
            return None
        values.append(value)
    different_values = list(dict.fromkeys(values))
    if len(different_values) <= _FEW_VALUES:
        return None
    column_integers = integers(candidate.column)
    if column_integers is not None and _counts_rows(candidate.column, column_integers):
        return None
    role, score = CURRENT, len(different_values)
    if any(row.tag in (COUNTER, COUNTER64) for row in rows):
        role = ENERGY
        score += 3
    doubt = _NO_UNIT
    if candidate.object is not None and candidate.object.units:
        doubt = f"its UNITS {candidate.object.units!r} are not clearly A, W or kWh"
    examples = ", ".join(f"{value:f}" for value in different_values[:4])
    return candidate.guess(
        role,
        score,
        f"numbers that differ by row: {examples}",
        *_definition(candidate.object),
        doubt=doubt,
    )


def limit_doubt(mib_object: Object) -> str:
    """Why an object with units may be no meter, "" if neither its name nor its access shows it."""
    word = _unusual_word(mib_object.name, _METER_WORDS)
    if word:
        return f"its name has {word!r}: it may be a limit, a setting or an average"
    if mib_object.is_written:
        return "it can be written, so it may be a limit or a setting"
    return ""
