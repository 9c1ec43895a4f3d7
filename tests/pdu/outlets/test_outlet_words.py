"""Outlets as people type them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from handlers.shared.errors import NoSuchOutlet
from pdu.cli.error_output import Usage
from pdu.outlets import outlet_words
from pdu.outlets.outlet_words import resolve

STRIP = {"1": "web-1", "2": "web-2", "3": "db", "4": "db", "5": "1-3", "6": "", "7": "6"}
CHAIN = {"1.1": "", "1.2": "", "2.1": "a,b", "2.2": "", "2.3": "01"}


@pytest.mark.parametrize(
    "names, words, identities",
    [
        pytest.param(STRIP, ["3"], ["3"], id="an identity"),
        pytest.param(STRIP, ["6"], ["6"], id="an identity that is also the name of another outlet"),
        pytest.param(STRIP, ["2-4"], ["2", "3", "4"], id="a range with -"),
        pytest.param(STRIP, ["2..4"], ["2", "3", "4"], id="a range with .."),
        pytest.param(STRIP, ["1,2"], ["1", "2"], id="a list"),
        pytest.param(
            STRIP,
            ["4", "2-4", "2"],
            ["4", "2", "3"],
            id="an outlet that is given twice counts once",
        ),
        pytest.param(
            STRIP,
            ["web-2, 4, 6-7"],
            ["2", "4", "6", "7"],
            id="names, identities and a range in one word",
        ),
        pytest.param(CHAIN, ["2.1-2.3"], ["2.1", "2.2", "2.3"], id="a range of a chain"),
        pytest.param(CHAIN, ["a,b"], ["2.1"], id="a name with a comma"),
        pytest.param(CHAIN, ["01"], ["2.3"], id="a name that is a number"),
    ],
)
def test_words_that_name_outlets_are_resolved_in_the_order_of_the_words(
    names: dict[str, str], words: Sequence[str], identities: Sequence[str]
) -> None:
    assert resolve(words, names) == identities


@pytest.mark.parametrize(
    "names, word, sentence",
    [
        (STRIP, "db", "outlets 3, 4 have the name 'db': give an identity"),
        (STRIP, "8", "the PDU has no outlet '8'; it has 1-7; status lists them"),
        (STRIP, "6-8", "the PDU has no outlet '8', of '6-8'; it has 1-7; status"),
        (STRIP, "1,9", "the PDU has no outlet '9', of '1,9'"),
        (STRIP, "1-99", "the PDU has no outlet '8', of '1-99'; it has 1-7; status"),
        (
            STRIP,
            "4-2",
            "the PDU has no outlet '4-2'; it has 1-7; status lists them, and the numbers",
        ),
        (STRIP, "3-3", "the PDU has no outlet '3-3'"),
        (STRIP, "1,,2", "'1,,2' has no outlet beside a comma"),
        (STRIP, "01-3", "the PDU has no outlet '01', of '01-3'"),
        (STRIP, "WEB-1", "the PDU has no outlet 'WEB-1'"),
        (STRIP, "", "the PDU has no outlet ''"),
        (STRIP, "1-" + 5000 * "9", "the PDU has no outlet '1-9"),
        (CHAIN, "1.1-2.2", "the PDU has no outlet '1.1-2.2'"),
        (CHAIN, "2.1-3", "the PDU has no outlet '2.1-3'"),
        (CHAIN, "all", "the PDU has no outlet 'all'"),
    ],
)
def test_words_that_mean_no_outlet(names: dict[str, str], word: str, sentence: str) -> None:
    with pytest.raises(NoSuchOutlet) as error_info:
        resolve([word], names)
    assert error_info.value.reason.startswith(sentence)


NUMBERED = {str(number): f"Outlet {number}" for number in range(1, 9)}


@pytest.mark.parametrize(
    "names, words, sentence",
    [
        pytest.param(
            NUMBERED,
            ["Outlet", "1"],
            "'Outlet 1' is the name of outlet 1: nothing was done",
            id="a name of two words",
        ),
        pytest.param(
            {"1": "b", "2": "db 1", "3": "db"},
            ["db", "1"],
            "'db 1' is the name of outlet 2",
            id="a name whose two words are another name and an identity",
        ),
        pytest.param(
            {"1": "", "2": "a b c"},
            ["1", "a", "b", "c"],
            "'a b c' is the name of outlet 2",
            id="a name behind an identity",
        ),
    ],
)
def test_words_that_together_are_a_name_are_refused(
    names: dict[str, str], words: Sequence[str], sentence: str
) -> None:
    with pytest.raises(Usage) as error_info:
        resolve(words, names)
    assert error_info.value.reason.startswith(sentence)


def test_words_that_may_be_a_name_are_told_the_quotes() -> None:
    for words, is_told in ((["Uplink", "1"], True), (["4", "9"], False)):
        with pytest.raises(NoSuchOutlet) as error_info:
            resolve(words, STRIP)
        is_quoted = error_info.value.reason.endswith(f"needs quotes, as in {' '.join(words)!r}")
        assert is_quoted is is_told


@pytest.mark.parametrize(
    "word, is_proposed",
    [
        pytest.param("db-mastr", True, id="one name with a letter more"),
        pytest.param("Outlet", False, id="a beginning of eight names"),
        pytest.param("Outlet 9", False, id="eight names with another digit"),
    ],
)
def test_a_similar_name_is_proposed_only_if_no_other_is_similar(
    word: str, is_proposed: bool
) -> None:
    names = {**NUMBERED, "9": "db-master"}
    with pytest.raises(NoSuchOutlet) as error_info:
        resolve([word], names)
    assert ("did you mean" in error_info.value.reason) is is_proposed


def test_a_word_with_two_meanings_is_refused() -> None:
    with pytest.raises(Usage, match="outlet 5 .*and also outlets 1, 2, 3: nothing was done"):
        resolve(["4", "1-3"], STRIP)


@settings(max_examples=50)
@given(
    st.lists(st.text("12.,-0a ", max_size=6), max_size=3), st.sets(st.text("12.-0a", min_size=1))
)
def test_nothing_but_listed_outlets_is_meant_and_each_once(
    words: list[str], identities: set[str]
) -> None:
    try:
        outlets = resolve(words, dict.fromkeys(identities, "a"))
    except (NoSuchOutlet, Usage):
        return
    assert set(outlets) <= identities
    assert len(set(outlets)) == len(outlets)
    assert len(outlets) >= len(set(words)) or any("," in word or "-" in word for word in words)


@pytest.mark.parametrize(
    "word, meant, confused",
    [
        ("АА1", "AA1", "Cyrillic letters"),
        ("1–2", "1-2", "dashes, digits or quotes of another form"),
        ("１", "1", "dashes, digits or quotes of another form"),
    ],
)
def test_a_look_alike_is_named_and_never_taken_for_what_was_meant(
    word: str, meant: str, confused: str
) -> None:
    names = {"AA1": "", "1": "", "2": ""}
    with pytest.raises(NoSuchOutlet) as error:
        resolve([word], names)
    assert error.value.reason.endswith(f"it has {confused}: did you mean '{meant}'?")


def test_an_option_with_another_dash_is_no_outlet_and_a_name_may_have_dashes() -> None:
    outlet_words.refuse_options(["— spare —", "1–3", "-"])
    for word in ("—yes", "–yes"):
        with pytest.raises(Usage, match="did you mean '--yes'"):
            outlet_words.refuse_options([word])


@pytest.mark.parametrize("word", ["web 1", "a,b", "1", "1-2", "1,2", "Bay A"])
def test_one_rule_for_blanks_counts_for_words_names_and_identities(word: str) -> None:
    names = {"1": "web 1", "2": " web  2", "3": "a, b", "Bay  A": "", "5": "1 ,3"}
    identities = resolve([word], names)
    for spaced in (f" {word}", f"{word}\xa0", word.replace(" ", "  "), word.replace(",", " , ")):
        assert resolve([spaced], names) == identities
    with pytest.raises(Usage):
        resolve(["1,3"], names)


def test_blanks_around_a_word_make_no_name_of_another_outlet_of_an_identity() -> None:
    names = {"1": "web", "2": "", "3": "1"}
    for word in ("1 ", " 1", "\xa01"):
        assert resolve([word], names) == ["1"]
    with pytest.raises(Usage):
        resolve(["1-2 "], {"1": "web", "2": "", "3": "1-2"})


def test_two_identities_that_differ_in_blanks_are_told_and_neither_is_meant() -> None:
    names = {"1 ": "db", "1": "web", "2": "", "3": ""}
    for word in ("1", "1 ", "1,2"):
        with pytest.raises(NoSuchOutlet, match="2 outlets whose identity is '1'"):
            resolve([word], names)
    with pytest.raises(NoSuchOutlet):
        resolve(["1-3"], names)
    assert resolve(["web"], names) == ["1"]
    assert resolve(["2-3"], names) == ["2", "3"]
