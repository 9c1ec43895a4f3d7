"""Drafts a profile from the best guesses that a recording allows.

A value with a doubtful meaning begins with a question mark ("?1"), so the outlet is UNKNOWN until a
person removes the mark.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple, Optional

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
_TIE = "Several columns are as likely to be the outlets' {}, so none is read: give one."
_NO_STATES = (
    "No column looks like the states of outlets. The unit may have one outlet, report no states, or"
    " report them in an unknown form."
)
_SUMS = (
    "The totals are the sums over the outlets. If the unit meters its lines or its inlet, give"
    " these figures instead."
)


class Draft(NamedTuple):
    """The result."""

    #: all guesses at columns, used or not
    guesses: Sequence[Guess]
    #: all guesses at strings, used or not
    packed_guesses: Sequence[PackedGuess]
    #: scalars with UNITS, which are not used
    scalars: Sequence[UnitScalar]
    #: None if nothing looks like outlets
    profile: Optional[Profile]
    #: role, or "confirm" -> OID
    oid_by_role: Mapping[str, str]
    doubts: Sequence[str]
    #: objects beside the states that can be written, which are not used
    writable: Sequence[WritableObject]


class _DraftedOutlets(NamedTuple):
    """What the profile reads of the outlets."""

    #: None if nothing looks like outlets
    outlets: Optional[Outlets]
    #: see `Draft`
    oid_by_role: Mapping[str, str]
    doubts: Sequence[str]


class _Meaning(NamedTuple):
    """The values of a state. Doubtful ones are marked."""

    on: tuple[str, ...]
    off: tuple[str, ...]
    doubt: str


def draft(rows: Rows, mib: Mib, key: str = "", names: Mapping[Arcs, str] = {}) -> Draft:
    """The draft for a device with these rows. `names`: see `snmprec.Parsed`. Raises ValueError for
    an invalid `key`, which is not checked if nothing looks like outlets."""
    table_list = tables(rows, mib.objects)
    guesses = columns.guesses(table_list, mib, names)
    packed_guesses = find_packed_strings(rows, mib)
    state = next((guess for guess in guesses if guess.role == columns.STATE), None)
    if packed_guesses and _is_better(packed_guesses[0], state):
        drafted = _packed_outlets(packed_guesses)
    elif state is not None:
        drafted = _column_outlets(state, guesses)
    else:
        drafted = _DraftedOutlets(None, {}, [_NO_STATES])
    outlets = drafted.outlets
    doubts = [*drafted.doubts]
    if outlets is not None and any((outlets.current, outlets.power, outlets.energy)):
        doubts.append(_SUMS)
    doubts.append(_NO_COMMAND)
    profile = None
    if outlets is not None:
        profile = _profile(rows, mib, outlets, doubts, key)
    writable_objects: Sequence[WritableObject] = ()
    if state is not None:
        writable_objects = writable(state, table_list, mib)
    return Draft(
        guesses=guesses,
        packed_guesses=packed_guesses,
        scalars=scalars(rows, table_list, mib),
        profile=profile,
        oid_by_role=drafted.oid_by_role,
        doubts=doubts,
        writable=writable_objects,
    )


def _is_better(guess: PackedGuess, column: Optional[Guess]) -> bool:
    """Whether a string is more likely to hold the states than the best column: it has more values
    than the column's score, and not all are "0". A column with a name always wins.
    """
    score = len(guess.values) if set(guess.values) - {"0"} else 0
    return column is None or (column.object is None and column.score < score)


# ---- outlets -------------------------------------------------------------------------------------


def _packed_outlets(packed_guesses: Sequence[PackedGuess]) -> _DraftedOutlets:
    """Outlets whose states are in one text, such as "1,0,1"."""
    guess, *later_guesses = packed_guesses
    rivals = []
    for rival in later_guesses:
        if rival.oid != guess.oid and len(rival.values) == len(guess.values):
            rivals.append(rival.oid)
    if set(guess.values) <= {"0", "1"}:
        on, off = ["1"], ["0"]
    else:
        on, off = _state_words(guess.values)
    doubt_of_text = _join((guess.doubt, _doubt_of_rivals(rivals)))
    reasons = _join((doubt_of_text, _word_doubt(on, off)))
    doubts = []
    if reasons:
        doubts.append(
            f"{guess.evidence}; {reasons}. Compare the values with the unit's outlets, then"
            f" remove the marks ({MARK})."
        )
    mark = MARK if doubt_of_text else ""
    oid = dotted(guess.oid)
    states = State(
        Packed(Scalar(oid), guess.separator),
        on=_with_marks(on, mark),
        off=_with_marks(off, mark),
    )
    return _DraftedOutlets(Outlets(states=states), {columns.STATE: oid}, doubts)


def _column_outlets(state: Guess, guesses: Sequence[Guess]) -> _DraftedOutlets:
    """Outlets whose states are a column, with its table's meters."""
    rivals = []
    for guess in guesses:
        is_rival = guess.role == columns.STATE and guess is not state
        if is_rival and guess.score >= state.score:
            rivals.append(guess.column.oid)
    doubts_of_column = _join((state.doubt, _doubt_of_rivals(rivals)))
    meaning = _meaning(state._replace(doubt=doubts_of_column))
    oid = dotted(state.column.oid)
    oid_by_role = {columns.STATE: oid}
    doubts = []
    if meaning.doubt:
        doubts.append(f"{oid}: {meaning.doubt.rstrip('.')}.")
    confirm = _same_values(state, guesses)
    if confirm is not None:
        confirm_oid = dotted(confirm.column.oid)
        oid_by_role["confirm"] = confirm_oid
        doubts.append(
            f"{confirm_oid} has the same values, so both are read and must agree: one of them may"
            " be the command or a setting."
        )
    best_guesses: dict[str, Guess] = {}
    for role in (*_LABELS, *_METERS):
        usable_guesses = _usable_guesses(state, guesses, role)
        best_guess = _best_guess(usable_guesses)
        if best_guess is not None:
            best_guesses[role] = best_guess
            oid_by_role[role] = dotted(best_guess.column.oid)
        elif usable_guesses:
            doubts.append(_TIE.format(role))
    outlets = Outlets(
        states=State(_source(state), meaning.on, meaning.off, confirm=_optional(confirm)),
        number=_optional(best_guesses.get(columns.NUMBER)),
        name=_optional(best_guesses.get(columns.NAME)),
        current=_figure(best_guesses.get(columns.CURRENT)),
        power=_figure(best_guesses.get(columns.POWER)),
        energy=_figure(best_guesses.get(columns.ENERGY)),
    )
    return _DraftedOutlets(outlets, oid_by_role, doubts)


def _join(reasons: Iterable[str]) -> str:
    return "; ".join(filter(None, reasons))


def _doubt_of_rivals(rivals: Sequence[Arcs]) -> str:
    """That another object may be the states as well; "" without one."""
    return f"{dotted(rivals[0])} is as likely to be the states" if rivals else ""


def _meaning(state: Guess) -> _Meaning:
    """What the values of a column of states mean: by names, else by their words, else a guess."""
    words, numbers = texts(state.column), integers(state.column)
    if state.object is not None and state.object.enumeration:
        return _named_meaning(state, state.object)
    if words is not None and numbers is None:
        on_words, off_words = _state_words(words)
        mark = MARK if state.doubt else ""
        return _Meaning(
            on=_with_marks(on_words, mark),
            off=_with_marks(off_words, mark),
            doubt=_join((state.doubt, _word_doubt(on_words, off_words))),
        )
    values = set(numbers or ())
    on, off = _OFTEN.get(frozenset(values)) or _one_of_two(values)
    doubt = (
        f"{state.doubt}; {on} for on and {off} for off is only a guess. Switch an idle outlet at"
        " the unit itself, read its new value, correct the values here, and remove the marks"
        f" ({MARK})."
    )
    return _Meaning(on=_with_marks([on], MARK), off=_with_marks([off], MARK), doubt=doubt)


def _named_meaning(state: Guess, mib_object: Object) -> _Meaning:
    """What values mean that have names. A walk may have no row in one of the two states."""
    on, off = meanings(mib_object)
    doubt = state.doubt
    if not on or not off:  # then all names are doubted
        state_name = "off" if on else "on"
        doubt += f"; no recorded value is named {state_name}, so its value is only a guess"
        on = on or [_free_value(mib_object, 1, 2)]
        off = off or [_free_value(mib_object, 0, 2)]
    mark = MARK if state.doubt else ""
    return _Meaning(on=_with_marks(on, mark), off=_with_marks(off, mark), doubt=doubt)


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
    on_words, off_words = set(), set()
    for value in values:
        word = letters(value)
        if word in columns.ON_WORDS:
            on_words.add(value)
        if word in columns.OFF_WORDS:
            off_words.add(value)
    on = sorted(on_words) or [f"{MARK}on"]
    off = sorted(off_words) or [f"{MARK}off"]
    return on, off


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


def _same_values(state: Guess, guesses: Sequence[Guess]) -> Optional[Guess]:
    """Of the other guesses at states in the same table, the last whose column equals the states in
    every row. None if a MIB defines the states, or if they do not have exactly two values."""
    is_defined = state.object is not None and bool(state.object.name)
    state_values = _values(state)
    if is_defined or len(set(state_values)) != 2:
        return None
    same_guess = None
    for guess in guesses:
        is_beside = guess.table is state.table and guess.column is not state.column
        if guess.role != columns.STATE or not is_beside or _values(guess) != state_values:
            continue
        if same_guess is None or guess.column.oid > same_guess.column.oid:
            same_guess = guess
    return same_guess


def _values(guess: Guess) -> list[object]:
    return [row.value for row in guess.column.rows.values()]


def _usable_guesses(state: Guess, guesses: Sequence[Guess], role: str) -> list[Guess]:
    """The guesses at a role, the best first, whose columns have the rows of the states; of meters,
    those without a doubt.
    """
    usable_guesses = []
    for guess in guesses:
        if guess.role != role or guess.column.oid == state.column.oid:
            continue
        is_sure = role in _LABELS or not guess.doubt
        if is_sure and guess.column.indexes == state.column.indexes:
            usable_guesses.append(guess)
    return usable_guesses


def _best_guess(usable_guesses: Sequence[Guess]) -> Optional[Guess]:
    """The first one; None if there is none, or for a meter if another one is as likely."""
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
    if of_units is None:
        return Figure(_source(guess))
    return Figure(_source(guess), scale=of_units.scale)


# ---- the whole -----------------------------------------------------------------------------------


def _profile(rows: Rows, mib: Mib, outlets: Outlets, doubts: Sequence[str], key: str) -> Profile:
    """A profile around the drafted outlets, with vendor and model from the system group."""
    sys_object_id = _sys_object_id(rows)
    vendor = 0
    if sys_object_id[: len(VENDORS)] == VENDORS and len(sys_object_id) > len(VENDORS):
        vendor = sys_object_id[len(VENDORS)]
    product_ids = []
    if _is_product_id(sys_object_id):
        product_ids.append(dotted(sys_object_id))
    return Profile(
        key=key or f"own-{vendor or 'pdu'}",
        vendor=f"enterprise {vendor}" if vendor else "unknown",
        models=(_model(rows),),
        mib=", ".join(mib.modules) or "none: drafted from a recording",
        sys_object_ids=tuple(product_ids),
        outlets=(outlets,),
        load=_total(outlets.current),
        power=_total(outlets.power),
        energy=_total(outlets.energy),
        evidence=_evidence(outlets),
        note="Drafted, not confirmed. " + " ".join(doubts),
    )


def _model(rows: Rows) -> str:
    """The beginning of the device's description, in printable characters."""
    if SYS_DESCR not in rows:
        return "unknown"
    description = rows[SYS_DESCR].decoded[:80]
    characters = [c if c.isprintable() else " " for c in description]
    return "".join(characters).strip() or "unknown"


def _sys_object_id(rows: Rows) -> Arcs:
    """The number of the product; () without one."""
    row = rows.get(SYS_OBJECT_ID)
    if row is None or not isinstance(row.value, tuple):
        return ()
    return row.value


def _is_product_id(sys_object_id: Arcs) -> bool:
    """Whether it names a product, and not a vendor alone or the software of the agent. A profile's
    OIDs start with 1.
    """
    if len(sys_object_id) <= len(VENDORS) + 1 or sys_object_id[0] != 1:
        return False
    return not any(sys_object_id[: len(arcs)] == arcs for arcs in AGENTS)


def _total(figure: Optional[Figure]) -> Optional[Total]:
    return None if figure is None else Total(else_outlets=True)


def _evidence(outlets: Outlets) -> Evidence:
    """On what the states and the figures rest."""
    level = EvidenceLevel.DRIVER
    if outlets.states is not None:
        source = outlets.states.source
        if isinstance(source, ColumnSource) and source.object:
            level = EvidenceLevel.MIB
    levels = {"state": level}
    figures = {"current": outlets.current, "power": outlets.power, "energy": outlets.energy}
    for name, figure in figures.items():
        if figure is not None:
            levels[name] = EvidenceLevel.MIB
    return Evidence(**levels)
