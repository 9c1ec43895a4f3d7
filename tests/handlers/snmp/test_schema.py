"""Profiles as JSON: plain parts alone."""

from __future__ import annotations

import dataclasses
import inspect
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from handlers.snmp import schema
from handlers.snmp.parts import check_parts
from handlers.snmp.profile import Profile
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.cases import acme_strip, changed_profile
from tests.handlers.snmp.units import PLAIN_FAMILIES
from tests.needs import ROOT

EXAMPLES = sorted((ROOT / "docs" / "own-pdu").glob("*.json"))
COLUMN = {"kind": "Column", "oid": "1.3.6.1.4.1.99999.1.7"}
SCALAR = {"kind": "Scalar", "oid": "1.3.6.1.4.1.99999.2.0"}
NO_FORM = "is read by a function of the handler, which has no form in JSON"


@pytest.mark.parametrize("profile", PLAIN_FAMILIES, ids=lambda profile: profile.key)
def test_a_plain_profile_survives_json_unchanged(profile: Profile) -> None:
    text = schema.dumps(profile)
    copy = schema.loads(text)
    check_parts(copy)
    assert schema.dumps(copy) == text


def test_a_quarter_of_the_families_is_plain() -> None:
    """What an author begins with."""
    assert len(PLAIN_FAMILIES) >= len(PROFILES) / 5


def test_a_family_with_a_function_is_refused_with_its_member() -> None:
    plain_keys = {profile.key for profile in PLAIN_FAMILIES}
    for profile in PROFILES:
        if profile.key not in plain_keys:
            with pytest.raises(schema.ProfileError, match=rf"^profile\.[a-z_.\[\]0-9]+ {NO_FORM}"):
                schema.dumps(profile)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_examples_of_the_page_are_read(path: Path) -> None:
    check_parts(schema.loads(path.read_text("utf-8")))


def test_every_part_says_what_it_means() -> None:
    """Its docstring is all that an author of a profile has of it."""
    kinds = [*schema.PLAIN, *schema.KINDS.values()]
    assert [kind for kind in kinds if len(vars(kind)["__doc__"] or "") <= 20] == []


@pytest.mark.parametrize(
    "kind", [*schema.PLAIN, *schema.KINDS.values()], ids=lambda kind: kind.__name__
)
def test_a_part_describes_all_of_its_fields_or_none(kind: type[Any]) -> None:
    names_in_page = re.findall(
        r"^    (\w+): ", (inspect.getdoc(kind) or "").partition("Fields:\n")[2], re.MULTILINE
    )
    names = [field.name for field in dataclasses.fields(kind)]
    assert names_in_page == names or not names_in_page and len(names) < 5


# ---- release 4 -----------------------------------------------------------------------------------


def changed(**members: Any) -> str:
    """The profile of an owner, with other members of its outlets."""
    profile = acme_strip()
    profile["outlets"][0].update(members)
    return json.dumps(profile)


STATES, CONTROL = acme_strip()["outlets"][0]["states"], acme_strip()["outlets"][0]["control"]
LOCK = {"test": COLUMN, "why": "it is locked", "refuse": ["1"]}
MARK = {"test": SCALAR, "why": "another reason", "allow": ["1"]}
# what release 4 called otherwise -> the same now
EARLIER: list[tuple[dict[str, Any], dict[str, Any]]] = [
    (
        {"states": {**STATES, "doubts": [{"test": COLUMN, "quiet": ["1"], "optional": True}]}},
        {"states": {**STATES, "conditions": [{"source": COLUMN, "good": ["1"], "optional": True}]}},
    ),
    ({"states": {**STATES, "confirm": COLUMN}}, {"states": {**STATES, "crosscheck": COLUMN}}),
    (
        {"contact": [{"mark": SCALAR, "good": ["2"]}]},
        {"conditions": [{"source": SCALAR, "good": ["2"], "unit": None}]},
    ),
    (
        {"contact": [{"mark": COLUMN, "good": ["2"], "unit": {"stop": 1}}]},
        {"conditions": [{"source": COLUMN, "good": ["2"], "unit": {"stop": 1}}]},
    ),
    (
        {
            "control": {
                "kind": "Guarded",
                **LOCK,
                "then": {"kind": "Guarded", **MARK, "then": CONTROL},
            }
        },
        {"control": CONTROL, "guards": [LOCK, MARK]},
    ),
    (
        {"number": {"kind": "Number", "over": COLUMN}},
        {"number": {"kind": "Number", "source": COLUMN, "plus": 1}},
    ),
    (
        {"number": {"kind": "Number", "over": COLUMN, "plus": 0}},
        {"number": {"kind": "Number", "source": COLUMN}},
    ),
    (
        {
            "rows": {
                "kind": "Complete",
                "source": COLUMN,
                "count": SCALAR,
                "arcs": 2,
                "numbered": -1,
            }
        },
        {"rows": {"kind": "Complete", "source": COLUMN, "count": SCALAR, "parts": 2}},
    ),
]


@pytest.mark.parametrize("earlier, now", EARLIER, ids=lambda members: " ".join(members))
def test_what_release_4_called_otherwise_is_read(
    earlier: dict[str, Any], now: dict[str, Any]
) -> None:
    profile = schema.dumps(schema.loads(changed(**earlier)))
    assert profile == schema.dumps(schema.loads(changed(**now)))
    assert profile != schema.dumps(schema.loads(changed()))


def test_contact_of_a_whole_device_is_a_condition_of_all() -> None:
    profile = {**acme_strip(), "contact": [{"mark": SCALAR, "good": ["2"]}]}
    (condition,) = schema.loads(json.dumps(profile)).conditions
    assert condition.unit is None
    with pytest.raises(
        schema.ProfileError, match=r"^profile\.conditions: this is conditions, given"
    ):
        schema.loads(json.dumps({**profile, "conditions": []}))


NESTED = ("Packed", "Joined", "Where", "LeftJoin", "First", "Concat", "Prefixed", "ByUnit", "Field")


@pytest.mark.parametrize("kind", NESTED)
def test_a_nested_kind_of_release_4_is_refused_with_the_page(kind: str) -> None:
    states = {**STATES, "source": {"kind": kind, "source": COLUMN}}
    place = r"^profile\.outlets\[0\]\.states\.source\.kind: "
    with pytest.raises(schema.ProfileError, match=f'{place}"{kind}" is not .*docs/own-pdu.md'):
        schema.loads(changed(states=states))


# ---- texts that are no profile -------------------------------------------------------------------


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
