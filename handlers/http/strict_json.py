"""Strict JSON from a device. Pure.

An answer is limited in bytes (`LIMIT`, by the transport), in structure, in the digits of an integer
and in the size of other numbers (1.8e308). It must be UTF-8 without lone surrogates, and no object
may have a key twice.
"""

from __future__ import annotations

import json
import re

# limit for an answer, in bytes; all sensors of 48 outlets take about 120 kB
LIMIT = 4 << 20
_CONTAINERS = 100_000  # limit of `[` and `{`: 4 MB of `[],` would take 90 MB of memory
_COMMAS = 400_000  # limit of `,`, for the same reason; both limits count strings too
# limit of an integer's digits: Python 3.9 converts them in quadratic time
_DIGITS = 100
_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_MANY = b"0" * (_DIGITS + 1)
# a number whose exponent has three digits or more. Each number beyond the largest float is one, or
# has _MANY. Only such separators precede a number, so the hex digits of an etag are not found.
_LARGE = re.compile(rb"(?:^|[\s:,\[])-?[0-9]+(?:\.[0-9]+)?[eE]\+?[0-9]{3}")


def loads(body: bytes) -> object:
    """The JSON of an answer.

    Raises ValueError or RecursionError, which may hold the answer: catch it and raise another
    error.
    """
    text = body.decode("utf-8")
    if text.count("[") + text.count("{") > _CONTAINERS or text.count(",") > _COMMAS:
        raise ValueError("too many brackets or commas")
    keys: list[int] = []

    def counted(found: dict[str, object]) -> dict[str, object]:
        keys.append(len(found))
        return found

    has_many = _MANY in body.translate(_ZEROS)
    parse_int = _integer if has_many else None  # slow: called for each integer
    # int refuses NaN and Infinity, which are not JSON (RFC 8259, 6).
    value: object = json.loads(text, parse_constant=int, parse_int=parse_int, object_hook=counted)
    # A quote or a blank precedes the colon of each pair. An object counts a repeated key once, so a
    # repeated key leaves more such colons than keys. A string may contain such colons too. If the
    # numbers differ, all pairs are compared, which takes longer.
    if text.count('":') + sum(
        text.count(blank + ":") for blank in " \t\n\r" if blank in text
    ) != sum(keys):
        json.loads(text, object_pairs_hook=_no_repetition)
    if "\\ud" in text or "\\uD" in text or has_many or _LARGE.search(body):
        # ValueError for a lone surrogate or for 1e400
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return value


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _DIGITS:
        raise ValueError("an integer with too many digits")
    return int(digits)


def _no_repetition(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a repeated key")  # RFC 8259, 4: the result would be undefined
