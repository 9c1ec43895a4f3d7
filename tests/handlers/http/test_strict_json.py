"""Strict JSON refuses objects that repeat a key (escaped or not), too large numbers, NaN, infinity
and lone surrogates.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
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
    "texts, sentence",
    [
        pytest.param(
            (
                rb'{"a":1,"a":1}',
                rb'{"a":1,"a" :2}',
                b'{"a" :1,"a"\t:2}',
                rb'{"a":{"b":1},"a":2}',
                rb'[{"":0,"":0}]',
                rb'{"a":":","a":1}',
                rb'{"\u0061":1,"a":2}',
                rb'{"a":"x\":y","b":1,"b":2}',
                rb'{"a":1,"a":2,"b":"\":"}',
                b'{"a":1,"a"\n:2,"b":"\\": :"}',
            ),
            "a repeated key",
            id="a repeated key despite blanks, escapes and colons",
        ),
        pytest.param(
            (b"[%s]" % (b"7" * 101), b"[-%s]" % (b"7" * 101)),
            "an integer with too many digits",
            id="an integer of more than a hundred digits",
        ),
        pytest.param(
            (rb'["\ud83d"]', rb'["\uD83d\u0041"]', rb'["\uDE00"]'),
            "surrogates not allowed",
            id="a lone surrogate",
        ),
        pytest.param(
            (
                b'{"a":[1e309]}',
                b'{"a":[-1E+400]}',
                b'{"a":[18%s.0]}' % (b"0" * 307),
                b'{"a":[%se99]}' % (b"1" * 250),
            ),
            "a number that is too large",
            id="a number beyond the largest float",
        ),
        pytest.param(
            (b'{"a":[NaN]}', b'{"a":[-Infinity]}'), "invalid literal", id="a word for a number"
        ),
        pytest.param(
            (
                b'"%s"' % (b"[" * 100_001),
                b'"%s%s"' % (b"[" * 60_000, b"{" * 60_000),
                b'"%s"' % (b"," * 400_001),
            ),
            "too many brackets or commas",
            id="more than 100,000 brackets or 400,000 commas, whatever they are",
        ),
    ],
)
def test_a_text_is_refused(texts: Sequence[bytes], sentence: str) -> None:
    for text in texts:
        with pytest.raises(ValueError, match=sentence):
            loads(text)


@pytest.mark.parametrize(
    "text, value",
    [
        pytest.param(
            b'{"a":{"b":1},"b":{"b":1}}', {"a": {"b": 1}, "b": {"b": 1}}, id="keys of two objects"
        ),
        pytest.param(
            b'[%s,-%s,"%s"]' % (b"7" * 100, b"7" * 100, b"7" * 300),
            [int("7" * 100), -int("7" * 100), "7" * 300],
            id="integers of a hundred digits, a text of more",
        ),
        pytest.param(b"[1.%s]" % (b"7" * 300), [float("1." + "7" * 300)], id="a long fraction"),
        pytest.param(rb'["\ud83d\ude00\ud7a3"]', ["\U0001f600\ud7a3"], id="two surrogates"),
        pytest.param(
            b'["1e400",1e308,1e-400,2E+002,"NaN"]',
            ["1e400", 1e308, 0.0, 200.0, "NaN"],
            id="a small number is 0",
        ),
        *(
            pytest.param(
                b'{"@odata.etag":"%s","n":1.5e22,"m":-3e+2}' % etag.replace('"', '\\"').encode(),
                {"@odata.etag": etag, "n": 1.5e22, "m": -300.0},
                id=f"an ETag that looks like a huge number: {etag}",
            )
            for etag in ("1e400", 'W/"12e4567"', "a1E+123", "00e0001")
        ),
        pytest.param(
            b'{"name": "B\xfcro", "state": 1}',
            {"name": "B\ufffdro", "state": 1},
            id="a name that is no UTF-8 costs no other value",
        ),
        pytest.param(
            b'"%s%s"' % (b"[" * 50_000, b"{" * 50_000),
            "[" * 50_000 + "{" * 50_000,
            id="100,000 brackets",
        ),
        pytest.param(b'"%s"' % (b"," * 400_000), "," * 400_000, id="400,000 commas"),
    ],
)
def test_a_text_is_read(text: bytes, value: object) -> None:
    assert loads(text) == value
