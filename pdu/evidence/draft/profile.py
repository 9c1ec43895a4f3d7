"""Drafts a profile from the best guesses that a recording allows.

A value with a doubtful meaning begins with a question mark ("?1"), so the outlet is UNKNOWN until a
person removes the mark.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Optional

from handlers.snmp.evidence import Evidence, EvidenceLevel
from handlers.snmp.figures import Figure, Total
from handlers.snmp.outlets import Outlets
from handlers.snmp.profile import Profile
from handlers.snmp.sources import Column as ColumnSource, Packed, Scalar
from handlers.snmp.states import State

from ...families.profile_checks import MARK
from ...recordings.snmp.recorded_rows import SYS_DESCR, SYS_OBJECT_ID, Arcs, Rows, dotted
from . import columns
from .columns import Guess, integers, letters, meanings, texts
from .mib import Mib, Object
from .packed import PackedGuess, find_packed_strings
from .tables import AGENTS, VENDORS, tables
from .unused import UnitScalar, WritableObject, scalars, writable

# both values of a column -> (on, off) to propose
_OFTEN = {frozenset((0, 1)): (1, 0), frozenset((1, 2)): (1, 2)}
_LABELS = (columns.NAME, columns.NUMBER)
_METERS = (columns.CURRENT, columns.POWER, columns.ENERGY)
_NO_COMMAND = (
    "No command is proposed, because a writable object need not be a command. Find the command in"
    " the vendor's documents and add it by hand."
)
_SUMS = (
    "The totals are the sums over the outlets. If the unit meters its lines or its inlet, give"
    " these figures instead."
)


@dataclass
class Draft:
    """The result."""

    #: all guesses at columns, used or not
    guesses: list[Guess]
    #: all guesses at strings, used or not
    packed_guesses: list[PackedGuess]
    #: scalars with UNITS, which are not used
    scalars: list[UnitScalar]
    #: None if nothing looks like outlets
    profile: Optional[Profile] = None
    #: role, or "confirm" -> OID
    oid_by_role: dict[str, str] = field(default_factory=dict)
    doubts: list[str] = field(default_factory=list)
    #: objects beside the states that can be written, which are not used
    writable: list[WritableObject] = field(default_factory=list)

    def guesses_by_role(self) -> dict[str, list[Guess]]:
        """`guesses` by role, the best of each role first."""
        by_role = itertools.groupby(self.guesses, key=lambda guess: guess.role)
        return {role: list(guesses) for role, guesses in by_role}


def draft(rows: Rows, mib: Mib, key: str = "", names: Mapping[Arcs, str] = {}) -> Draft:
    """The draft for a device with these rows. `names`: see `snmprec.Parsed`. Raises ValueError for
    an invalid `key`, which is not checked if nothing looks like outlets."""
    table_list = tables(rows, mib.objects)
    result = Draft(
        columns.guesses(table_list, mib, names),
        find_packed_strings(rows, mib),
        scalars(rows, table_list, mib),
    )
    state = next((guess for guess in result.guesses if guess.role == columns.STATE), None)
    outlets: Optional[Outlets] = None
    if result.packed_guesses and _is_better(result.packed_guesses[0], state):
        outlets = _packed_outlets(result)
    elif state is not None:
        outlets = _column_outlets(result, state)
    else:
        result.doubts.append(
            "No column looks like the states of outlets. The unit may have one outlet, report no"
            " states, or report them in an unknown form."
        )
    if outlets is not None and any((outlets.current, outlets.power, outlets.energy)):
        result.doubts.append(_SUMS)
    result.doubts.append(_NO_COMMAND)
    if outlets is not None:
        result.profile = _profile(rows, mib, outlets, result.doubts, key)
    if state is not None:
        result.writable = writable(state, table_list, mib)
    return result


def _is_better(guess: PackedGuess, column: Optional[Guess]) -> bool:
    """Whether a string is more likely to hold the states than the best column: it has more values
    than the column's score, and not all are "0". A column with a name always wins.
    """
    score = len(guess.values) if set(guess.values) - {"0"} else 0
    return column is None or (column.object is None and column.score < score)


# ---- outlets -------------------------------------------------------------------------------------


def _packed_outlets(result: Draft) -> Outlets:
    """Outlets whose states are in one text, such as "1,0,1". Adds to `result`."""
    guess, *later_guesses = result.packed_guesses
    result.oid_by_role[columns.STATE] = dotted(guess.oid)
    rivals = (
        rival.oid
        for rival in later_guesses
        if rival.oid != guess.oid and len(rival.values) == len(guess.values)
    )
    doubt = _join((guess.doubt, _doubt_of_rivals(rivals)))
    on, off = _state_words(guess.values)
    if set(guess.values) <= {"0", "1"}:
        on, off = ["1"], ["0"]
    reasons = _join((doubt, _word_doubt(on, off)))
    if reasons:
        result.doubts.append(
            f"{guess.evidence}; {reasons}. Compare the values with the unit's outlets, then"
            f" remove the marks ({MARK})."
        )
    mark = MARK if doubt else ""
    source = Packed(Scalar(dotted(guess.oid)), guess.separator)
    return Outlets(states=State(source, _with_marks(on, mark), _with_marks(off, mark)))


def _column_outlets(result: Draft, state: Guess) -> Outlets:
    """Outlets whose states are a column, with its table's meters. Adds to `result`."""
    roles = result.guesses_by_role()
    oid = dotted(state.column.oid)
    result.oid_by_role[columns.STATE] = oid
    rivals = (
        guess.column.oid
        for guess in roles[columns.STATE]
        if guess is not state and guess.score >= state.score
    )
    doubts_of_column = _join((state.doubt, _doubt_of_rivals(rivals)))
    on, off, doubt = _meaning(state._replace(doubt=doubts_of_column))
    if doubt:
        result.doubts.append(f"{oid}: {doubt.rstrip('.')}.")
    confirm = _same_values(state, roles[columns.STATE])
    if confirm is not None:
        result.oid_by_role["confirm"] = dotted(confirm.column.oid)
        result.doubts.append(
            f"{dotted(confirm.column.oid)} has the same values, so both are read and must agree:"
            " one of them may be the command or a setting."
        )
    guess_by_role: dict[str, Optional[Guess]] = {}
    for role in (*_LABELS, *_METERS):
        guess_by_role[role] = _best_guess_with_rows_of(state, roles.get(role, ()))
    for role, guess in guess_by_role.items():
        if guess is not None:
            result.oid_by_role[role] = dotted(guess.column.oid)
    for role in _METERS:
        if guess_by_role[role] is None and _usable_guesses(state, roles.get(role, ())):
            result.doubts.append(
                f"Several columns are as likely to be the outlets' {role}, so none is read: give"
                " one."
            )
    return Outlets(
        states=State(_source(state), on, off, confirm=_optional(confirm)),
        number=_optional(guess_by_role[columns.NUMBER]),
        name=_optional(guess_by_role[columns.NAME]),
        current=_figure(guess_by_role[columns.CURRENT]),
        power=_figure(guess_by_role[columns.POWER]),
        energy=_figure(guess_by_role[columns.ENERGY]),
    )


def _join(reasons: Iterable[str]) -> str:
    return "; ".join(filter(None, reasons))


def _doubt_of_rivals(rivals: Iterable[Arcs]) -> str:
    """That another object may be the states as well; "" without one."""
    oid = next(iter(rivals), None)
    return f"{dotted(oid)} is as likely to be the states" if oid is not None else ""


def _meaning(state: Guess) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The values that are on, those that are off, and the doubt. Doubtful values are marked."""
    words, numbers = texts(state.column), integers(state.column)
    mib_object, doubt = state.object, state.doubt
    mark = MARK if doubt else ""
    on: Sequence[object]
    off: Sequence[object]
    if mib_object is not None and mib_object.enumeration:
        on, off = meanings(mib_object)
        if not on or not off:  # a walk without the other state, whose names are all doubted
            state_name = "off" if on else "on"
            doubt += f"; no recorded value is named {state_name}, so its value is only a guess"
            on = on or [_free_value(mib_object, 1, 2)]
            off = off or [_free_value(mib_object, 0, 2)]
    elif words is not None and numbers is None:
        on, off = _state_words(words)
        doubt = _join((doubt, _word_doubt(on, off)))
    else:
        values = set(numbers or ())
        up, down = _OFTEN.get(frozenset(values)) or _one_of_two(values)
        on, off, mark = [up], [down], MARK
        doubt += (
            f"; {up} for on and {down} for off is only a guess. Switch an idle outlet at the unit"
            " itself, read its new value, correct the values here, and remove the marks"
            f" ({MARK})."
        )
    return _with_marks(on, mark), _with_marks(off, mark), doubt


def _free_value(mib_object: Object, *values: int) -> int:
    """The first of these values that has no name yet, else one more than the highest that has."""
    for value in values:
        if value not in mib_object.enumeration:
            return value
    return max(mib_object.enumeration) + 1


def _state_words(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """The values that are words for on, and those for off; a marked word where none was
    recorded.
    """
    on, off = set(), set()
    for value in values:
        if letters(value) in columns.ON_WORDS:
            on.add(value)
        if letters(value) in columns.OFF_WORDS:
            off.add(value)
    return sorted(on) or [f"{MARK}on"], sorted(off) or [f"{MARK}off"]


def _with_marks(values: Iterable[object], mark: str) -> tuple[str, ...]:
    """The values, each with the mark before it, once."""
    texts_of_values = map(str, values)
    if not mark:
        return tuple(texts_of_values)
    return tuple(f"{mark}{text.removeprefix(MARK)}" for text in texts_of_values)


def _word_doubt(on: Sequence[str], off: Sequence[str]) -> str:
    """That a word is guessed, "" if both were recorded."""
    guessed_words = [word.removeprefix(MARK) for word in (*on, *off) if word.startswith(MARK)]
    if not guessed_words:
        return ""
    word = guessed_words[0]
    return f"no recorded value is a word for {word}, so {word!r} is only a guess"


def _one_of_two(values: set[int]) -> tuple[int, int]:
    """The values to propose for on and off.

    Both are in `values` if it has several. 0 is never proposed for on.
    """
    smallest, largest = min(values), max(values)
    if smallest == 0:
        return largest or 1, 0
    if len(values) > 1:
        return smallest, largest
    if smallest == 1:
        return 1, 0
    return smallest, smallest + 1


def _same_values(state: Guess, rivals: Sequence[Guess]) -> Optional[Guess]:
    """Of the other guesses at states in the same table, the last whose column equals the states in
    every row. None if a MIB defines the states, or if they do not have exactly two values."""
    is_defined = state.object is not None and bool(state.object.name)
    state_values = _values(state)
    if is_defined or len(set(state_values)) != 2:
        return None
    same_guesses = []
    for guess in rivals:
        is_beside = guess.table is state.table and guess.column is not state.column
        if is_beside and _values(guess) == state_values:
            same_guesses.append(guess)
    return max(same_guesses, key=lambda guess: guess.column.oid, default=None)


def _values(guess: Guess) -> list[object]:
    return [row.value for row in guess.column.rows.values()]


def _usable_guesses(state: Guess, guesses: Sequence[Guess]) -> list[Guess]:
    """The guesses at other columns with the same rows as the states; a meter without a doubt."""
    usable_guesses = []
    for guess in guesses:
        is_sure = not guess.doubt or guess.role in _LABELS
        is_other = guess.column.oid != state.column.oid
        if is_sure and is_other and guess.column.indexes == state.column.indexes:
            usable_guesses.append(guess)
    return usable_guesses


def _best_guess_with_rows_of(state: Guess, guesses: Sequence[Guess]) -> Optional[Guess]:
    """Of the guesses, which are sorted by score, the first that can be used; None if there is none,
    or for a meter if another one is as likely.
    """
    usable_guesses = _usable_guesses(state, guesses)
    if not usable_guesses:
        return None
    best, *rivals = usable_guesses
    is_tie = bool(rivals) and rivals[0].score == best.score
    return None if is_tie and best.role in _METERS else best


def _source(guess: Guess) -> ColumnSource:
    """The column of a guess, as a profile names it."""
    object_name = guess.object.name if guess.object is not None else ""
    # scalars of one name each, such as outlet1State.0: the zero of all rows is no part of a number
    is_scalar = all(index[-1] == 0 and len(index) > 1 for index in guess.column.indexes)
    suffix = "0" if is_scalar else ""
    return ColumnSource(dotted(guess.column.oid), object_name, suffix)


def _optional(guess: Optional[Guess]) -> Optional[ColumnSource]:
    return _source(guess) if guess is not None else None


def _figure(guess: Optional[Guess]) -> Optional[Figure]:
    """The figure that a profile reads from a guessed column; None for a column that no MIB
    describes, whose unit is then not known.
    """
    if guess is None or guess.object is None:
        return None
    of_units = columns.role_of_units(guess.object.units)
    scale = Decimal(1) if of_units is None else of_units.scale
    return Figure(_source(guess), scale=scale)


# ---- the whole -----------------------------------------------------------------------------------


def _profile(rows: Rows, mib: Mib, outlets: Outlets, doubts: Sequence[str], key: str) -> Profile:
    """A profile around the drafted outlets, with vendor and model from the system group."""
    description = rows[SYS_DESCR].decoded[:80] if SYS_DESCR in rows else ""
    characters = [c if c.isprintable() else " " for c in description]
    model = "".join(characters).strip() or "unknown"
    sys_object_id = _sys_object_id(rows)
    # names the agent's software, not the device
    is_agent = any(sys_object_id[: len(arcs)] == arcs for arcs in AGENTS)
    # a profile's OIDs start with 1
    is_product = len(sys_object_id) > len(VENDORS) + 1 and sys_object_id[0] == 1
    product_ids = (dotted(sys_object_id),) if is_product and not is_agent else ()
    vendor = 0
    if sys_object_id[: len(VENDORS)] == VENDORS and len(sys_object_id) > len(VENDORS):
        vendor = sys_object_id[len(VENDORS)]
    return Profile(
        key=key or f"own-{vendor or 'pdu'}",
        vendor=f"enterprise {vendor}" if vendor else "unknown",
        models=(model,),
        mib=", ".join(mib.modules) or "none: drafted from a recording",
        sys_object_ids=product_ids,
        outlets=(outlets,),
        load=_total(outlets.current),
        power=_total(outlets.power),
        energy=_total(outlets.energy),
        evidence=_evidence(outlets),
        note="Drafted, not confirmed. " + " ".join(doubts),
    )


def _sys_object_id(rows: Rows) -> Arcs:
    """The number of the product; () without one."""
    row = rows.get(SYS_OBJECT_ID)
    if row is None or not isinstance(row.value, tuple):
        return ()
    return row.value


def _total(figure: Optional[Figure]) -> Optional[Total]:
    return None if figure is None else Total(else_outlets=True)


def _evidence(outlets: Outlets) -> Evidence:
    """On what the states and the figures rest."""
    source = outlets.states.source if outlets.states is not None else None
    in_mib = isinstance(source, ColumnSource) and source.object != ""
    levels = {"state": EvidenceLevel.MIB if in_mib else EvidenceLevel.DRIVER}
    figures = {"current": outlets.current, "power": outlets.power, "energy": outlets.energy}
    for name, figure in figures.items():
        if figure is not None:
            levels[name] = EvidenceLevel.MIB
    return Evidence(**levels)
