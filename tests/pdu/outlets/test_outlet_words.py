"""Outlets as people type them."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import NoSuchOutlet
from pdu.cli.error_output import Usage
from pdu.outlets.outlet_words import refuse_options, resolve
from tests.tables import Case, Table

TABLE = Table(Path(__file__).with_name("outlet_words.txt"))


def shown(case: Case) -> str:
    """Which outlets are meant, or why none is.

    A line has the outlets of a unit, `has IDENTITY=NAME;...` (behind a name, `#NUMBER` on the
    unit), and words: `word TEXT`, or `repeated BEGIN CHARACTER`, which has the character 5,000
    times.
    """
    names: dict[str, str] = {}
    numbers: dict[str, str] = {}
    words: list[str] = []
    for change in case.left.split(TABLE.separator):
        kind, _, text = change.partition(" ")
        if kind == "has":
            for outlet in text.split(";"):
                identity, _, label = outlet.partition("=")
                names[identity], _, numbers[identity] = label.partition("#")
        elif kind == "repeated":
            begin, _, character = text.partition(" ")
            words.append(begin + 5000 * character)
        else:
            words.append(text.replace("\\xa0", "\xa0"))
    try:
        return ", ".join(resolve(words, names, numbers))
    except (NoSuchOutlet, Usage) as error:
        return f"{error.kind}: {error.reason}"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_words_as_people_type_them(case: Case) -> None:
    case.check(shown(case))


def test_an_option_with_another_dash_is_no_outlet_and_a_name_may_have_dashes() -> None:
    refuse_options(["— spare —", "1–3", "-"])
    for word in ("—yes", "–yes"):
        with pytest.raises(Usage, match="did you mean '--yes'"):
            refuse_options([word])


@settings(max_examples=50)
@given(
    st.lists(st.text("12.,-0a ", max_size=6), max_size=3), st.sets(st.text("12.-0a", min_size=1))
)
def test_nothing_but_listed_outlets_is_meant_and_each_once(
    words: list[str], identities: set[str]
) -> None:
    try:
        outlets = resolve(words, dict.fromkeys(identities, "a"), {})
    except (NoSuchOutlet, Usage):
        return
    assert set(outlets) <= identities
    assert len(set(outlets)) == len(outlets)
    assert len(outlets) >= len(set(words)) or any("," in word or "-" in word for word in words)
