"""Answers of a PDU from which the row of one outlet is absent, or in which two rows are exchanged:
`pdu handler check` looks at what a handler makes of them. Pure.

contents    the answers by request: {"GET /": [{"id": "a", "on": 1}, {"id": "b", "on": 0}]}
pointer     where a value is in them: Pointer("GET /", (1, "on")); its path is (1, "on")
row         all that an answer says of one outlet: {"id": "b", "on": 0}, or a line of a page
"""

from __future__ import annotations

import copy
import os.path
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .state_columns import Contents, Path, Pointer, all_pointers, value_at, with_values
from .text_answers import WORD, TextAnswer

# the member of a row that has what its owner calls an outlet
_NAME = re.compile("name|label|alias|description", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)[^<>]*?(?P<empty>/?)>")


class AbsentRow(NamedTuple):
    """Contents without the row of an outlet.

    >>> AbsentRow({"GET /": [{"id": "a", "on": 1}]}, is_named=True).is_named
    True
    """

    contents: Contents
    #: whether the row named the outlet; else the outlets are numbered by their order
    is_named: bool


def without_row(
    contents: Contents, pointer: Pointer, other_pointers: Collection[Pointer], outlet: str
) -> Optional[AbsentRow]:
    """The contents without the row of one outlet. `pointer` leads to its state, `other_pointers` to
    the states of all others, `outlet` is its identity. The row is the largest value in which no
    other outlet's state is. None if it cannot be absent: a number of a list, or a first row in a
    text.

    >>> answers = {"GET /": [{"id": "a", "on": 1}, {"id": "b", "on": 0}]}
    >>> pointer, other_pointer = Pointer("GET /", (1, "on")), Pointer("GET /", (0, "on"))
    >>> without_row(answers, pointer, [other_pointer], "b")
    AbsentRow(contents={'GET /': [{'id': 'a', 'on': 1}]}, is_named=True)
    >>> numbers = {"GET /": [1, 0]}
    >>> without_row(numbers, Pointer("GET /", (1,)), [Pointer("GET /", (0,))], "b") is None
    True
    """
    other_paths = [path for request, path in other_pointers if request == pointer.request]
    if isinstance(contents[pointer.request], TextAnswer):
        return _without_text_row(contents, pointer, other_paths, outlet)
    path = _path_of_row(pointer.path, other_paths)
    row = value_at(contents, Pointer(pointer.request, path))
    values_in_row = [value_at({"": row}, leaf) for leaf in all_pointers({"": row})]
    row_name = str(path[-1]) if path else outlet
    is_named = outlet in (row_name, *map(str, values_in_row))
    if not path:  # the outlet has a document of its own
        return AbsentRow({**contents, pointer.request: None}, is_named)
    new_content = copy.deepcopy(contents[pointer.request])
    container = value_at({pointer.request: new_content}, Pointer(pointer.request, path[:-1]))
    if isinstance(container, list) and not isinstance(row, dict):
        return None
    del container[path[-1]]
    return AbsentRow({**contents, pointer.request: new_content}, is_named)


def with_empty_name(
    contents: Contents, pointer: Pointer, other_pointers: Collection[Pointer], outlet: str
) -> Optional[Contents]:
    """A copy of the contents in which the row of one outlet has an empty text as its name. None for
    a text that is no JSON, for a row without a name, and if the name is the outlet's identity,
    `outlet`. `pointer` leads to its state, `other_pointers` to the states of all others.

    >>> rows = {"GET /status": [{"id": "1", "on": True, "name": "web 1"}, {"id": "2", "on": True}]}
    >>> pointer = Pointer("GET /status", (0, "on"))
    >>> other_pointer = Pointer("GET /status", (1, "on"))
    >>> with_empty_name(rows, pointer, [other_pointer], "1")["GET /status"][0]
    {'id': '1', 'on': True, 'name': ''}
    >>> with_empty_name(rows, other_pointer, [pointer], "2") is None
    True
    """
    if isinstance(contents[pointer.request], TextAnswer):
        return None
    other_paths = [path for request, path in other_pointers if request == pointer.request]
    path = _path_of_row(pointer.path, other_paths)
    row = value_at(contents, Pointer(pointer.request, path))
    names: dict[Pointer, str] = {}
    for member, value in row.items() if isinstance(row, dict) else ():
        is_name = _NAME.search(member) is not None and isinstance(value, str)
        if is_name and value not in ("", outlet):
            names[Pointer(pointer.request, (*path, member))] = ""
    return with_values(contents, names) if names else None


def with_rows_exchanged(content: Any, path_by_outlet: Mapping[str, Path]) -> Any:
    """A copy of a JSON content with the first and the last row of its list of outlets exchanged.
    None if there is no such list, or if no member, such as "id", names the outlet in each row.
    `path_by_outlet`: where the states are, by the outlets' identities.

    >>> rows = [{"id": "a", "on": 1}, {"id": "b", "on": 0}]
    >>> with_rows_exchanged(rows, {"a": (0, "on"), "b": (1, "on")})
    [{'id': 'b', 'on': 0}, {'id': 'a', 'on': 1}]
    >>> with_rows_exchanged([{"on": 1}, {"on": 0}], {"a": (0, "on"), "b": (1, "on")}) is None
    True
    """
    first_path, *_, last_path = path_by_outlet.values()
    depth = len(os.path.commonprefix([first_path, last_path]))
    list_path = first_path[:depth]
    rows = value_at({"": content}, Pointer("", list_path))
    if not isinstance(rows, list):
        return None
    naming_members: list[set[str]] = []
    for outlet, path in path_by_outlet.items():
        row = rows[int(path[depth])] if path[:depth] == list_path else None
        members = row.items() if isinstance(row, dict) else ()
        naming_members.append({member for member, value in members if str(value) == outlet})
    if not set.intersection(*naming_members):
        return None
    new_rows = list(rows)
    first_index, last_index = int(first_path[depth]), int(last_path[depth])
    new_rows[first_index], new_rows[last_index] = rows[last_index], rows[first_index]
    return with_values({"": content}, {Pointer("", list_path): new_rows})[""]


def _path_of_row(path: Path, other_paths: Sequence[Path]) -> Path:
    """The path of the row of the outlet whose state is at `path`: the shortest begin of it that no
    path of another outlet's state has. () if the outlet has an answer of its own.

    >>> _path_of_row(("relays", 0, "state", "on"), [("relays", 1, "state", "on")])
    ('relays', 0)
    """
    for length in range(len(path)):
        begin = path[:length]
        if not any(other_path[:length] == begin for other_path in other_paths):
            return begin
    return path


def _without_text_row(
    contents: Contents, pointer: Pointer, other_paths: Sequence[Path], outlet: str
) -> Optional[AbsentRow]:
    r"""The contents without one outlet's row in a text, as of HTML. `pointer` leads to its state,
    `other_paths` to those of the other outlets in the text. A row goes from the end of the row
    before it to its own end; so None for the first outlet of the text, and if rows do not end.

    >>> answers = {"GET /": TextAnswer("a on\nb off\n")}
    >>> row = _without_text_row(answers, Pointer("GET /", (7,)), [(3,)], "b")
    >>> row.contents, row.is_named
    ({'GET /': 'a on\n'}, True)
    """
    answer: TextAnswer = contents[pointer.request]
    state_number = int(pointer.path[0])
    state_numbers = sorted([state_number, *(int(path[0]) for path in other_paths)])
    position = state_numbers.index(state_number)
    if position == 0:
        return None
    number_before = state_numbers[position - 1]
    is_last = state_number == state_numbers[-1]
    end_before = _end_of_row(answer.text_between(number_before, state_number))
    next_number = None if is_last else state_numbers[position + 1]
    text_behind = answer.text_between(state_number, next_number)
    # behind the last row its table may end, too
    end = _end_of_row(text_behind, end_before.tag if end_before and is_last else "")
    if end_before is None or end is None:
        return None
    row_begin = answer.end_of(number_before) + end_before.length
    row_end = answer.end_of(state_number) + end.length
    is_named = outlet in WORD.findall(answer[row_begin:row_end])
    new_content: Any = TextAnswer(answer[:row_begin] + answer[row_end:])
    return AbsentRow({**contents, pointer.request: new_content}, is_named)


class _RowEnd(NamedTuple):
    """Where a row ends that began before a text: by which tag, and after how many characters."""

    #: the name of the tag that ends it, such as "tr"; "" for the end of a line
    tag: str
    #: how many characters of the text belong to the row
    length: int


def _end_of_row(text: str, expected_tag: str = "") -> Optional[_RowEnd]:
    r"""Where the row of an outlet ends in a text that follows its state, up to the state of the
    next outlet. It ends with the line, or with the last end tag whose begin is not in the text; if
    "tr" is the `expected_tag`, with the first such </tr>. None if it does not end.

    >>> _end_of_row("</td><td>5 W</td></tr><tr><td>")
    _RowEnd(tag='tr', length=22)
    >>> _end_of_row("</td></tr></table></div>", expected_tag="tr")
    _RowEnd(tag='tr', length=10)
    >>> _end_of_row(", 5 W\nOutlet 2")
    _RowEnd(tag='', length=6)
    >>> _end_of_row(", 5 W") is None
    True
    """
    if "<" not in text and "\n" in text:
        return _RowEnd("", text.index("\n") + 1)
    open_tags: list[str] = []
    end: Optional[_RowEnd] = None
    for tag in _TAG.finditer(text):
        name = tag["name"]
        if tag["empty"]:
            continue
        if not tag["end"]:
            open_tags.append(name)
        elif name in open_tags:
            open_tags.remove(name)
        else:
            end = _RowEnd(name, tag.end())
            if name == expected_tag:
                return end
    return end
