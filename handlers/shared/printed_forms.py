"""A text as Python and its libraries print it, to find a secret in an error. Pure."""

from __future__ import annotations

# after it, a text has both quotes: then a single one in it is written with a backslash
_QUOTES = "'\""
_ESCAPED_QUOTES = "\\'\"'"


def printed_forms(text: str) -> frozenset[str]:
    r"""The text itself, and as `repr`, `ascii` and the `repr` of its bytes write it, with a single
    quote as it is and with its backslash.

    >>> sorted(printed_forms("it's\n"))
    ["it's\n", "it's\\n", "it\\'s\\n"]
    """
    octets = text.encode("utf-8", "replace")
    with_quotes = text + _QUOTES
    octets_with_quotes = octets + _QUOTES.encode()
    end = -len(_ESCAPED_QUOTES)
    return frozenset(
        (
            text,
            repr(text)[1:-1],
            ascii(text)[1:-1],
            repr(octets)[2:-1],
            repr(with_quotes)[1:end],
            ascii(with_quotes)[1:end],
            repr(octets_with_quotes)[2:end],
        )
    )
