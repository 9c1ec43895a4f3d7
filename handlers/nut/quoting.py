"""Lines of the NUT protocol: words, quotes and escapes. Pure functions.

Source: RFC 9271 and NUT's docs/net-protocol.txt, protocol version 1.3. A request is one line of
words separated by blanks. A word that holds blanks is put in double quotes. Inside them a backslash
escapes `"`, `\\` and, for upsd, `#`. Text is `str`; bytes that are not UTF-8 are kept as surrogate
escapes.
"""

from __future__ import annotations

import re

from ..shared.errors import ProtocolError, SettingsError

MAX_WORD = 512  # bytes that upsd keeps of one word; it drops the rest silently

_BARE = re.compile(r"[A-Za-z0-9_.:@/+-]+")
# printable ASCII without blank, `"`, `#`, `=` and `\`
_NAME = re.compile(r"[!$-<>-\[\]-~]+")
# upsd up to 2.8.5 drops a line with a quoted `#` that is not escaped
_SPECIAL = re.compile(r'["#\\]')
# surrogates other than the escapes of undecodable bytes
_HALF = re.compile("[\ud800-\udc7f\udd00-\udfff]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_WORD = re.compile(
    r'[ \t]*(?:"((?:[^"\\]|\\.)*)"|((?:[^ \t"\\]|\\.)(?:[^ \t\\]|\\.)*))[ \t]*', re.DOTALL
)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def is_name(text: str) -> bool:
    """Whether `text` can name a device, variable or command. Names in requests are not quoted."""
    return _NAME.fullmatch(text) is not None and len(text) <= MAX_WORD


def name(text: str, noun: str) -> str:
    """`text` unchanged. Raises SettingsError if it cannot be a name.

    >>> name("outlet.1.load.off", "command")
    'outlet.1.load.off'
    """
    if not is_name(text):
        raise SettingsError(
            f"{text[:60]!r} cannot be the name of a {noun}: give 1 to {MAX_WORD} ASCII letters, "
            "digits, dots and dashes"
        )
    return text


def word(text: str, noun: str) -> str:
    """`text` as one word of a request, quoted where necessary. `noun`: what it is, for the error.

    >>> word("dcimanager", "user name"), word("Web 1", "name")
    ('dcimanager', '"Web 1"')

    Raises SettingsError, without the text, which may be a password, for a control character, half
    of a surrogate pair, and more than 512 bytes. Other text than ASCII is sent as UTF-8. upsd drops
    those bytes, in upsd.users as on the wire, so passwords still match.
    """
    if _CONTROL.search(text):
        raise SettingsError(
            f"the {noun} holds a line break or another control character, which NUT cannot carry"
        )
    if _HALF.search(text):
        raise SettingsError(
            f"the {noun} has a character that is not valid Unicode, which cannot be sent"
        )
    if len(encoded(text)) > MAX_WORD:
        raise SettingsError(
            f"the {noun} is longer than {MAX_WORD} bytes; a NUT server drops the rest"
        )
    return text if _BARE.fullmatch(text) else f'"{escaped(text)}"'


def split(line: str) -> list[str]:
    """The words of one line without quotes and escapes.

    Raises ProtocolError for an open quote or escape.

    >>> split('VAR rack1 outlet.1.desc "Web 1"')
    ['VAR', 'rack1', 'outlet.1.desc', 'Web 1']
    >>> split('VAR rack1 outlet.1.desc "Web')
    Traceback (most recent call last):
    handlers.shared.errors.ProtocolError: a line of the answer has an open quote or escape
    """
    words = []
    at = 0
    while at < len(line):
        match = _WORD.match(line, at)
        if match is None:
            if not line[at:].strip(" \t"):
                break
            raise ProtocolError("a line of the answer has an open quote or escape")
        quoted_word, bare_word = match.groups()
        escaped_word = bare_word if quoted_word is None else quoted_word
        words.append(_ESCAPED.sub(r"\1", escaped_word))
        at = match.end()
    return words


def escaped(text: str) -> str:
    """`text` with the escapes that it needs between quotes."""
    return _SPECIAL.sub(r"\\\g<0>", text)


def encoded(line: str) -> bytes:
    """The bytes of a line as they go over the wire."""
    return line.encode("utf-8", "surrogateescape")
