"""Answers that are no JSON, such as HTML, XML or a form, as a text of parts: runs between tags and
quotes, numbers and words. In a recording, and in the unit that answers with it.
"""

from __future__ import annotations

import json
import re
from typing import Any, Callable

from handlers.http.strict_json import loads

# the texts between tags, values in quotes, and words of tags: the name of a tag, for both of its
# ends, and names of attributes
RUN = re.compile(
    r"(?<=>)[^<>]+|(?<=\")[^\"<>]+(?=\")|(?<=')[^'<>]+(?=')"
    r"|[^\s<>\"'=/,;&|()\[\]{}][^\s<>\"'=,;&|()\[\]{}]*"
)
# an address or a date is one word, and so is the name of a tag, for both of its ends
_WORD = r"[^\s<>\"'=,;&|()\[\]{}/]+(?:/[^\s<>\"'=,;&|()\[\]{}/]+)*"
# a number with blanks, brackets and the like in it may be one of a telephone
_NUMBER = r"[+(]{0,2}[0-9]+(?:[ ()/.-]+[0-9]+)+"
NUMBER_OR_WORD = re.compile(f"{_NUMBER}|{_WORD}")
WORD = re.compile(_WORD)


class TextAnswer(str):
    """The body of an answer that is no JSON."""

    def parts(self, kind: re.Pattern[str]) -> list[str]:
        """The parts of a kind, such as RUN, each once."""
        return list(dict.fromkeys(kind.findall(self)))

    def changed(self, kind: re.Pattern[str], change: Callable[[str], str]) -> TextAnswer:
        """The text whose parts of a kind are changed."""
        return TextAnswer(kind.sub(lambda part: change(part[0]), self))


def document_of(body: bytes) -> Any:
    """The JSON of an answer, or its text."""
    try:
        return loads(body)
    except (ValueError, RecursionError):
        return TextAnswer(body.decode("utf-8", "replace"))


def body_of(document: Any) -> bytes:
    """The body of the answer that is this document."""
    return document.encode() if isinstance(document, TextAnswer) else json.dumps(document).encode()
