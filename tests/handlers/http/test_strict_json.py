"""Strict JSON refuses objects that repeat a key (escaped or not), too large numbers, NaN, infinity
and lone surrogates.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies as st

from handlers.http.strict_json import loads

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


@pytest.mark.parametrize(
    "text",
    [
        '{"a":1,"a":1}',
        '{"a":1,"a" :2}',
        '{"a" :1,"a"\t:2}',
        '{"a":{"b":1},"a":2}',
        '{"a":"x\\":y","b":1,"b":2}',
        '[{"":0,"":0}]',
        '{"a":":","a":1}',
        '{"\\u0061":1,"a":2}',
        '{"a":1,"a":2,"b":"\\":"}',
        '{"a":1,"a"\n:2,"b":"\\": :"}',
    ],
)
def test_a_repeated_key_is_found_despite_blanks_escapes_and_colons(text: str) -> None:
    with pytest.raises(ValueError, match="a repeated key"):
        loads(text.encode())


def test_an_integer_may_have_at_most_a_hundred_digits() -> None:
    longest = "7" * 100
    assert loads(f"[{longest}]".encode()) == [int(longest)]
    assert loads(f"[-{longest}]".encode()) == [-int(longest)]
    for too_long in (f"[7{longest}]", f"[-7{longest}]"):
        with pytest.raises(ValueError, match="too many digits"):
            loads(too_long.encode())


def test_digits_in_a_text_or_after_a_decimal_point_may_be_more_than_a_hundred() -> None:
    digits = "7" * 300
    longest = "7" * 100
    assert loads(f'["{digits}"]'.encode()) == [digits]
    assert loads(f'["{digits}",-{longest}]'.encode()) == [digits, -int(longest)]
    assert loads(f"[1.{digits}]".encode()) == [1.7777777777777777]


@pytest.mark.parametrize("escape", ["\\ud83d", "\\uDE00", "\\uD83d\\u0041"])
def test_a_lone_surrogate_is_refused(escape: str) -> None:
    with pytest.raises(ValueError):
        loads(f'["{escape}"]'.encode())
    assert loads(b'["\\ud83d\\ude00\\ud7a3"]') == ["\U0001f600\ud7a3"]


@pytest.mark.parametrize(
    "number", ["1e309", "-1E+400", "18" + "0" * 307 + ".0", "1" * 250 + "e99", "NaN", "-Infinity"]
)
def test_a_number_beyond_the_largest_float_is_refused(number: str) -> None:
    with pytest.raises(ValueError):
        loads(f'{{"a":[{number}]}}'.encode())


def test_large_and_small_floats_are_read_whatever_the_texts_around_them() -> None:
    assert loads(b'["1e400",1e308,1e-400,2E+002,"NaN"]') == ["1e400", 1e308, 0.0, 200.0, "NaN"]


def test_hex_in_an_etag_is_not_taken_for_a_huge_number() -> None:
    for etag in ("1e400", 'W/\\"12e4567\\"', "a1E+123", "00e0001"):
        assert loads(f'{{"@odata.etag":"{etag}","n":1.5e22,"m":-3e+2}}'.encode())


def test_a_name_that_is_no_utf_8_costs_no_other_value() -> None:
    assert loads(b'{"name": "B\xfcro", "state": 1}') == {"name": "B\ufffdro", "state": 1}
