"""Answers over HTTP: JSON, or another text, such as HTML, XML or a form. In a recording, and in the
PDU that answers with it. Pure.

A text is seen in two ways. Private data is replaced in its parts: runs (what stands between tags or
quotes), numbers and words. States and figures are sought in its `pieces`: words and numbers, and
between them what is neither, so that each second piece is a word or a number.
"""

from __future__ import annotations

import codecs
import contextlib
import functools
import json
import re
from typing import Any, Callable, Optional

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
_BINARY = re.compile(r"(?:image/(?!svg)|font/|audio/|video/|application/(?:octet|zip|pdf|font))")
# encodings of Python that no page has: their decoders may give an empty text for another one
_FOR_HOST_NAMES = ("idna", "punycode")
_PIECE = re.compile(r"([0-9]+(?:\.[0-9]+)?|[A-Za-z]+)")


class TextAnswer(str):
    """The body of an answer that is no JSON: a page, XML, a form or plain text. A word of it is
    named by its number in `pieces`, which is odd.

    >>> TextAnswer("relay 2: on").pieces
    ('', 'relay', ' ', '2', ': ', 'on', '')
    """

    @functools.cached_property
    def pieces(self) -> tuple[str, ...]:
        """What is between its words and numbers, and these, in turn."""
        return tuple(_PIECE.split(self))

    def text_between(self, first_number: int, last_number: Optional[int]) -> str:
        """The text behind the word with one number in `pieces`, up to the word with another; up to
        the end of the answer for None.

        >>> TextAnswer("relay 2: on").text_between(1, 5)
        ' 2: '
        """
        return "".join(self.pieces[first_number + 1 : last_number])

    def end_of(self, number: int) -> int:
        """Where the word with this number in `pieces` ends: how many characters there are up to it,
        with the word.

        >>> TextAnswer("relay 2: on").end_of(3)
        7
        """
        return len("".join(self.pieces[: number + 1]))

    def with_piece(self, number: int, piece: str) -> TextAnswer:
        """The text with another piece of this number. The others keep their numbers, also where the
        new piece has more words.

        >>> text = TextAnswer("relay 2: on").with_piece(5, "not known")
        >>> str(text), text.pieces[5]
        ('relay 2: not known', 'not known')
        """
        pieces = (*self.pieces[:number], piece, *self.pieces[number + 1 :])
        text = TextAnswer("".join(pieces))
        text.pieces = pieces  # in place of those into which it would be divided
        return text

    def parts(self, kind: re.Pattern[str]) -> list[str]:
        """The parts that a pattern such as RUN or WORD matches, each once.

        >>> TextAnswer("<td>Rack 7</td><td>on</td>").parts(RUN)
        ['td', 'Rack 7', 'on']
        """
        return list(dict.fromkeys(kind.findall(self)))

    def changed(self, kind: re.Pattern[str], change: Callable[[str], str]) -> TextAnswer:
        """The text with `change(part)` in place of each part that a pattern such as WORD matches.

        >>> TextAnswer("<td>Rack 7</td>").changed(WORD, str.upper)
        '<TD>RACK 7</TD>'
        """
        return TextAnswer(kind.sub(lambda part: change(part[0]), self))


def with_changed_texts(
    content: Any, change: Callable[[str], str], *, in_names: bool = False
) -> Any:
    """A copy of an answer's content, JSON or a TextAnswer, with `change(text)` in place of each
    text; with `in_names` also of each name of a member. Numbers, and octets of a picture, stay.

    >>> with_changed_texts({"name": "web", "w": [5, "a"]}, str.upper)
    {'name': 'WEB', 'w': [5, 'A']}
    >>> with_changed_texts({"name": "web"}, str.upper, in_names=True)
    {'NAME': 'WEB'}
    """
    if isinstance(content, TextAnswer):
        return TextAnswer(change(content))
    if isinstance(content, str):
        return change(content)
    if isinstance(content, dict):
        members: dict[str, Any] = {}
        for name, value in content.items():
            new_name = change(name) if in_names else name
            members[new_name] = with_changed_texts(value, change, in_names=in_names)
        return members
    if isinstance(content, list):
        return [with_changed_texts(value, change, in_names=in_names) for value in content]
    return content


def document_of(body: bytes, media_type: str = "", charset: str = "utf-8") -> Any:
    r"""The content of an answer's body: JSON; else a TextAnswer, in the encoding `charset`, or in
    UTF-8 if Python has no such encoding; the octets of a picture and the like. A JSON null is the
    TextAnswer "null", because None stands for no answer.

    >>> document_of(b'{"on": true}'), document_of(b"on"), document_of(b"PNG", "image/png")
    ({'on': True}, 'on', b'PNG')
    >>> document_of(b"null"), document_of(b"\xe4", "text/html", "latin-1")
    ('null', 'ä')
    """
    if _BINARY.match(media_type):
        return body
    with contextlib.suppress(ValueError, RecursionError):
        document = loads(body)
        if document is not None:
            return document
    try:
        if codecs.lookup(charset).name not in _FOR_HOST_NAMES:
            return TextAnswer(body.decode(charset, "replace"))
    except (LookupError, ValueError):  # none that Python has, or none of text, such as hex
        pass
    return TextAnswer(body.decode("utf-8", "replace"))


def text_of(document: Any) -> str:
    """The text that a device sends for this content, JSON or a TextAnswer. Contents of octets, such
    as a picture, have none: TypeError.

    >>> text_of({"on": True}), text_of(TextAnswer("on"))
    ('{"on": true}', 'on')
    """
    if isinstance(document, TextAnswer):
        return str(document)
    return json.dumps(document, ensure_ascii=False)
