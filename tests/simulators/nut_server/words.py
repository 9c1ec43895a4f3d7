"""NUT's line syntax: words between blanks, with quotes and backslashes."""

from __future__ import annotations

import re
from typing import Optional

LONGEST_WORD = 512


class LineReader:
    """Takes bytes in pieces of any size, and returns the words of each complete line.

    Like upsd, it drops from each word bytes above 127, control characters other than DEL, and all
    bytes after the 512th. Inside quotes or after a backslash, a line break does not end the line.
    Outside quotes, `#` without a backslash begins a comment. Inside quotes, such a `#` drops the
    line so far and the rest of the piece, as in upsd 2.8.0. Unlike in upsd, `=` outside quotes is
    not a separate word.
    """

    def __init__(self) -> None:
        self._begin()

    def _begin(self) -> None:
        self._words: list[str] = []
        self._word: Optional[str] = None  # None: between words
        self._quoted = self._escaped = self._comment = False

    def feed(self, data: bytes) -> list[list[str]]:
        lines = []
        for code in data:
            character = chr(code)
            if character == "#" and self._quoted and not self._escaped:
                self._begin()
                break
            if character == "\n" and not self._quoted and not self._escaped:
                self._end_word()
                lines.append(self._words)
                self._words = []
                self._comment = False
            elif not self._comment:
                self._take(character)
        return lines

    def _take(self, character: str) -> None:
        """Take a character that is neither in a comment nor the end of a line."""
        if self._escaped:
            self._escaped = False
            self._add(character)
        elif character == "\\":
            self._escaped = True
            self._word = self._word or ""
        elif self._quoted:
            if character == '"':
                self._quoted = False
                self._end_word()
            else:
                self._add(character)
        elif character in " \t\r\v\f":
            self._end_word()
        elif character == "#":
            self._comment = True
        elif character == '"' and self._word is None:
            self._quoted, self._word = True, ""
        else:
            self._add(character)

    def _add(self, character: str) -> None:
        """Add a character to the word, unless upsd drops it."""
        self._word = self._word or ""
        if " " <= character <= "\x7f" and len(self._word) < LONGEST_WORD:
            self._word += character

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append(self._word)
        self._word = None


def kept(text: str) -> str:
    """The part of `text` that the server keeps when it reads the word from a request or from its
    files.
    """
    return "".join(character for character in text if " " <= character <= "\x7f")[:LONGEST_WORD]


def quoted(text: str) -> str:
    """`text` in quotes, with a backslash before `#`, `\\` and `"`, as the server writes a value."""
    escaped_text = re.sub(r'([#\\"])', r"\\\1", text)
    return f'"{escaped_text}"'
