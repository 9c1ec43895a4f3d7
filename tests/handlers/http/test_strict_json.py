"""Strict JSON refuses objects that repeat a key (escaped or not), too large numbers, NaN, infinity
and lone surrogates: json.txt has texts and what is read of them.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies as st

from handlers.http.strict_json import loads
from tests.tables import Case, Law, Table, compared, folded, unfolded

_TEXTS = st.text(alphabet='ab:" \\,{}[]\n\u00e4\U0001f600', max_size=4)
_BLANKS = st.text(alphabet=" \t\n\r", max_size=2)
Pairs = list[tuple[str, Any]]


class Object(Pairs):
    """The pairs of a JSON object in their order. Keys may repeat."""


_VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | _TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.lists(st.tuples(_TEXTS, inner), max_size=4).map(Object)
    ),
    max_leaves=12,
)


def _as_json_text(value: Any, blank: str, ascii_only: bool) -> str:
    """The value in JSON, with `blank` where an object or a list allows one."""
    if isinstance(value, Object):
        members: list[str] = []
        for key, item in value:  # pairs: a key may occur twice
            name = json.dumps(key, ensure_ascii=ascii_only)
            members.append(f"{name}{blank}:{_as_json_text(item, blank, ascii_only)}")
        return "{" + f",{blank}".join(members) + "}"
    if isinstance(value, list):
        items = [_as_json_text(item, blank, ascii_only) for item in value]
        return "[" + f",{blank}".join(items) + "]"
    return json.dumps(value, ensure_ascii=ascii_only)


def _repeats_a_key(value: Any) -> bool:
    if isinstance(value, Object):
        return len(dict(value)) != len(value) or any(_repeats_a_key(item) for _, item in value)
    return isinstance(value, list) and any(map(_repeats_a_key, value))


def _with_dicts(value: Any) -> Any:
    """The value with a dict for each Object."""
    if isinstance(value, Object):
        members: dict[str, Any] = {key: _with_dicts(item) for key, item in value}
        return members
    return list(map(_with_dicts, value)) if isinstance(value, list) else value


@given(_VALUES, _BLANKS, st.booleans())
def test_a_text_is_read_unless_an_object_repeats_a_key(
    value: Any, blank: str, ascii_only: bool
) -> None:
    body = _as_json_text(value, blank, ascii_only).encode()
    if _repeats_a_key(value):
        with pytest.raises(ValueError, match="a repeated key"):
            loads(body)
    else:
        assert loads(body) == _with_dicts(value)


TABLE = Table(Path(__file__).with_name("json.txt"), separator="\0")


def shown(case: Case) -> str:
    """What is read of `text TEXT`: `7{100}` are a hundred 7, `\\xfc` is an octet."""
    octets = unfolded(case.left.removeprefix("text ")).encode().split(b"\\x")
    body = octets[0] + b"".join(bytes.fromhex(part[:2].decode()) + part[2:] for part in octets[1:])
    try:
        return folded(repr(loads(body)))
    except ValueError as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("law", TABLE.laws(), ids=str)
def test_a_text_is_read_as_the_lines_say(law: Law) -> None:
    law.check(compared(shown))


if __name__ == "__main__":
    TABLE.write(shown)
