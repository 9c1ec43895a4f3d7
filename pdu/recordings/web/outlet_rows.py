"""Answers of a device without the row of one outlet: all that they say of it. Pure."""

from __future__ import annotations

import copy
import os.path
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple, Optional

from .state_columns import Contents, Path, Place, all_places, value_at, with_values
from .text_answers import WORD, TextAnswer

# the member of a row that has what its owner calls an outlet
_NAME = re.compile("name|label|alias|description", re.IGNORECASE)
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[A-Za-z][\w:.-]*)[^<>]*?(?P<empty>/?)>")


class AbsentRow(NamedTuple):
    """Contents without the row of an outlet."""

    contents: Contents
    #: whether the row named the outlet; else the outlets are numbered by their places
    is_named: bool


def without_row(
    contents: Contents, place: Place, other_places: Collection[Place], outlet: str
) -> Optional[AbsentRow]:
    """The contents without the row of the outlet whose state is in this place: the smallest part in
    which no other outlet's state is. None if that is no row that can be absent.
    `other_places`: of the other outlets' states; `outlet`: the identity.
    """
    other_paths = [path for request, path in other_places if request == place.request]
    if isinstance(contents[place.request], TextAnswer):
        return _without_text_row(contents, place, other_paths, outlet)
    path = _path_of_row(place.path, other_paths)
    row = value_at(contents, Place(place.request, path))
    values = [value_at({"": row}, leaf) for leaf in all_places({"": row})]
    name = str(path[-1]) if path else outlet
    is_named = outlet in (name, *map(str, values))
    if not path:  # the outlet has a document of its own
        return AbsentRow({**contents, place.request: None}, is_named)
    new_content = copy.deepcopy(contents[place.request])
    container = value_at({place.request: new_content}, Place(place.request, path[:-1]))
    if isinstance(container, list) and not isinstance(row, dict):
        return None
    del container[path[-1]]
    return AbsentRow({**contents, place.request: new_content}, is_named)


def with_empty_name(
    contents: Contents, place: Place, other_places: Collection[Place], outlet: str
) -> Optional[Contents]:
    """JSON in which the row of an outlet has an empty text as its name; None if it has no name, or
    if the name is its identity `outlet`. `place`, `other_places`: of its state, and of the others'.

    >>> rows = {"GET /status": [{"id": "1", "on": True, "name": "web 1"}, {"id": "2", "on": True}]}
    >>> place, other_place = Place("GET /status", (0, "on")), Place("GET /status", (1, "on"))
    >>> with_empty_name(rows, place, [other_place], "1")["GET /status"][0]
    {'id': '1', 'on': True, 'name': ''}
    >>> with_empty_name(rows, other_place, [place], "2")
    """
    if isinstance(contents[place.request], TextAnswer):
        return None
    other_paths = [path for request, path in other_places if request == place.request]
    path = _path_of_row(place.path, other_paths)
    row = value_at(contents, Place(place.request, path))
    names: dict[Place, str] = {}
    for member, value in row.items() if isinstance(row, dict) else ():
        is_name = _NAME.search(member) is not None and isinstance(value, str)
        if is_name and value not in ("", outlet):
            names[Place(place.request, (*path, member))] = ""
    return with_values(contents, names) if names else None


def with_rows_exchanged(content: Any, path_by_outlet: Mapping[str, Path]) -> Any:
    """JSON with the first and the last row of its list of outlets exchanged, if a member of each
    row names its outlet; None for another content. `path_by_outlet`: of the states.
    """
    first_path, *_, last_path = path_by_outlet.values()
    length = len(os.path.commonprefix([first_path, last_path]))
    rows = value_at({"": content}, Place("", first_path[:length]))
    if not isinstance(rows, list):
        return None
    naming_members: list[set[str]] = []
    for outlet, path in path_by_outlet.items():
        row = rows[int(path[length])] if path[:length] == first_path[:length] else None
        members = row.items() if isinstance(row, dict) else ()
        naming_members.append({member for member, value in members if str(value) == outlet})
    if not set.intersection(*naming_members):
        return None
    new_rows = list(rows)
    first_index, last_index = int(first_path[length]), int(last_path[length])
    new_rows[first_index], new_rows[last_index] = rows[last_index], rows[first_index]
    return with_values({"": content}, {Place("", first_path[:length]): new_rows})[""]


def _path_of_row(path: Path, other_paths: Sequence[Path]) -> Path:
    """The begin of a path that no other outlet's has."""
    for length in range(len(path)):
        begin = path[:length]
        if not any(other_path[:length] == begin for other_path in other_paths):
            return begin
    return path


def _without_text_row(
    contents: Contents, place: Place, other_paths: Sequence[Path], outlet: str
) -> Optional[AbsentRow]:
    """The contents without an outlet's row in a text; None for the first outlet: a row begins where
    that of the outlet before it ends.
    """
    answer: TextAnswer = contents[place.request]
    number = int(place.path[0])
    numbers = sorted([number, *(int(path[0]) for path in other_paths)])
    position = numbers.index(number)
    if not position:
        return None
    number_before = numbers[position - 1]
    is_last = number == numbers[-1]
    end_before = _end_of_row(answer.text_between(number_before, number))
    next_number = None if is_last else numbers[position + 1]
    text_behind = answer.text_between(number, next_number)
    # behind the last row more may end than the row
    end = _end_of_row(text_behind, end_before.tag if end_before and is_last else "")
    if end_before is None or end is None:
        return None
    row_begin = answer.end_of(number_before) + end_before.length
    row_end = answer.end_of(number) + end.length
    is_named = outlet in WORD.findall(answer[row_begin:row_end])
    new_content: Any = TextAnswer(answer[:row_begin] + answer[row_end:])
    return AbsentRow({**contents, place.request: new_content}, is_named)


class _RowEnd(NamedTuple):
    """Where a row ends that began before a text."""

    #: the name of the tag that ends it; "" for the end of a line
    tag: str
    #: how much of the text is of the row
    length: int


def _end_of_row(text: str, expected_tag: str = "") -> Optional[_RowEnd]:
    """A row ends by the last tag that this text does not open, or by the first of the expected
    ones; in a text without tags, by the line.
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
