"""Values in a text whose name, or the word beside them, says what they are: in addresses, forms,
JSON, XML, HTML and plain text. Pure.

kind            what a name says of its value: secrets, locations, contacts, or else names
private kinds   secrets, locations and contacts, whose values are replaced whatever they are
stand-in        a text such as secret-1 in place of a value
"""

from __future__ import annotations

import functools
import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Callable, NamedTuple

from ..scrub import NAMES, PRIVATE_KINDS, SECRETS, is_distinctive, kind_of

# name=value, name: value, name = "value", "name": "value", "name": 5
_PAIR_NAME = re.compile(r"(?<![A-Za-z0-9_.-])(?P<name>[A-Za-z0-9_.-]+)[\"']?\s*[=:]\s*")
_QUOTED = r"\"(?P<double>[^\"<>]+)\"|'(?P<single>[^'<>]+)'"
# a secret may have a sign of equality in it, and end with it
_PRIVATE_VALUE = re.compile(rf"{_QUOTED}|(?P<bare>[^\s&\"'<>;,{{}}()\[\]]+)")
_PAIR_VALUE = re.compile(rf"{_QUOTED}|(?P<bare>[^\s&\"'<>;,{{}}()\[\]=:]+)")
# <td>name</td><td>value</td>
_NEIGHBOUR = re.compile(
    r">\s*(?P<name>\w[\w .-]{0,38}\w)[\s:]*</[^<>]+>\s*(?:<[^<>/][^<>]*>\s*)+(?P<value>[^<>]+)"
)
# <name>value, <name value="value">, <input name="name" value="value">, <meta name=name
# content=value> in any order, <textarea name="name">value, <name><![CDATA[value
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_TAG_NAME = re.compile(r"(?:^<|\b(?:name|id|type|key)\s*=\s*[\"']?)(?P<name>[A-Za-z0-9_.:-]+)")
_TAG_VALUE = re.compile(
    r"\b(?:value|content)\s*=\s*(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)'|(?P<bare>[^\s\"'<>]+))"
)
_CONTENT = re.compile(r"\s*(?:<!\[CDATA\[)?(?P<value>[^<>\]]+)")
# PIN: <b>5</b>, pin;5
_WORD = re.compile(r"[A-Za-z][A-Za-z0-9_.-]*")
_NUMBER = re.compile(r"(?<![\w#])[0-9]+(?:[ .()/-]+[0-9]+)*(?!\w)")
_WITH_UNDERSCORES = str.maketrans(" :-", "___")
_NEAR = 60  # in characters
_MOST_NAMES = 16


class NamedValue(NamedTuple):
    """A value with its name, and where it begins in the text.

    >>> next(named_values("GET /o?pw=7f3a"))
    NamedValue(name='pw', value='7f3a', begin=10)
    """

    name: str
    value: str
    begin: int

    @property
    def kind(self) -> str:
        """What the name says of the value: "secrets", "locations", "contacts", else "names". A
        name with blanks, colons or hyphens is taken as one with underscores, too.

        >>> NamedValue("post-code", "50667", 0).kind, NamedValue("outlet", "web", 0).kind
        ('locations', 'names')
        """
        kind = kind_of(self.name.translate(_WITH_UNDERSCORES))
        return kind_of(self.name) if kind == NAMES else kind


def named_values(text: str) -> Iterator[NamedValue]:
    """All values in a text that have a name: name=value, "name": value, the texts of elements and
    the attributes of tags. One value may be a part of another.

    >>> [(value.name, value.value) for value in named_values("GET /o?user=a&pw=7f3a")]
    [('user', 'a'), ('pw', '7f3a')]
    >>> [(value.name, value.value) for value in named_values("<sid>7f3a</sid><o name=rack id=4>")]
    [('name', 'rack'), ('id', '4'), ('sid', '7f3a')]
    """
    yield from _values_of_pairs(text)
    yield from _values_of_tags(text)


def _values_of_pairs(text: str) -> Iterator[NamedValue]:
    """The values of name=value, name: value, "name": "value" and the like. A value may hold pairs
    itself, as the query of an address; one of a private name does not.

    >>> [(value.name, value.value) for value in _values_of_pairs('{"pin": 8351}, next=/o?id=4')]
    [('pin', '8351'), ('next', '/o?id'), ('id', '4')]
    """
    match = _PAIR_NAME.search(text)
    while match is not None:
        name, begin = match["name"], match.end()
        is_private = NamedValue(name, "", 0).kind in PRIVATE_KINDS
        pattern = _PRIVATE_VALUE if is_private else _PAIR_VALUE
        value_match = pattern.match(text, begin)
        if value_match is not None:
            value, value_begin = _value_of(value_match)
            yield NamedValue(name, value, value_begin)
            begin = value_match.end() if is_private else value_begin
        match = _PAIR_NAME.search(text, begin)


def _values_of_tags(text: str) -> Iterator[NamedValue]:
    """The values of tags: the text behind a tag and the attribute value or content, of the name of
    the tag and of its attributes name, id, type and key.

    >>> tags = '<sid>7f3a</sid><input name="pin" value="8351">'
    >>> [(value.name, value.value) for value in _values_of_tags(tags)]
    [('sid', '7f3a'), ('input', '8351'), ('pin', '8351')]
    """
    for tag in _TAG.finditer(text):
        content = _CONTENT.match(text, tag.end())
        # a tag has few names, and those of a hostile one are not combined with all its values
        for name in itertools.islice(_TAG_NAME.finditer(tag[0]), _MOST_NAMES):
            if content is not None:
                yield NamedValue(name["name"], content["value"], content.start("value"))
            for attribute in _TAG_VALUE.finditer(tag[0]):
                value, begin = _value_of(attribute)
                yield NamedValue(name["name"], value, tag.start() + begin)


@functools.lru_cache(maxsize=64)
def private_values(text: str) -> tuple[NamedValue, ...]:
    """The values of a page that are secrets, locations or contacts (telephone numbers and the like)
    by a name: one that has them, as pw=7f3a; the element before them; or a word in the 60
    characters before a number. They are in the order of the page, and none is a part of another.

    >>> [value.value for value in private_values("<td>PIN</td><td>8351</td><td>on</td>")]
    ['8351']
    """
    values = (*named_values(text), *_neighbours(text), *_numbers_behind_names(text))
    return _without_overlaps(value for value in values if value.kind in PRIVATE_KINDS)


def named_secrets(text: str) -> list[str]:
    """The values in a request or an answer whose names say that they are secrets, such as the id of
    a session, each once. Common words and short numbers, which may be states, are left out.

    >>> named_secrets("GET /o?sid=7f3a91&token=on&outlet=3")
    ['7f3a91']
    """
    secrets = [value.value for value in named_values(text) if value.kind == SECRETS]
    return list(dict.fromkeys(filter(is_distinctive, secrets)))


def without_named_secrets(text: str, stand_in: str) -> str:
    """The text with `stand_in` in place of each value whose name says that it is a secret.

    >>> without_named_secrets("GET /o?sid=7f3a91&outlet=3", "{any}")
    'GET /o?sid={any}&outlet=3'
    """
    secrets = _without_overlaps(value for value in named_values(text) if value.kind == SECRETS)
    return with_new_values(text, secrets, lambda _: stand_in)


def with_new_values(
    text: str, values: Iterable[NamedValue], new_value: Callable[[NamedValue], str]
) -> str:
    """The text with `new_value(value)` in place of each of these values, which are in the order of
    the text and do not overlap.

    >>> with_new_values("pw=7f3a&n=1", [NamedValue("pw", "7f3a", 3)], lambda value: "any")
    'pw=any&n=1'
    """
    parts: list[str] = []
    end = 0
    for value in values:
        parts += [text[end : value.begin], new_value(value)]
        end = value.begin + len(value.value)
    return "".join([*parts, text[end:]])


def _without_overlaps(values: Iterable[NamedValue]) -> tuple[NamedValue, ...]:
    """The values in the order of the text, so that none is a part of another. A value that begins
    inside another is left out, and a blank one; of those that begin together, the longest stays.

    >>> values = [NamedValue("b", "3a", 5), NamedValue("a", "7f3a", 3), NamedValue("c", " ", 9)]
    >>> [value.name for value in _without_overlaps(values)]
    ['a']
    """
    separate_values: list[NamedValue] = []
    end = 0
    for value in sorted(values, key=lambda value: (value.begin, -len(value.value))):
        if value.begin >= end and value.value.strip():
            separate_values.append(value)
            end = value.begin + len(value.value)
    return tuple(separate_values)


def _numbers_behind_names(text: str) -> Iterator[NamedValue]:
    """The numbers in the 60 characters behind a word that is a private name, such as PIN, as values
    of that name.

    >>> [value.value for value in _numbers_behind_names("PIN: <b>8351</b>, outlet 3")]
    ['8351', '3']
    """
    for word in _WORD.finditer(text):
        if kind_of(word[0]) in PRIVATE_KINDS:
            for number in _NUMBER.finditer(text, word.end(), word.end() + _NEAR):
                yield NamedValue(word[0], number[0], number.start())


def _neighbours(text: str) -> Iterator[NamedValue]:
    """The text of each element of HTML as the value of a name, which is the text of the element
    before it.

    >>> cells = "<td>Room</td><td>PIN</td><td>8351</td>"
    >>> [(value.name, value.value) for value in _neighbours(cells)]
    [('Room', 'PIN'), ('PIN', '8351')]
    """
    match = _NEIGHBOUR.search(text)
    while match is not None:
        yield NamedValue(match["name"], match["value"], match.start("value"))
        match = _NEIGHBOUR.search(text, match.start() + 1)


def _value_of(match: re.Match[str]) -> tuple[str, int]:
    """The value that _PAIR_VALUE or the like matched, without its quotes, and where it begins.

    >>> _value_of(_PAIR_VALUE.match("'web'")), _value_of(_PAIR_VALUE.match("web"))
    (('web', 1), ('web', 0))
    """
    for quotes in ("double", "single", "bare"):
        if match[quotes] is not None:
            return match[quotes], match.start(quotes)
    raise AssertionError
