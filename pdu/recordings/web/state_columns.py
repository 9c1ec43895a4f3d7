"""Where the answers of an unknown device hold the states of its outlets. Pure.

It is sought by the states alone, which its owner knows: a column of values, one for each outlet,
that are the same for all outlets that are on, and the same for all that are off. In JSON these are
the values in one place of the elements of a list, of members whose names differ in a number, or of
answers whose requests do. In another text they are words and numbers in equal distances, or words
of rows that begin alike.
"""

from __future__ import annotations

import copy
import itertools
import json
import math
import re
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Optional, Union

from ..simulated_pdu import THIRD_NUMBERS, States
from .text_answers import TextAnswer

#: keys and indexes that lead to a value of JSON, or the number in `pieces` of a TextAnswer
Path = tuple[Union[str, int], ...]
#: the content of each answer by its request: JSON, or a TextAnswer
Contents = Mapping[str, Any]
_OFF_BY_ON = {
    "on": "off",
    "1": "0",
    "true": "false",
    "yes": "no",
    "up": "down",
    "enabled": "disabled",
    "active": "inactive",
    "closed": "open",
}
_ON_BY_OFF = {off: on for on, off in _OFF_BY_ON.items()}
_UNDOCUMENTED = "undocumented"
_LONGEST_STRIDE = 60
_MOST_FIGURES = 40
_MOST_COLUMNS = 400
# members of JSON-RPC that are no figures
_ENVELOPE = (("jsonrpc",), ("id",), ("error", "code"))
# lengths of the text before a row, in characters: a short one is alike where names differ
_CONTEXTS = (4, 8, 16)
_MOST_WORDS = 8


class Place(NamedTuple):
    """Where a value is: in JSON Place("GET /status", ("relays", 0, "ison")), in another text
    Place("GET /", (3,))."""

    request: str
    path: Path

    @property
    def pattern(self) -> Path:
        """Its path without numbers: alike for the elements of a list."""
        parts = ["#" if isinstance(part, int) else _normalised(part) for part in self.path]
        return tuple(parts)


class Column(NamedTuple):
    """The places of the states of all outlets."""

    places: Sequence[Place]
    on: Any
    off: Any

    def value(self, *, on: bool) -> Any:
        return self.on if on else self.off


def candidate_columns(contents: Contents, states: States) -> list[Column]:
    """The columns that may hold these states, each once; first those of usual words, such as on and
    off, or 1 and 0. Of a long page, which has very many, _MOST_COLUMNS.
    """
    usual: dict[Sequence[Place], Column] = {}
    other_columns: dict[Sequence[Place], Column] = {}
    for column in state_columns(contents, states):
        columns = usual if _opposite(column.on, _OFF_BY_ON) == column.off else other_columns
        if len(columns) < _MOST_COLUMNS:
            columns[column.places] = column
    return [*usual.values(), *other_columns.values()][:_MOST_COLUMNS]


def state_columns(contents: Contents, states: States) -> Iterator[Column]:
    """The columns that may hold these states, in the order of the outlets."""
    groups = itertools.chain(
        _json_columns(contents, len(states)),
        _text_columns(contents, states),
        _row_columns(contents, states),
    )
    for places in groups:
        values = [value_at(contents, place) for place in places]
        column = _column(places, values, list(states.values()))
        if column is not None:
            yield column


def number_groups(contents: Contents, count: int) -> Iterator[list[Place]]:
    """The groups of `count` places of numbers in JSON, one for each outlet."""
    for places in _json_columns(contents, count):
        if all(_is_figure(value_at(contents, place)) for place in places):
            yield places


def _is_figure(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def with_values(contents: Contents, values: Mapping[Place, Any]) -> dict[str, Any]:
    """The contents with other values in these places."""
    new_contents = dict(contents)
    for place, value in values.items():
        new_contents[place.request] = _with_value(new_contents[place.request], place.path, value)
    return new_contents


def without_values(contents: Contents, places: Sequence[Place]) -> dict[str, Any]:
    """The contents without these values: a member that names no outlet is left out, an element of a
    list is null, a word of a text is a question mark.
    """
    new_contents = dict(contents)
    for place in places:
        content = new_contents[place.request]
        if isinstance(content, TextAnswer):
            new_content: Any = _with_value(content, place.path, "?")
        elif _is_plain_member(place):
            new_content = copy.deepcopy(content)
            container = _value_in(new_content, place.path[:-1])
            del container[place.path[-1]]
        else:
            new_content = _with_value(content, place.path, None)
        new_contents[place.request] = new_content
    return new_contents


def _is_plain_member(place: Place) -> bool:
    """Whether a value is the member of an object, with a name that has no number of an outlet."""
    if not place.path:
        return False
    name = place.path[-1]
    return isinstance(name, str) and _normalised(name) == name


def third_states(on: Any, off: Any, *, is_text: bool = False) -> list[Any]:
    """Values that are neither of these, first one that no device documents: of their type, and in
    JSON an empty text and null. `is_text`: of a TextAnswer.
    """
    nothing = [] if is_text else [None, ""]
    if isinstance(on, bool) or (isinstance(on, str) and not on.isdecimal()):
        return [_UNDOCUMENTED, *nothing]
    values = [type(on)(number) for number in THIRD_NUMBERS]
    return [value for value in values if value not in (on, off)] + nothing


def number_places(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> list[Place]:
    """Places of numbers that are no states, no names of outlets and not 0; if there are many, one
    of each column in JSON, and some in a text.
    """
    all_numbers = _all_number_places(contents, columns, names)
    return all_numbers if len(all_numbers) <= _MOST_FIGURES else _some_of(all_numbers, contents)


def _all_number_places(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> list[Place]:
    state_places = set(itertools.chain.from_iterable(column.places for column in columns))
    places: list[Place] = []
    for place in all_places(contents):
        value = value_at(contents, place)
        is_other = place not in state_places and place.path not in _ENVELOPE
        if is_other and str(value) not in names and _is_number(value) and float(value) != 0:
            places.append(place)
    return places


def _some_of(places: Sequence[Place], contents: Contents) -> list[Place]:
    """The middle place of each column in JSON, and the places in texts. If there are more than
    _MOST_FIGURES, only as many, at equal distances.
    """
    columns: dict[Any, list[Place]] = {}
    for place in places:
        is_of_text = isinstance(contents[place.request], TextAnswer)
        column: Any = place if is_of_text else _list_of(place)
        columns.setdefault(column, []).append(place)
    middle_places = [column[len(column) // 2] for column in columns.values()]
    step = max(1, math.ceil(len(middle_places) / _MOST_FIGURES))
    return middle_places[::step][:_MOST_FIGURES]


def null_figures(contents: Contents, places: Sequence[Place]) -> list[dict[str, Any]]:
    """Copies of the contents, each with null for the numbers in one column of JSON."""
    nulls_by_column: dict[tuple[str, Path], dict[Place, Any]] = {}
    for place in places:
        if not isinstance(contents[place.request], TextAnswer):
            nulls_by_column.setdefault(_list_of(place), {})[place] = None
    return [with_values(contents, nulls) for nulls in nulls_by_column.values()]


def zero_figures(contents: Contents, places: Sequence[Place]) -> list[dict[str, Any]]:
    """Copies of the contents, each with 0 in place of another number."""
    zeros: list[dict[str, Any]] = []
    for place in places:
        value = value_at(contents, place)
        zero = re.sub("[0-9]", "0", value) if isinstance(value, str) else type(value)(0)
        zeros.append(with_values(contents, {place: zero}))
    return zeros


def other_figures(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Copies of the contents with halved numbers, except states and names of outlets: first all of
    them; then those with a point and those in columns, one for each outlet; then each column alone.
    The judge takes the first copy whose figures the handler reads otherwise.
    """
    groups = list(number_groups(contents, len(names)))
    grouped_places = set(itertools.chain.from_iterable(groups))
    places = _all_number_places(contents, columns, names)
    likely_places = []
    for place in places:
        if place in grouped_places or "." in str(value_at(contents, place)):
            likely_places.append(place)
    for changed_places in (places, likely_places, *groups):
        halves = {place: _half(value_at(contents, place)) for place in changed_places}
        yield with_values(contents, halves)


def _half(value: Any) -> Any:
    """Half of a number, or of a text that is one, in its form."""
    if not isinstance(value, str):
        return type(value)(value / 2)
    return f"{float(value) / 2:.3f}" if "." in value else str(int(value) // 2)


def list_places(contents: Contents, count: int) -> list[Place]:
    """Places of the lists in JSON that have so many elements."""
    places: list[Place] = []
    for place in all_places(contents):
        if isinstance(contents[place.request], TextAnswer):
            continue
        for length in range(len(place.path)):
            outer_place = Place(place.request, place.path[:length])
            container = value_at(contents, outer_place)
            if isinstance(container, list) and len(container) == count:
                places.append(outer_place)
    return list(dict.fromkeys(places))  # each once


def all_places(contents: Contents) -> list[Place]:
    """The places of all texts, numbers, booleans and nulls."""
    places: list[Place] = []
    for request, content in contents.items():
        for path in _paths(content):
            places.append(Place(request, path))
    return places


def value_at(contents: Contents, place: Place) -> Any:
    """The value in a place."""
    return _value_in(contents[place.request], place.path)


# ---- columns -------------------------------------------------------------------------------------


def _column(
    places: Sequence[Place],
    values: Sequence[Any],
    states: Sequence[Optional[bool]],
) -> Optional[Column]:
    """The column of these values, if they tell these states: all outlets that are on have one
    value, and all that are off have another.
    """
    if any(value is None or isinstance(value, (dict, list)) for value in values):
        return None
    on_values = _values_of_state(values, states, on=True)
    off_values = _values_of_state(values, states, on=False)
    if len(on_values) > 1 or len(off_values) > 1:
        return None
    on = on_values[0] if on_values else None
    off = off_values[0] if off_values else None
    # if all outlets are on, or all off, the other value is the usual one
    if on is None:
        on = _opposite(off, _ON_BY_OFF)
    elif off is None:
        off = _opposite(on, _OFF_BY_ON)
    if on is None or off is None or _key(on) == _key(off):
        return None
    return Column(tuple(places), on, off)


def _values_of_state(
    values: Sequence[Any], states: Sequence[Optional[bool]], *, on: Optional[bool]
) -> list[Any]:
    """The values of the outlets that have this state, each once."""
    value_by_key: dict[tuple[str, str], Any] = {}
    for value, state in zip(values, states):
        if state is on:
            value_by_key[_key(value)] = value
    return list(value_by_key.values())


def _key(value: Any) -> tuple[str, str]:
    """What tells a value from others: 1 and true, which Python takes for equal, are two."""
    return type(value).__name__, str(value)


def _opposite(value: Any, opposites: Mapping[str, str]) -> Any:
    """The usual value for the other state, by words such as _OFF_BY_ON: of its type, and in the
    case of its letters. None if there is no usual one.
    """
    text = value if isinstance(value, str) else json.dumps(value)
    other_word = opposites.get(text.lower())
    if other_word is None:
        return None
    if not isinstance(value, str):
        return json.loads(other_word)  # a number, true or false
    if value.isupper():
        return other_word.upper()
    return other_word.capitalize() if value[:1].isupper() else other_word


def _json_columns(contents: Contents, count: int) -> Iterator[list[Place]]:
    """The groups of `count` places that differ in a number alone, such as one for each outlet."""
    groups: dict[Any, list[Place]] = {}
    members: dict[Any, list[Place]] = {}  # of outlets in several lists, such as those of two units
    for place in all_places(contents):
        if not isinstance(contents[place.request], TextAnswer):
            groups.setdefault(_list_of(place), []).append(place)
            members.setdefault(place.pattern[-1:], []).append(place)
    for places in (*groups.values(), *members.values()):
        if len(places) == count:
            yield places


def _text_columns(contents: Contents, states: States) -> Iterator[list[Place]]:
    """Groups of words at equal distances, one word for each outlet. A group may have no more
    distinct words than one for on, one for off and one for each unknown state.
    """
    count = len(states)
    if not count:
        return
    unknown_states = [state for state in states.values() if state is None]
    most_words = 2 + len(unknown_states)
    for request, content in contents.items():
        if not isinstance(content, TextAnswer):
            continue
        words = content.pieces[1::2]
        longest_stride = min(_LONGEST_STRIDE, len(words) // count)
        for stride in range(1, longest_stride + 1):
            begins = len(words) - stride * (count - 1)
            for begin in range(begins):
                numbers = range(begin, begin + stride * count, stride)
                values = {words[number] for number in numbers}
                if len(values) <= most_words:
                    # each second piece is a word
                    yield [Place(request, (2 * number + 1,)) for number in numbers]


def _row_columns(contents: Contents, states: States) -> Iterator[list[Place]]:
    """Groups of words of a text that has one row for each outlet: one word of each row.

    "Outlet 1 Lamp on, Outlet 2 off, Outlet 3 Fan on" has three rows. Outlets 1 and 3 are on. Only
    the word "on" is in both their rows and not in that of outlet 2, which alone has "2" and "off".
    Groups are the places of on, off, on and of on, 2, on. From the row of an outlet whose state
    is unknown, the first word is taken.
    """
    for request, content in contents.items():
        if not isinstance(content, TextAnswer):
            continue
        for rows in _rows(content, len(states)):
            words = [content.pieces[row.start : row.stop : row.step] for row in rows]
            for on, off in _words_of_states(words, list(states.values())):
                numbers: list[int] = []
                for row, row_words, state in zip(rows, words, states.values()):
                    word_by_state = {True: on, False: off, None: row_words[0]}
                    numbers.append(row[row_words.index(word_by_state[state])])
                yield [Place(request, (number,)) for number in numbers]


def _rows(text: TextAnswer, count: int) -> Iterator[list[range]]:
    """Ways to divide a text into `count` rows. A row is the numbers of its pieces. Rows begin after
    the same text, apart from numbers. The last one is as long as the shortest, or the longest.
    """
    pieces = text.pieces
    if count < 2:
        return
    for length in _CONTEXTS:
        begins_by_context: dict[str, list[int]] = {}
        for number in range(1, len(pieces), 2):
            before = "".join(pieces[max(0, number - length) : number])
            context = _normalised(f"\n{before}")[-length:]
            # rows may begin with the same word, or with another one each
            for begin in (context, f"{context}{_normalised(pieces[number])}"):
                begins_by_context.setdefault(begin, []).append(number)
        for begins in begins_by_context.values():
            if len(begins) == count:
                lengths = [end - begin for begin, end in zip(begins, begins[1:])]
                for last_length in {min(lengths), max(lengths)}:
                    ends = [*begins[1:], min(begins[-1] + last_length, len(pieces))]
                    yield [range(begin, end, 2) for begin, end in zip(begins, ends)]


def _words_of_states(
    rows: Sequence[Sequence[str]], states: Sequence[Optional[bool]]
) -> Iterator[tuple[str, str]]:
    """Pairs of words that may mean on and off in these rows; of one state, one word twice."""
    on_rows = [row for row, state in zip(rows, states) if state is True]
    off_rows = [row for row, state in zip(rows, states) if state is False]
    on_words = _common_words(on_rows, off_rows)
    off_words = _common_words(off_rows, on_rows)
    if on_rows and off_rows:
        yield from itertools.product(on_words[:_MOST_WORDS], off_words[:_MOST_WORDS])
    else:
        yield from ((word, word) for word in (*on_words, *off_words))


def _common_words(rows: Sequence[Sequence[str]], other_rows: Sequence[Sequence[str]]) -> list[str]:
    """The words that all of these rows have, and no other row, in the order of the first."""
    words = list(dict.fromkeys(rows[0] if rows else ()))
    return [
        word
        for word in words
        if all(word in row for row in rows) and not any(word in row for row in other_rows)
    ]


def _list_of(place: Place) -> tuple[str, Path]:
    """What is the same for all places in JSON that differ in a number alone."""
    return _normalised(place.request), place.pattern


def _normalised(name: str) -> str:
    """A name with one sign for each number."""
    return re.sub("[0-9]+", "#", name)


def _is_number(value: Any) -> bool:
    """Whether a value is a number, or a text that is one."""
    if isinstance(value, str):
        return re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) is not None
    return _is_figure(value)


# ---- values --------------------------------------------------------------------------------------


def _paths(content: Any) -> list[Path]:
    """The path of each text, number, boolean and null."""
    if isinstance(content, TextAnswer):
        return [(number,) for number in range(1, len(content.pieces), 2)]
    if isinstance(content, bytes):
        return []
    paths: list[Path] = []
    queue: deque[tuple[Path, Any]] = deque([((), content)])
    while queue:
        path, value = queue.popleft()
        if isinstance(value, dict):
            queue += [((*path, name), member) for name, member in value.items()]
        elif isinstance(value, list):
            queue += [((*path, number), element) for number, element in enumerate(value)]
        else:
            paths.append(path)
    return paths


def _value_in(content: Any, path: Path) -> Any:
    """The value at this path of a content."""
    value: Any = content.pieces if isinstance(content, TextAnswer) else content
    for part in path:
        value = value[part]
    return value


def _with_value(content: Any, path: Path, value: Any) -> Any:
    """A copy of a content with another value at this path; all beside the path is shared."""
    if not path:
        return value
    if isinstance(content, TextAnswer):
        return content.with_piece(int(path[0]), str(value))
    new_content = copy.copy(content)
    new_content[path[0]] = _with_value(content[path[0]], path[1:], value)
    return new_content
