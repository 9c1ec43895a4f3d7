from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.snmp import schema
from handlers.snmp.frozen_value import FrozenValue, parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.every_part import EVERY_PART
from tests.rows import each_row

ACME: dict[str, Any] = {
    "key": "acme-strip",
    "vendor": "Acme",
    "models": ["Strip 8"],
    "mib": "ACME-MIB",
    "sys_object_ids": ["1.3.6.1.4.1.99999.1"],
    "outlets": [
        {
            "states": {
                "source": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.3"},
                "on": ["1"],
                "off": ["2"],
            },
            "control": {
                "kind": "Write",
                "at": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.4"},
                "on": 1,
                "off": 2,
            },
            "current": {
                "source": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.5"},
                "scale": "0.01",
            },
        }
    ],
    "evidence": {"state": "MIB", "current": "MIB", "switching": "MIB"},
}


def test_a_profile_survives_json_unchanged() -> None:
    for profile in (*PROFILES, EVERY_PART):
        text = schema.dumps(profile)
        copy = schema.loads(text)
        assert copy == profile, profile.key
        assert schema.dumps(copy) == text, profile.key


def test_every_part_says_what_it_means() -> None:
    """Its docstring is all that an author of a profile has of it."""
    kinds = [*schema.PLAIN, *schema.KINDS.values()]
    assert [kind for kind in kinds if len(vars(kind)["__doc__"] or "") <= 20] == []


def test_a_part_that_a_single_family_needs_stands_apart() -> None:
    """If this fails, move the named part: from single_family.py to the file of its kind, or the
    other way.
    """
    families: dict[str, set[str]] = {name: set() for name in schema.KINDS}
    for profile in PROFILES:
        for part in parts_of(profile):
            families.get(type(part).__name__, set()).add(profile.key)
    single = {name for name, keys in families.items() if len(keys) < 2}
    apart = {n for n, kind in schema.KINDS.items() if kind.__module__.endswith(".single_family")}
    assert single == apart


def test_the_profile_with_every_part_is_complete() -> None:
    """It has each kind of part, and a value other than the default for each field of each."""
    text = schema.dumps(EVERY_PART)
    assert set(re.findall(r'"kind": "(\w+)"', text)) == set(schema.KINDS)

    fields = set()
    fields_with_a_value = set()
    for part in parts_of(EVERY_PART):
        for name, default in part.FIELDS.items():
            fields.add((type(part), name))
            if getattr(part, name) != default:
                fields_with_a_value.add((type(part), name))
    assert fields_with_a_value == fields


KINDS_OF_3_0_0 = {
    "ExceptWhere": "Checked",
    "UpToCount": "Counted",
    "ExceptEmptySlots": "Fitted",
    "LeftJoin": "Listed",
    "Concat": "Merged",
    "Where": "Only",
    "IfMatches": "Provided",
    "IfComplete": "Whole",
}


def test_a_profile_with_the_kinds_of_an_earlier_release_is_read() -> None:
    earlier_text = schema.dumps(EVERY_PART)
    for kind, earlier_kind in KINDS_OF_3_0_0.items():
        assert f'"kind": "{kind}"' in earlier_text
        earlier_text = earlier_text.replace(f'"kind": "{kind}"', f'"kind": "{earlier_kind}"')
    assert schema.loads(earlier_text) == EVERY_PART


#: in place of a value: the key is removed
REMOVED = object()


def changed(path: str, value: Any) -> str:
    """ACME as JSON with another value, or none, at `path`: keys and places in lists, with dots."""
    data = json.loads(json.dumps(ACME))
    *outer_steps, key = path.split(".")
    container = data
    for step in outer_steps:
        container = container[int(step)] if step.isdigit() else container[step]
    if value is REMOVED:
        del container[key]
    else:
        container[key] = value
    return json.dumps(data)


OF_STATES = "outlets.0.states.source.kind"


@pytest.mark.parametrize(
    "path, value, sentence",
    [
        ("key", "Acme", "profile: key is 'Acme'"),
        ("key", 7, "profile.key: give a string, not 7"),
        ("vendor", REMOVED, "profile.vendor: this key is missing"),
        ("colour", "red", "profile.colour: this key is unknown; Profile has key, vendor"),
        ("sys_object_ids", ["1.3.4294967296"], "profile: sys_object_ids is '1.3.4294967296'"),
        ("models", "Strip", 'profile.models: give a list, not "Strip"'),
        ("models", [1], "profile.models[0]: give a string, not 1"),
        ("sweep", "yes", 'profile.sweep: give true or false, not "yes"'),
        ("evidence.state", None, "profile.evidence.state: null is not allowed; give one of none"),
        ("outlets", [7], "profile.outlets[0]: give an object, not 7"),
        ("outlets.0.states.off", ["1"], "profile.outlets[0].states: '1' is both in 'on' and in"),
        (
            OF_STATES,
            "Collumn",
            'profile.outlets[0].states.source.kind: "Collumn" is not allowed; give',
        ),
        (OF_STATES, REMOVED, "profile.outlets[0].states.source.kind: this key is missing; give"),
        (OF_STATES, "Write", 'profile.outlets[0].states.source.kind: "Write" is not allowed'),
        (
            "outlets.0.states.source.oid",
            "1.3.x",
            "profile.outlets[0].states.source: oid is '1.3.x'",
        ),
        (
            "outlets.0.control.at",
            {"kind": "Number", "over": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.3"}},
            "profile.outlets[0].control: a Number cannot be written: its numbers are no objects",
        ),
        *(
            ("outlets.0.control.on", value, f"profile.outlets[0].control.on: give {words}")
            for value, words in (
                (True, "a whole number or a string, not true"),
                (1.5, "a whole number or a string, not 1.5"),
            )
        ),
        ("outlets.0.control.off", 2**31, "profile.outlets[0].control: off is 2147483648; give a"),
        (
            "outlets.0.name",
            {
                "kind": "IfMatches",
                "source": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.3"},
                "test": {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.3"},
                "pattern": "(" * 5000,
            },
            "profile.outlets[0].name: pattern is not a valid regular expression (maximum recursion",
        ),
        (
            "outlets.0.current.absent",
            ["\n-1"],
            "profile.outlets[0].current: absent has '\\n-1'; give",
        ),
        *(
            (
                "outlets.0.current.scale",
                value,
                f'profile.outlets[0].current.scale: give a number as a string, such as "0.1", {w}',
            )
            for value, w in ((0.01, "not 0.01"), ("1_0", 'not "1_0"'))
        ),
        (
            "outlets.0.current.scale",
            "1E+999999",
            "profile.outlets[0].current: scale 1.0e+999999 shifts the decimal point by more than",
        ),
    ],
)
def test_an_error_names_the_path_of_the_wrong_value(path: str, value: Any, sentence: str) -> None:
    text = changed(path, value)
    with pytest.raises(schema.ProfileError) as error_info:
        schema.loads(text)
    assert str(error_info.value).startswith(sentence)


def test_null_is_allowed_for_an_optional_value() -> None:
    assert schema.loads(changed("outlets.0.current.exponent", None)) == schema.loads(
        json.dumps(ACME)
    )


def test_an_unknown_key_is_shown_without_control_characters() -> None:
    with pytest.raises(schema.ProfileError, match=r"profile\.x\\x1b\[31m: this key is unknown"):
        schema.loads(json.dumps({**ACME, "x\x1b[31m": 1}))


@pytest.mark.parametrize(
    "text, sentence",
    [
        *((text, "^profile: this is not JSON") for text in ("", "{")),
        *((text, "^profile: give an object") for text in ("[]", "7", "null")),
        ("[" * 100_000 + "]" * 100_000, "^profile: nested too deeply$"),
        (json.dumps(ACME)[:-1] + ', "key": "other"}', "the key 'key' is given twice in one object"),
    ],
    ids=lambda text: text[:20],
)
def test_a_text_that_is_not_a_profile_is_refused(text: str, sentence: str) -> None:
    with pytest.raises(schema.ProfileError, match=sentence):
        schema.loads(text)


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=10,
)


@settings(deadline=None)
@given(
    st.sampled_from(
        [
            "key",
            "models",
            "roots",
            "outlets",
            "load",
            "evidence",
            "outlets.0.states",
            "outlets.0.control",
            "outlets.0.control.at",
            "outlets.0.current",
            "outlets.0.states.source",
        ]
    ),
    JSON,
)
def test_any_json_becomes_a_profile_or_a_profile_error(path: str, value: Any) -> None:
    try:
        assert isinstance(schema.loads(changed(path, value)), Profile)
    except schema.ProfileError as error:
        assert str(error).startswith("profile")


@each_row("kind", [*schema.PLAIN, *schema.KINDS.values()], ids=lambda kind: kind.__name__)
def test_a_part_describes_all_of_its_fields_or_none(kind: type[FrozenValue]) -> None:
    names_in_page = re.findall(
        r"^    (\w+): ", (inspect.getdoc(kind) or "").partition("Fields:\n")[2], re.MULTILINE
    )
    assert names_in_page == list(kind.FIELDS) or not names_in_page and len(kind.FIELDS) < 5


def test_a_profile_with_the_field_that_ended_is_read() -> None:
    profile: Any = json.loads(json.dumps(ACME))
    profile["switching_confidence"] = "medium"
    assert schema.loads(json.dumps(profile)) == schema.loads(json.dumps(ACME))


def test_rows_with_the_numbering_that_ended_are_read() -> None:
    profile: Any = json.loads(json.dumps(ACME))
    current = profile["outlets"][0]["current"]
    current["source"] = {"kind": "Complete", "source": current["source"], "least": 1}
    expected = schema.loads(json.dumps(profile))
    current["source"]["numbered"] = -1
    assert schema.loads(json.dumps(profile)) == expected


def test_a_figure_with_the_syntax_that_ended_is_read() -> None:
    profile: Any = json.loads(json.dumps(ACME))
    profile["outlets"][0]["current"]["syntax"] = "Counter32"
    assert schema.loads(json.dumps(profile)) == schema.loads(json.dumps(ACME))
