"""Strict JSON from a device. Pure.

An answer is limited in bytes (`LIMIT`, by the transport), in structure, in the digits of an integer
and in the size of other numbers (1.8e308). It must be UTF-8 without lone surrogates, and no object
may have a key twice.
"""

from __future__ import annotations

import json

# limit for an answer, in bytes; all sensors of 48 outlets take about 120 kB
LIMIT = 4 << 20
_CONTAINERS = 100_000  # limit of `[` and `{`: 4 MB of `[],` would take 90 MB of memory
_COMMAS = 400_000  # limit of `,`, for the same reason; both limits count strings too
# limit of an integer's digits: Python 3.9 converts them in quadratic time
_DIGITS = 100
_ZEROS = bytes.maketrans(b"123456789E", b"000000000e")
_MANY = b"0" * (_DIGITS + 1)
# what may precede a number
_BEFORE = b" \t\n\r:,[-"
_LONGEST = 2 * _DIGITS + 2  # a longer number has _MANY
# exponents of three digits that are looked at one by one
_EXPONENTS = 1000


def loads(body: bytes) -> object:
    """The JSON of an answer.

    Raises ValueError or RecursionError, which may hold the answer: catch it and raise another
    error.
    """
    text = body.decode("utf-8")
    if text.count("[") + text.count("{") > _CONTAINERS or text.count(",") > _COMMAS:
        raise ValueError("too many brackets or commas")
    keys: list[int] = []

    def count_values(pairs: dict[str, object]) -> dict[str, object]:
        keys.append(len(pairs))
        return pairs

    digits = body.translate(_ZEROS, b"+")
    has_many = _MANY in digits
    parse_int = _integer if has_many else None  # slow: called for each integer
    # int refuses NaN and Infinity, which are not JSON (RFC 8259, 6).
    value: object = json.loads(
        text, parse_constant=int, parse_int=parse_int, object_hook=count_values
    )
    # A quote or a blank precedes the colon of each pair. An object counts a repeated key once, so a
    # repeated key leaves more such colons than keys. A string may contain such colons too. If the
    # numbers differ, all pairs are compared, which takes longer.
    if text.count('":') + sum(
        text.count(blank + ":") for blank in " \t\n\r" if blank in text
    ) != sum(keys):
        json.loads(text, object_pairs_hook=_no_repetition)
    if "\\ud" in text or "\\uD" in text or has_many or _may_be_large(digits):
        # ValueError for a lone surrogate or for 1e400
        json.dumps(value, ensure_ascii=False, allow_nan=False).encode("utf-8")
    return value


def _may_be_large(digits: bytes) -> bool:
    """Whether a number may have an exponent of three digits or more, as each one beyond the largest
    float has, unless it has _MANY. Hex digits of an etag follow a quote or a letter.

    `digits`: the answer with each digit as 0, each E as e, and no plus sign.
    """
    place = -1
    for _ in range(_EXPONENTS):
        place = digits.find(b"e000", place + 1)
        if place < 0:
            return False
        digits_before = digits[max(0, place - _LONGEST) : place].rstrip(b"0.")
        if digits_before[-1:] in _BEFORE:  # also at the start
            return True
    return True


def _integer(digits: str) -> int:
    if len(digits.lstrip("-")) > _DIGITS:
        raise ValueError("an integer with too many digits")
    return int(digits)


def _no_repetition(pairs: list[tuple[str, object]]) -> None:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a repeated key")  # RFC 8259, 4: the result would be undefined
