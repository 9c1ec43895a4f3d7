"""Where the answers of an unknown device hold the states of its outlets. Pure.

They are sought by the states alone, which its owner knows: a column of values, one for each outlet,
that are the same for all outlets that are on, and the same for all that are off. In JSON a column
is one member of each element of a list, or members whose names differ in a number, or one member of
answers whose requests differ in a number. In another text it is words and numbers in equal
distances, or words of rows that begin alike.

contents    the answers by request: {"GET /": [{"on": 1}, {"on": 0}]}, of JSON or a TextAnswer
pointer     where a value is in them: Pointer("GET /", (0, "on")), whose path is (0, "on")
states      of the outlets, None for neither on nor off: {"1": True, "2": False}
piece       of a TextAnswer, what it is divided into; each second one is a word or a number
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


class Pointer(NamedTuple):
    """Where a value is in the answers of a device: the request, and the path in its answer. In JSON
    the path has names and indexes, as a JSON pointer (RFC 6901) has; in another text it is the
    number of a word in `TextAnswer.pieces`.

    >>> relays = {"GET /status": {"relays": [{"on": True}]}, "GET /": TextAnswer("relay is on")}
    >>> value_at(relays, Pointer("GET /status", ("relays", 0, "on")))
    True
    >>> value_at(relays, Pointer("GET /", (5,)))
    'on'
    """

    request: str
    path: Path

    @property
    def pattern(self) -> Path:
        """Its path without numbers: alike for the elements of a list.

        >>> Pointer("GET /", ("relays", 0, "state2")).pattern
        ('relays', '#', 'state#')
        """
        parts = ["#" if isinstance(part, int) else _without_numbers(part) for part in self.path]
        return tuple(parts)


class Column(NamedTuple):
    """The pointers to the states of all outlets, in the order of the outlets, and the two values
    that they have for on and off.

    >>> relays = [Pointer("GET /", (0, "state")), Pointer("GET /", (1, "state"))]
    >>> Column(relays, on="ON", off="OFF").value(on=False)
    'OFF'
    """

    pointers: Sequence[Pointer]
    on: Any
    off: Any

    def value(self, *, on: bool) -> Any:
        return self.on if on else self.off


def candidate_columns(contents: Contents, states: States) -> list[Column]:
    """The columns that may hold these states, each once: first those whose values for on and off
    are usual words or numbers, such as "on" and "off" or 1 and 0. At most _MOST_COLUMNS, because a
    long page has very many.

    >>> answers = {"GET /": [{"s": "Live", "on": 1}, {"s": "Dead", "on": 0}]}
    >>> for column in candidate_columns(answers, {"1": True, "2": False}):
    ...     print(column.on, column.off, [pointer.path for pointer in column.pointers])
    1 0 [(0, 'on'), (1, 'on')]
    Live Dead [(0, 's'), (1, 's')]
    """
    usual: dict[Sequence[Pointer], Column] = {}
    other_columns: dict[Sequence[Pointer], Column] = {}
    for column in state_columns(contents, states):
        columns = usual if _opposite(column.on, _OFF_BY_ON) == column.off else other_columns
        if len(columns) < _MOST_COLUMNS:
            columns[column.pointers] = column
    return [*usual.values(), *other_columns.values()][:_MOST_COLUMNS]


def state_columns(contents: Contents, states: States) -> Iterator[Column]:
    """The columns that may hold these states: all outlets that are on have one value in them, and
    all that are off have another one. Those of JSON come first, then those of texts.

    >>> answers = {"GET /": {"POWER1": "ON", "POWER2": "OFF", "W": 5}}
    >>> column = next(state_columns(answers, {"1": True, "2": False}))
    >>> column.on, column.off
    ('ON', 'OFF')
    >>> list(state_columns(answers, {"1": True, "2": True}))  # both are on, and ON is not OFF
    []
    """
    groups = itertools.chain(
        _json_columns(contents, len(states)),
        _text_columns(contents, states),
        _row_columns(contents, states),
    )
    for pointers in groups:
        values = [value_at(contents, pointer) for pointer in pointers]
        column = _column(pointers, values, list(states.values()))
        if column is not None:
            yield column


def numbers_per_outlet(contents: Contents, count: int) -> Iterator[list[Pointer]]:
    """The groups of `count` pointers to numbers in JSON, which may be one for each outlet, such as
    the currents of all outlets.

    >>> answers = {"GET /": {"relay": [True, False], "ampere": [1.5, 0.0], "volt": 230}}
    >>> [[pointer.path for pointer in group] for group in numbers_per_outlet(answers, 2)]
    [[('ampere', 0), ('ampere', 1)]]
    """
    for pointers in _json_columns(contents, count):
        if all(_is_figure(value_at(contents, pointer)) for pointer in pointers):
            yield pointers


def _is_figure(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def with_values(contents: Contents, values: Mapping[Pointer, Any]) -> dict[str, Any]:
    """A copy of the contents with other values at these pointers.

    >>> answers = {"GET /1": {"on": True, "w": 5}, "GET /": TextAnswer("relay 1 on")}
    >>> with_values(answers, {Pointer("GET /1", ("on",)): False, Pointer("GET /", (5,)): "off"})
    {'GET /1': {'on': False, 'w': 5}, 'GET /': 'relay 1 off'}
    """
    new_contents = dict(contents)
    for pointer, value in values.items():
        new_contents[pointer.request] = _with_value(
            new_contents[pointer.request], pointer.path, value
        )
    return new_contents


def without_values(contents: Contents, pointers: Sequence[Pointer]) -> dict[str, Any]:
    """A copy of the contents without these values: a member that names no outlet is left out, an
    element of a list is null, a word of a text is a question mark.

    >>> answers = {"GET /1": {"on": True, "w": 5}, "GET /": [1, 0]}
    >>> without_values(answers, [Pointer("GET /1", ("on",)), Pointer("GET /", (0,))])
    {'GET /1': {'w': 5}, 'GET /': [None, 0]}
    >>> without_values({"GET /": TextAnswer("relay 1 on")}, [Pointer("GET /", (5,))])
    {'GET /': 'relay 1 ?'}
    """
    new_contents = dict(contents)
    for pointer in pointers:
        content = new_contents[pointer.request]
        if isinstance(content, TextAnswer):
            new_content: Any = _with_value(content, pointer.path, "?")
        elif _is_member_without_number(pointer):
            new_content = copy.deepcopy(content)
            container = _value_in(new_content, pointer.path[:-1])
            del container[pointer.path[-1]]
        else:
            new_content = _with_value(content, pointer.path, None)
        new_contents[pointer.request] = new_content
    return new_contents


def _is_member_without_number(pointer: Pointer) -> bool:
    """Whether a pointer leads to a member of a JSON object that can be deleted from it. A member
    with a number in its name is taken for an outlet, which must stay in the object.

    >>> _is_member_without_number(Pointer("GET /", ("relays", 0, "state")))
    True
    >>> _is_member_without_number(Pointer("GET /", ("relay2",)))
    False
    >>> _is_member_without_number(Pointer("GET /", ("relays", 0)))  # an element of a list
    False
    """
    name = pointer.path[-1] if pointer.path else None
    return isinstance(name, str) and re.search("[0-9]", name) is None


def third_states(on: Any, off: Any, *, is_text: bool = False) -> list[Any]:
    """Values of a state that is neither on nor off, where `on` and `off` are its other values:
    first one that no device documents, then others of their type, and in JSON null and an empty
    text. `is_text`: in a TextAnswer, which has no null.

    >>> third_states("on", "off")
    ['undocumented', None, '']
    >>> third_states("1", "0", is_text=True)[:3]
    ['97', '-1', '2']
    """
    nothing = [] if is_text else [None, ""]
    if isinstance(on, bool) or (isinstance(on, str) and not on.isdecimal()):
        return [_UNDOCUMENTED, *nothing]
    values = [type(on)(number) for number in THIRD_NUMBERS]
    return [value for value in values if value not in (on, off)] + nothing


def number_pointers(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> list[Pointer]:
    """Pointers to the numbers that may be figures, such as currents: they are no states, no names
    of outlets and not 0. `columns` are those of the states, `names` the outlets' identities. If
    there are more than _MOST_FIGURES, only a sample: one of each column in JSON, and some of texts.

    >>> answers = {"GET /": [{"id": 1, "on": 1, "w": 5}, {"id": 2, "on": 0, "w": 0}]}
    >>> states = Column([Pointer("GET /", (0, "on")), Pointer("GET /", (1, "on"))], on=1, off=0)
    >>> [pointer.path for pointer in number_pointers(answers, [states], ["1", "2"])]
    [(0, 'w')]
    """
    all_numbers = _all_number_pointers(contents, columns, names)
    return all_numbers if len(all_numbers) <= _MOST_FIGURES else _sample_of(all_numbers, contents)


def _all_number_pointers(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> list[Pointer]:
    """Pointers to all numbers that may be figures, also as texts. Left out are states (of these
    columns), the names of outlets, 0, and in JSON-RPC the version, the id and an error's code.

    >>> answer = {"jsonrpc": 2.0, "id": 7, "result": {"on": 1, "watts": 30, "amps": "0.1"}}
    >>> states = Column([Pointer("GET /", ("result", "on"))], on=1, off=0)
    >>> [pointer.path[-1] for pointer in _all_number_pointers({"GET /": answer}, [states], [])]
    ['watts', 'amps']
    """
    state_pointers = set(itertools.chain.from_iterable(column.pointers for column in columns))
    pointers: list[Pointer] = []
    for pointer in all_pointers(contents):
        value = value_at(contents, pointer)
        is_other = pointer not in state_pointers and pointer.path not in _ENVELOPE
        if is_other and str(value) not in names and _is_number(value) and float(value) != 0:
            pointers.append(pointer)
    return pointers


def _sample_of(pointers: Sequence[Pointer], contents: Contents) -> list[Pointer]:
    """At most _MOST_FIGURES of these pointers: of pointers into JSON that differ in a number alone
    the middle one, and all into texts; if that is too many, each second or third of them.

    >>> answers = {"GET /": {"amps": [1, 2, 3], "volts": [230]}}
    >>> [pointer.path for pointer in _sample_of(all_pointers(answers), answers)]
    [('amps', 1), ('volts', 0)]
    """
    columns: dict[Any, list[Pointer]] = {}
    for pointer in pointers:
        is_of_text = isinstance(contents[pointer.request], TextAnswer)
        column: Any = pointer if is_of_text else _numberless(pointer)
        columns.setdefault(column, []).append(pointer)
    middle_pointers = [column[len(column) // 2] for column in columns.values()]
    step = max(1, math.ceil(len(middle_pointers) / _MOST_FIGURES))
    return middle_pointers[::step][:_MOST_FIGURES]


def null_figures(contents: Contents, pointers: Sequence[Pointer]) -> list[dict[str, Any]]:
    """Copies of the contents, each with null for all of these pointers to one kind of number in
    JSON, such as the currents of all outlets. Pointers into texts are left out.

    >>> answers = {"GET /": {"amps": [1, 2], "volts": [230]}}
    >>> null_figures(answers, all_pointers(answers))[0]
    {'GET /': {'amps': [None, None], 'volts': [230]}}
    """
    nulls_by_column: dict[tuple[str, Path], dict[Pointer, Any]] = {}
    for pointer in pointers:
        if not isinstance(contents[pointer.request], TextAnswer):
            nulls_by_column.setdefault(_numberless(pointer), {})[pointer] = None
    return [with_values(contents, nulls) for nulls in nulls_by_column.values()]


def zero_figures(contents: Contents, pointers: Sequence[Pointer]) -> list[dict[str, Any]]:
    """Copies of the contents, each with 0 at one of these pointers: 0, 0.0 or a text as "0.00".

    >>> answers = {"GET /": {"amps": "1.50", "watts": 345}}
    >>> zero_figures(answers, all_pointers(answers))[0]
    {'GET /': {'amps': '0.00', 'watts': 345}}
    """
    zeros: list[dict[str, Any]] = []
    for pointer in pointers:
        value = value_at(contents, pointer)
        zero = re.sub("[0-9]", "0", value) if isinstance(value, str) else type(value)(0)
        zeros.append(with_values(contents, {pointer: zero}))
    return zeros


def other_figures(
    contents: Contents, columns: Sequence[Column], names: Collection[str]
) -> Iterator[dict[str, Any]]:
    """Copies of the contents with halved numbers: first all numbers; then those with a point and
    those that are one for each outlet; then each group of the latter alone. States, in these
    `columns`, and the outlets' identities, `names`, stay. `pdu handler check` takes the first copy
    in which the handler reads other figures.

    >>> answers = {"GET /": {"amps": [1.5, 0.5], "year": 2026}}
    >>> for new_answers in list(other_figures(answers, [], {"1", "2"}))[:2]:
    ...     print(new_answers["GET /"])
    {'amps': [0.75, 0.25], 'year': 1013}
    {'amps': [0.75, 0.25], 'year': 2026}
    """
    groups = list(numbers_per_outlet(contents, len(names)))
    grouped_pointers = set(itertools.chain.from_iterable(groups))
    pointers = _all_number_pointers(contents, columns, names)
    likely_figures = []
    for pointer in pointers:
        if pointer in grouped_pointers or "." in str(value_at(contents, pointer)):
            likely_figures.append(pointer)
    for changed_pointers in (pointers, likely_figures, *groups):
        halves = {pointer: _half(value_at(contents, pointer)) for pointer in changed_pointers}
        yield with_values(contents, halves)


def _half(value: Any) -> Any:
    """Half of a number, of the type of the number; of a text, a text with as many or few places.

    >>> _half(15), _half("15"), _half("1.5")
    (7, '7', '0.750')
    """
    if not isinstance(value, str):
        return type(value)(value / 2)
    return f"{float(value) / 2:.3f}" if "." in value else str(int(value) // 2)


def pointers_of_lists(contents: Contents, count: int) -> list[Pointer]:
    """Pointers to the lists in JSON that have `count` elements, such as the list of the outlets.

    >>> pointers_of_lists({"GET /": {"relays": [1, 0], "fuses": [1]}}, 2)
    [Pointer(request='GET /', path=('relays',))]
    """
    list_pointers: dict[Pointer, None] = {}  # each once, in order
    for pointer in all_pointers(contents):
        if isinstance(contents[pointer.request], TextAnswer):
            continue
        for depth in range(len(pointer.path)):
            outer_pointer = Pointer(pointer.request, pointer.path[:depth])
            container = value_at(contents, outer_pointer)
            if isinstance(container, list) and len(container) == count:
                list_pointers[outer_pointer] = None
    return list(list_pointers)


def all_pointers(contents: Contents) -> list[Pointer]:
    """The pointers to all texts, numbers, booleans and nulls in the answers. In a TextAnswer they
    lead to its words and numbers.

    >>> all_pointers({"GET /": {"relays": [1, 0]}})
    [Pointer(request='GET /', path=('relays', 0)), Pointer(request='GET /', path=('relays', 1))]
    """
    pointers: list[Pointer] = []
    for request, content in contents.items():
        for path in _paths(content):
            pointers.append(Pointer(request, path))
    return pointers


def value_at(contents: Contents, pointer: Pointer) -> Any:
    """The value to which a pointer leads. Raises LookupError."""
    return _value_in(contents[pointer.request], pointer.path)


# ---- columns -------------------------------------------------------------------------------------


def _column(
    pointers: Sequence[Pointer],
    values: Sequence[Any],
    states: Sequence[Optional[bool]],
) -> Optional[Column]:
    """The column of these pointers, whose values are `values`, if these tell the outlets' states:
    all that are on have one value, and all that are off another one. Else None. If all outlets are
    on, the value for off is the usual one ("OFF" for "ON"), and None without such a one.

    >>> pointers = [Pointer("GET /1", ()), Pointer("GET /2", ())]
    >>> column = _column(pointers, ["ON", "ON"], [True, True])
    >>> column.on, column.off
    ('ON', 'OFF')
    >>> _column(pointers, ["ON", "ON"], [True, False]) is None
    True
    """
    if any(value is None or isinstance(value, (dict, list)) for value in values):
        return None
    on_values = _values_of_state(values, states, on=True)
    off_values = _values_of_state(values, states, on=False)
    if len(on_values) > 1 or len(off_values) > 1:
        return None
    on = on_values[0] if on_values else None
    off = off_values[0] if off_values else None
    if on is None:
        on = _opposite(off, _ON_BY_OFF)
    elif off is None:
        off = _opposite(on, _OFF_BY_ON)
    if on is None or off is None or _typed_text(on) == _typed_text(off):
        return None
    return Column(tuple(pointers), on, off)


def _values_of_state(
    values: Sequence[Any], states: Sequence[Optional[bool]], *, on: Optional[bool]
) -> list[Any]:
    """The values of the outlets whose state is `on`, each once. `values` and `states` are one for
    each outlet.

    >>> _values_of_state([1, 0, 1, True], [True, False, True, True], on=True)
    [1, True]
    """
    value_by_typed_text: dict[tuple[str, str], Any] = {}
    for value, state in zip(values, states):
        if state is on:
            value_by_typed_text[_typed_text(value)] = value
    return list(value_by_typed_text.values())


def _typed_text(value: Any) -> tuple[str, str]:
    """Type and text of a value, to compare values as JSON does: Python takes 1 and True for equal.

    >>> _typed_text(1), _typed_text(True)
    (('int', '1'), ('bool', 'True'))
    """
    return type(value).__name__, str(value)


def _opposite(value: Any, opposites: Mapping[str, str]) -> Any:
    """The usual value for the other state, which `opposites` has by this one: of the same type, and
    in capital letters if this one is. None if there is no usual one.

    >>> _opposite("On", _OFF_BY_ON), _opposite(1, _OFF_BY_ON), _opposite(True, _OFF_BY_ON)
    ('Off', 0, False)
    >>> _opposite("Live", _OFF_BY_ON) is None
    True
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


def _json_columns(contents: Contents, count: int) -> Iterator[list[Pointer]]:
    """The groups of `count` pointers into JSON, which may be one for each outlet: pointers that
    differ in a number alone, and pointers to all members of one name in several lists.

    >>> units = {"GET /": {"a": [{"on": 1}], "b": [{"on": 0}]}}
    >>> [[pointer.path for pointer in group] for group in _json_columns(units, 2)]
    [[('a', 0, 'on'), ('b', 0, 'on')]]
    """
    rows: dict[Any, list[Pointer]] = {}
    members: dict[Any, list[Pointer]] = {}  # of outlets in several lists, as of two units
    for pointer in all_pointers(contents):
        if not isinstance(contents[pointer.request], TextAnswer):
            rows.setdefault(_numberless(pointer), []).append(pointer)
            members.setdefault(pointer.pattern[-1:], []).append(pointer)
    for pointers in (*rows.values(), *members.values()):
        if len(pointers) == count:
            yield pointers


def _text_columns(contents: Contents, states: States) -> Iterator[list[Pointer]]:
    """Groups of pointers to words of a TextAnswer at equal distances, one word for each outlet,
    such as each third word. A group is left out if it has more different words than one for on, one
    for off and one for each unknown state.

    >>> answers = {"GET /": TextAnswer("1 Lamp on 2 Fan off")}
    >>> groups = list(_text_columns(answers, {"1": True, "2": False}))
    >>> [value_at(answers, pointer) for pointer in groups[-1]]
    ['on', 'off']
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
                    yield [Pointer(request, (2 * number + 1,)) for number in numbers]


def _row_columns(contents: Contents, states: States) -> Iterator[list[Pointer]]:
    """Groups of pointers to words of a TextAnswer that has one row for each outlet: one word of
    each row. It is a word that all rows of outlets that are on have, and no row of one that is off;
    and the other way round. Of a row whose state is unknown, the first word is taken. A group may
    come several times, as there are several ways to divide a text into rows.

    >>> answers = {"GET /": TextAnswer("Outlet 1 Lamp on, Outlet 2 off, Outlet 3 Fan on")}
    >>> groups = list(_row_columns(answers, {"1": True, "2": False, "3": True}))
    >>> for pointers in groups[:2]:
    ...     print([value_at(answers, pointer) for pointer in pointers])
    ['on', '2', 'on']
    ['on', 'off', 'on']
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
                yield [Pointer(request, (number,)) for number in numbers]


def _rows(text: TextAnswer, count: int) -> Iterator[list[range]]:
    """Ways to divide a text into `count` rows, each a range of the numbers of its words in
    `pieces`. The texts before the rows, such as "<li>", are equal apart from numbers. The last row
    is as long as the shortest other one, or as the longest.

    >>> page = TextAnswer("<li>Lamp on<li>Fan off")
    >>> rows = next(_rows(page, 2))
    >>> [[page.pieces[number] for number in row] for row in rows]
    [['Lamp', 'on', 'li'], ['Fan', 'off']]
    """
    if count < 2:
        return
    for length in _CONTEXTS:
        for begins in _begins_by_context(text.pieces, length).values():
            if len(begins) == count:
                lengths = [end - begin for begin, end in zip(begins, begins[1:])]
                for last_length in {min(lengths), max(lengths)}:
                    last_end = min(begins[-1] + last_length, len(text.pieces))
                    ends = [*begins[1:], last_end]
                    yield [range(begin, end, 2) for begin, end in zip(begins, ends)]


def _begins_by_context(pieces: Sequence[str], length: int) -> Mapping[str, list[int]]:
    """The numbers of the words that may begin rows, by the text that they have in common: the
    `length` characters before the word, or these and the word. Numbers in it are "#".

    >>> begins = _begins_by_context(TextAnswer("<li>Lamp on<li>Fan off").pieces, 4)
    >>> begins["<li>"], begins["<li>Fan"]
    ([3, 9], [9])
    """
    begins: dict[str, list[int]] = {}
    for number in range(1, len(pieces), 2):
        before = "".join(pieces[max(0, number - length) : number])
        context = _without_numbers(f"\n{before}")[-length:]
        for common_text in (context, f"{context}{_without_numbers(pieces[number])}"):
            begins.setdefault(common_text, []).append(number)
    return begins


def _words_of_states(
    rows: Sequence[Sequence[str]], states: Sequence[Optional[bool]]
) -> Iterator[tuple[str, str]]:
    """Pairs of words that may mean on and off. `rows` are the words of each outlet's row, `states`
    the outlets' states. If all outlets have one state, each pair is one word twice.

    >>> list(_words_of_states([["Lamp", "on"], ["Fan", "off"]], [True, False]))[-1]
    ('on', 'off')
    >>> list(_words_of_states([["Lamp", "on"], ["Fan", "on"]], [True, True]))
    [('on', 'on')]
    """
    on_rows = [row for row, state in zip(rows, states) if state is True]
    off_rows = [row for row, state in zip(rows, states) if state is False]
    on_words = _common_words(on_rows, off_rows)
    off_words = _common_words(off_rows, on_rows)
    if on_rows and off_rows:
        yield from itertools.product(on_words[:_MOST_WORDS], off_words[:_MOST_WORDS])
    else:
        yield from ((word, word) for word in (*on_words, *off_words))


def _common_words(rows: Sequence[Sequence[str]], other_rows: Sequence[Sequence[str]]) -> list[str]:
    """The words that all of `rows` have, and none of `other_rows`, in the order of the first row;
    none for no rows.

    >>> _common_words([["Outlet", "Lamp", "on"], ["Outlet", "Fan", "on"]], [["Outlet", "off"]])
    ['on']
    """
    words = list(dict.fromkeys(rows[0] if rows else ()))
    return [
        word
        for word in words
        if all(word in row for row in rows) and not any(word in row for row in other_rows)
    ]


def _numberless(pointer: Pointer) -> tuple[str, Path]:
    """Request and path of a pointer with "#" for each number: equal for pointers that differ in a
    number alone.

    >>> _numberless(Pointer("GET /relay/2", ("on",)))
    ('GET /relay/#', ('on',))
    """
    return _without_numbers(pointer.request), pointer.pattern


def _without_numbers(name: str) -> str:
    """A name with "#" for each number: "relay12" is "relay#"."""
    return re.sub("[0-9]+", "#", name)


def _is_number(value: Any) -> bool:
    """Whether a value is a number, or a text that is one."""
    if isinstance(value, str):
        return re.fullmatch(r"[0-9]+(\.[0-9]+)?", value) is not None
    return _is_figure(value)


# ---- values --------------------------------------------------------------------------------------


def _paths(content: Any) -> list[Path]:
    """The path to each text, number, boolean and null of a content.

    >>> _paths({"relays": [{"on": 1}], "name": "web"})
    [('name',), ('relays', 0, 'on')]
    >>> _paths(TextAnswer("relay is on"))  # each second piece is a word
    [(1,), (3,), (5,)]
    """
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
    """The value at this path of a content. Raises LookupError.

    >>> _value_in({"relays": [{"on": 1}]}, ("relays", 0))
    {'on': 1}
    """
    value: Any = content.pieces if isinstance(content, TextAnswer) else content
    for part in path:
        value = value[part]
    return value


def _with_value(content: Any, path: Path, value: Any) -> Any:
    """A copy of an answer's content with another value at this path. What is not on the path is not
    copied: both contents have it.

    >>> _with_value({"relays": [1, 0], "name": "web"}, ("relays", 1), 1)
    {'relays': [1, 1], 'name': 'web'}
    """
    if not path:
        return value
    if isinstance(content, TextAnswer):
        return content.with_piece(int(path[0]), str(value))
    new_content = copy.copy(content)
    new_content[path[0]] = _with_value(content[path[0]], path[1:], value)
    return new_content
