"""Values in a text whose name or place says what they are: in addresses, forms, JSON, XML, HTML and
plain text. Pure.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Callable, NamedTuple

from .scrub import SECRETS, is_telling, kind_of

# name=value, name: value, name = "value", "name": "value", "name": 5
_PAIR = re.compile(
    r"(?P<name>[A-Za-z0-9_.-]+)[\"']?\s*[=:]\s*"
    r"(?:\"(?P<double>[^\"<>]+)\"|'(?P<single>[^'<>]+)'|(?P<bare>[^\s&\"'<>;,{}()\[\]]+))"
)
# <name ...>value, <name><![CDATA[value]]>
_ELEMENT = re.compile(
    r"<(?P<name>[A-Za-z0-9_.:-]+)(?:\s[^<>]*)?>\s*(?:<!\[CDATA\[)?(?P<value>[^<>\]]+)"
)
# <td>name</td><td>value</td>
_NEIGHBOUR = re.compile(
    r">\s*(?P<name>[\w .-]{2,40}?)\s*:?\s*</[^<>]+>\s*(?:<[^<>/][^<>]*>\s*)+(?P<value>[^<>]+)"
)
# <input name="name" value="value">, <meta name=name content=value>, in any order, and the text of
# <textarea name="name">value</textarea>
_TAG = re.compile(r"<[A-Za-z][^<>]*>")
_TAG_NAME = re.compile(r"\b(?:name|id|type|key)\s*=\s*[\"']?(?P<name>[A-Za-z0-9_.:-]+)")
_TAG_VALUE = re.compile(
    r"\b(?:value|content)\s*=\s*(?:\"(?P<double>[^\"]+)\"|'(?P<single>[^']+)'|(?P<bare>[^\s\"'<>]+))"
)
_CONTENT = re.compile(r"[^<>]+")


class NamedValue(NamedTuple):
    """A value with its name, and where it stands in the text."""

    name: str
    value: str
    begin: int

    @property
    def is_secret(self) -> bool:
        plain_name = re.sub("[ :-]", "_", self.name)
        return kind_of(plain_name) == SECRETS or kind_of(self.name) == SECRETS


def named_values(text: str) -> Iterator[NamedValue]:
    """All values with a name; one may be a part of another."""
    for pair in _PAIR.finditer(text):
        value, begin = _value_of(pair)
        yield NamedValue(pair["name"], value, begin)
        for inner in named_values(value):  # the query of an address in an attribute
            yield inner._replace(begin=begin + inner.begin)
    for element in _ELEMENT.finditer(text):
        yield NamedValue(element["name"], element["value"], element.start("value"))
    for tag in _TAG.finditer(text):
        content = _CONTENT.match(text, tag.end())
        for name in _TAG_NAME.finditer(tag[0]):
            if content is not None:
                yield NamedValue(name["name"], content[0], content.start())
            for attribute in _TAG_VALUE.finditer(tag[0]):
                value, begin = _value_of(attribute)
                yield NamedValue(name["name"], value, tag.start() + begin)


@functools.lru_cache(maxsize=64)
def secret_values(text: str) -> tuple[NamedValue, ...]:
    """The values that are secrets by their names, also those that stand beside such a name in a
    page.
    """
    secrets: list[NamedValue] = []
    for named_value in (*named_values(text), *_neighbours(text)):
        if named_value.is_secret and named_value.value.strip():
            secrets.append(named_value)
    return tuple(secrets)


def named_secrets(text: str) -> list[str]:
    """The values in a request or an answer whose names say that they are secrets, such as the id of
    a session, if they are no common words or short numbers.
    """
    secrets: list[str] = []
    for named_value in named_values(text):
        if named_value.is_secret and is_telling(named_value.value):
            secrets.append(named_value.value)
    return secrets


def without_named_secrets(text: str, stand_in: str) -> str:
    """The text with this in place of each value whose name says that it is a secret."""
    return with_secrets_replaced(text, lambda _: stand_in)


def with_secrets_replaced(text: str, replacement: Callable[[NamedValue], str]) -> str:
    """The text with another text in place of each value that is a secret by its name or place."""
    secrets = {secret.begin: secret for secret in secret_values(text)}
    parts: list[str] = []
    end = 0
    for begin, secret in sorted(secrets.items()):
        if begin < end:
            continue  # a part of the one before
        parts += [text[end:begin], replacement(secret)]
        end = begin + len(secret.value)
    return "".join([*parts, text[end:]])


def _neighbours(text: str) -> Iterator[NamedValue]:
    begin = 0
    while True:  # the value of one may be the name of the next
        match = _NEIGHBOUR.search(text, begin)
        if match is None:
            return
        yield NamedValue(match["name"], match["value"], match.start("value"))
        begin = match.start() + 1


def _value_of(match: re.Match[str]) -> tuple[str, int]:
    """The value of a pair in any quotes, and where it begins."""
    for quotes in ("double", "single", "bare"):
        if match[quotes] is not None:
            return match[quotes], match.start(quotes)
    raise AssertionError
