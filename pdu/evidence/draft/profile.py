"""Drafts a profile from the best guesses that a recording allows.

A value with a doubtful meaning begins with a question mark ("?1"), so the outlet is UNKNOWN until a
person removes the mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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

    #: None if nothing looks like outlets
    profile: Optional[Profile]
    #: all guesses at columns, used or not
    guesses: list[Guess]
    #: all guesses at strings, used or not
    packed_guesses: list[PackedGuess]
    #: role, or "confirm" -> OID
    oid_by_role: dict[str, str]
    doubts: list[str]
    #: scalars with UNITS, which are not used
    scalars: list[UnitScalar]
    #: objects beside the states that can be written, which are not used
    writable: list[WritableObject]

    def best_guesses(self) -> dict[str, list[Guess]]:
        """`guesses` by role, the best of each role first."""
        return columns.guesses_by_role(self.guesses)


def draft(rows: Rows, mib: Mib, key: str = "", names: Mapping[Arcs, str] = {}) -> Draft:
    """The draft for a device with these rows. `names`: see `snmprec.Parsed`. Raises ValueError for
    an invalid `key`, which is not checked if nothing looks like outlets."""
    table_list = tables(rows, mib.objects)
    guesses = columns.guesses(table_list, mib, names)
    roles = columns.guesses_by_role(guesses)
    packed_texts = find_packed_strings(rows)
    doubts: list[str] = []
    oid_by_role: dict[str, str] = {}
    state_guesses = roles.get(columns.STATE, [])
    state = state_guesses[0] if state_guesses else None
    if packed_texts and _is_better(packed_texts[0], state):
        outlets: Optional[Outlets] = _packed_outlets(packed_texts, oid_by_role, doubts)
    elif state is not None:
        outlets = _column_outlets(state, roles, oid_by_role, doubts)
    else:
        outlets = None
        doubts.append(
            "No column looks like the states of outlets. The unit may have one outlet, report no"
            " states, or report them in an unknown form."
        )
    if outlets is not None and any((outlets.current, outlets.power, outlets.energy)):
        doubts.append(_SUMS)
    doubts.append(_NO_COMMAND)
    return Draft(
        _profile(rows, mib, outlets, doubts, key) if outlets else None,
        guesses,
        packed_texts,
        oid_by_role,
        doubts,
        scalars(rows, table_list, mib),
        writable(state, table_list, mib) if state is not None else [],
    )


def _is_better(guess: PackedGuess, column: Optional[Guess]) -> bool:
    """Whether a string is more likely to hold the states than the best column.

    A column with a name always wins.
    """
    if column is None:
        return True
    return column.object is None and column.score < _score(guess)


def _score(guess: PackedGuess) -> float:
    """The score of a string with states, comparable with a column's: its number of values, but 0 if
    all are "0".
    """
    return len(guess.values) if set(guess.values) - {"0"} else 0


# ---- outlets -------------------------------------------------------------------------------------


def _packed_outlets(
    guess_list: Sequence[PackedGuess], oid_by_role: dict[str, str], doubts: list[str]
) -> Outlets:
    """Outlets whose states are in one text, such as "1,0,1". Adds to `oid_by_role` and `doubts`."""
    guess = guess_list[0]
    oid_by_role[columns.STATE] = dotted(guess.oid)
    rivals = [
        other_guess
        for other_guess in guess_list[1:]
        if other_guess.oid != guess.oid and len(other_guess.values) == len(guess.values)
    ]
    likely = f"{dotted(rivals[0].oid)} is as likely to be the states" if rivals else ""
    guess = guess._replace(doubt="; ".join(filter(None, (guess.doubt, likely))))
    on, off = _words(guess.values)
    mark = MARK if guess.doubt else ""
    if set(guess.values) <= {"0", "1"}:
        on, off = ["1"], ["0"]
        reasons = "; ".join(
            filter(None, (guess.evidence, likely, "1 for on and 0 for off is only a convention"))
        )
        doubts.append(
            f"{reasons}. Compare the values with the unit's outlets, then remove the marks"
            f" ({MARK})."
        )
    elif guess.doubt or _word_doubt(on, off):
        reasons = "; ".join(filter(None, (guess.doubt, _word_doubt(on, off))))
        doubts.append(
            f"{guess.evidence}; {reasons}. Compare the values with the unit's outlets, then"
            f" remove the marks ({MARK})."
        )
    return Outlets(
        states=State(
            Packed(Scalar(dotted(guess.oid)), guess.separator),
            _marked(on, mark),
            _marked(off, mark),
        )
    )


def _column_outlets(
    state: Guess,
    roles: Mapping[str, Sequence[Guess]],
    oid_by_role: dict[str, str],
    doubts: list[str],
) -> Outlets:
    """Outlets whose states are a column, with its table's meters. Adds to `oid_by_role` and
    `doubts`.
    """
    oid_by_role[columns.STATE] = dotted(state.column.oid)
    rivals = [
        guess for guess in roles[columns.STATE] if guess is not state and guess.score >= state.score
    ]
    likely = f"{dotted(rivals[0].column.oid)} is as likely to be the states" if rivals else ""
    state = state._replace(doubt="; ".join(filter(None, (state.doubt, likely))))
    on, off, why = _meaning(state)
    if why:
        doubts.append(f"{dotted(state.column.oid)}: {why.rstrip('.')}.")
    confirm = _same_values(state, roles)
    if confirm is not None:
        oid_by_role["confirm"] = dotted(confirm.column.oid)
        doubts.append(
            f"{dotted(confirm.column.oid)} has the same values, so both are read and must agree:"
            " one of them may be the command or a setting."
        )
    meter_by_role = {
        role: _best_guess_with_rows_of(state, roles.get(role, ()))
        for role in (columns.NAME, columns.NUMBER, columns.CURRENT, columns.POWER, columns.ENERGY)
    }
    doubts += [
        f"Several columns are as likely to be the outlets' {role}, so none is read: give one."
        for role in (columns.CURRENT, columns.POWER, columns.ENERGY)
        if meter_by_role[role] is None
        and any(
            not guess.doubt and guess.column.indexes == state.column.indexes
            for guess in roles.get(role, ())
        )
    ]
    oid_by_role.update(
        {
            role: dotted(guess.column.oid)
            for role, guess in meter_by_role.items()
            if guess is not None
        }
    )
    return Outlets(
        states=State(_source(state), on, off, confirm=_optional(confirm)),
        number=_optional(meter_by_role[columns.NUMBER]),
        name=_optional(meter_by_role[columns.NAME]),
        current=_figure(meter_by_role[columns.CURRENT]),
        power=_figure(meter_by_role[columns.POWER]),
        energy=_figure(meter_by_role[columns.ENERGY]),
    )


def _meaning(state: Guess) -> tuple[tuple[str, ...], tuple[str, ...], str]:
    """The values that are on, those that are off, and the doubt. Doubtful values are marked."""
    words, mib_object = texts(state.column), state.object
    on: Sequence[object]
    off: Sequence[object]
    if mib_object is not None and mib_object.enumeration:
        on, off = meanings(mib_object)
        if not on or not off:  # a walk without the other state
            on, off = on or [_free(mib_object, 1, 2)], off or [_free(mib_object, 0, 2)]
            missing = "off" if meanings(mib_object)[0] else "on"
            state = state._replace(
                doubt=(
                    f"{state.doubt}; no recorded value is named {missing}, so its value is only a"
                    " guess"
                )
            )
    elif words is not None and integers(state.column) is None:
        on, off = _words(words)
        doubt = "; ".join(filter(None, (state.doubt, _word_doubt(on, off))))
        mark = MARK if state.doubt else ""
        return _marked(on, mark), _marked(off, mark), doubt
    else:
        values = set(integers(state.column) or ())
        up, down = _OFTEN.get(frozenset(values)) or _one_of_two(values)
        return (
            (f"{MARK}{up}",),
            (f"{MARK}{down}",),
            (
                f"{state.doubt}; {up} for on and {down} for off is only a guess. Switch an idle"
                " outlet at the unit itself, read its new value, correct the values here, and"
                f" remove the marks ({MARK})."
            ),
        )
    mark = MARK if state.doubt else ""
    return _marked(on, mark), _marked(off, mark), state.doubt


def _free(mib_object: Object, *values: int) -> int:
    """The first of these values that has no name yet, else one more than the highest that has."""
    for value in values:
        if value not in mib_object.enumeration:
            return value
    return max(mib_object.enumeration) + 1


def _words(values: Iterable[str]) -> tuple[list[str], list[str]]:
    """The values that are words for on, and those for off; a marked word where none was
    recorded.
    """
    on, off = (
        sorted({value for value in values if letters(value) in words})
        for words in (columns.ON_WORDS, columns.OFF_WORDS)
    )
    return on or [f"{MARK}on"], off or [f"{MARK}off"]


def _marked(values: Iterable[object], mark: str) -> tuple[str, ...]:
    """The values, each with the mark before it, once."""
    return tuple(
        f"{mark}{str(value).removeprefix(MARK)}" if mark else str(value) for value in values
    )


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
    first = min(values)
    if first == 0:
        return max(values) or 1, 0
    if len(values) > 1:
        return first, max(values)
    return (1, 0) if first == 1 else (first, first + 1)


def _same_values(state: Guess, roles: Mapping[str, Sequence[Guess]]) -> Optional[Guess]:
    """Of the other guesses at states in the same table, the last whose column equals the states in
    every row. None if a MIB defines the states, or if they do not have exactly two values."""
    state_values = [row.value for row in state.column.rows.values()]
    same_guesses = [
        guess
        for guess in roles[columns.STATE]
        if guess.table is state.table
        and guess.column is not state.column
        and [row.value for row in guess.column.rows.values()] == state_values
    ]
    is_defined = state.object is not None and state.object.name
    if not is_defined and len(set(state_values)) == 2:
        return max(same_guesses, key=lambda guess: guess.column.oid, default=None)
    return None


def _best_guess_with_rows_of(state: Guess, guesses: Sequence[Guess]) -> Optional[Guess]:
    """Of the guesses, which are sorted by score, the first whose column has the same rows as the
    states; None if there is none. A meter with a doubt, or as likely as another one, is left out, a
    name or number is not.
    """
    usable_guesses = []
    for guess in guesses:
        is_other = guess.column.oid != state.column.oid
        has_same_rows = guess.column.indexes == state.column.indexes
        is_usable = not guess.doubt or guess.role in _LABELS
        if is_other and has_same_rows and is_usable:
            usable_guesses.append(guess)
    best = next(iter(usable_guesses), None)
    is_tie = len([guess for guess in usable_guesses if best and guess.score == best.score]) > 1
    return None if best is not None and is_tie and best.role not in _LABELS else best


def _source(guess: Guess) -> ColumnSource:
    """The column of a guess, as a profile names it."""
    # scalars of one name each, such as outlet1State.0: the zero of all rows is no part of a number
    is_scalar = all(index[-1] == 0 and len(index) > 1 for index in guess.column.indexes)
    return ColumnSource(
        dotted(guess.column.oid),
        guess.object.name if guess.object is not None else "",
        "0" if is_scalar else "",
    )


def _optional(guess: Optional[Guess]) -> Optional[ColumnSource]:
    return _source(guess) if guess is not None else None


def _figure(guess: Optional[Guess]) -> Optional[Figure]:
    """The figure that a profile reads from a guessed column; None for a column that no MIB
    describes, whose unit is then not known.
    """
    if guess is None or guess.object is None:
        return None
    of_units = columns.role_of_units(guess.object.units)
    return Figure(_source(guess), scale=of_units.scale if of_units else Decimal(1))


# ---- the whole -----------------------------------------------------------------------------------


def _profile(rows: Rows, mib: Mib, outlets: Outlets, doubts: Sequence[str], key: str) -> Profile:
    """A profile around the drafted outlets, with vendor and model from the system group."""
    model = rows[SYS_DESCR].decoded[:80] if SYS_DESCR in rows else ""
    model = "".join(c if c.isprintable() else " " for c in model).strip()
    sys_object_id = rows[SYS_OBJECT_ID].value if SYS_OBJECT_ID in rows else ()
    sys_object_id = sys_object_id if isinstance(sys_object_id, tuple) else ()
    # names the agent's software, not the device
    is_agent = any(sys_object_id[: len(arcs)] == arcs for arcs in AGENTS)
    # a profile's OIDs start with 1
    is_product = len(sys_object_id) > len(VENDORS) + 1 and not is_agent and sys_object_id[0] == 1
    vendor = (
        sys_object_id[len(VENDORS)]
        if sys_object_id[: len(VENDORS)] == VENDORS and len(sys_object_id) > len(VENDORS)
        else 0
    )
    source = outlets.states.source if outlets.states is not None else None
    in_mib = isinstance(source, ColumnSource) and source.object != ""
    figures = {"current": outlets.current, "power": outlets.power, "energy": outlets.energy}
    totals = {
        name: Total(else_outlets=True) if figure is not None else None
        for name, figure in figures.items()
    }
    return Profile(
        key=key or f"own-{vendor or 'pdu'}",
        vendor=f"enterprise {vendor}" if vendor else "unknown",
        models=(model or "unknown",),
        mib=", ".join(mib.modules) or "none: drafted from a recording",
        sys_object_ids=(dotted(sys_object_id),) if is_product else (),
        outlets=(outlets,),
        load=totals["current"],
        power=totals["power"],
        energy=totals["energy"],
        evidence=Evidence(
            state=EvidenceLevel.MIB if in_mib else EvidenceLevel.DRIVER,
            **{name: EvidenceLevel.MIB for name, figure in figures.items() if figure is not None},
        ),
        note="Drafted, not confirmed. " + " ".join(doubts),
    )
