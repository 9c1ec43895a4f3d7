from __future__ import annotations

import inspect
import json
import re
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.snmp import schema
from handlers.snmp.parts import FrozenValue, parts_of
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.cases import acme_strip, changed_profile
from tests.handlers.snmp.every_part import EVERY_PART
from tests.rows import each_row


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


@pytest.mark.parametrize(
    "text, sentence",
    [
        *((text, "^profile: this is not JSON") for text in ("", "{")),
        *((text, "^profile: give an object") for text in ("[]", "7", "null")),
        ("[" * 100_000 + "]" * 100_000, "^profile: nested too deeply$"),
        ('{"key": "x", "key": "y"}', "the key 'key' is given twice in one object"),
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
        assert isinstance(schema.loads(changed_profile(path, json.dumps(value))), Profile)
    except schema.ProfileError as error:
        assert str(error).startswith("profile")


@each_row("kind", [*schema.PLAIN, *schema.KINDS.values()], ids=lambda kind: kind.__name__)
def test_a_part_describes_all_of_its_fields_or_none(kind: type[FrozenValue]) -> None:
    names_in_page = re.findall(
        r"^    (\w+): ", (inspect.getdoc(kind) or "").partition("Fields:\n")[2], re.MULTILINE
    )
    assert names_in_page == list(kind.FIELDS) or not names_in_page and len(kind.FIELDS) < 5


def test_rows_with_the_numbering_that_ended_are_read() -> None:
    profile: Any = acme_strip()
    current = profile["outlets"][0]["current"]
    current["source"] = {"kind": "Complete", "source": current["source"], "least": 1}
    expected = schema.loads(json.dumps(profile))
    current["source"]["numbered"] = -1
    assert schema.loads(json.dumps(profile)) == expected
