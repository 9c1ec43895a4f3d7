"""Answers that are no JSON, such as HTML, XML or a form, as a text of words: in a recording, and in
the unit that answers with it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, Callable

from handlers.http.strict_json import loads

# what stands between words; a name of a tag is a word, an address is one too
_BETWEEN = re.compile(r"([\s<>\"'=,;&|()\[\]{}]+)")


class TextAnswer(str):
    """The body of an answer that is no JSON."""

    def words(self) -> Iterator[tuple[int, str]]:
        """The words, each with its place."""
        for place, part in enumerate(_BETWEEN.split(self)):
            if place % 2 == 0 and part:
                yield place, part

    def word(self, place: int) -> str:
        return _BETWEEN.split(self)[place]

    def with_word(self, place: int, word: str) -> TextAnswer:
        """The text with another word in this place."""
        parts = _BETWEEN.split(self)
        parts[place] = word
        return TextAnswer("".join(parts))

    def changed(self, change: Callable[[str], str]) -> TextAnswer:
        """The text whose words are changed."""
        parts = _BETWEEN.split(self)
        for place, word in self.words():
            parts[place] = change(word)
        return TextAnswer("".join(parts))


def document_of(body: bytes) -> Any:
    """The JSON of an answer, or its text."""
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return TextAnswer(body.decode("utf-8", "replace"))


def body_of(document: Any) -> bytes:
    """The body of the answer that is this document."""
    return document.encode() if isinstance(document, TextAnswer) else json.dumps(document).encode()
