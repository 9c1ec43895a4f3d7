"""`pdu supports`: questions.csv has what is asked, and what is answered.

The products in its first part are from the lists that it names; they were chosen before any search
existed and not from the profiles. In its column `answer`, `not yes` is any answer but a yes.
`read_by`: families, or handlers without families, that are among those of the answer. `words` are
in the answer's text.
"""

from __future__ import annotations

import csv
import json
import re
from typing import NamedTuple

import pytest

from handlers.snmp.profile import ENTERPRISES, oids as profile_oids
from handlers.snmp.profiles import PROFILES
from pdu.families import recognition
from pdu.families.recognition import OTHER_NUMBERS, SHARED_NUMBERS
from pdu.supports.hints import hint_of
from pdu.supports.model_names import BRANDS, COLUMNS, NAMES, UNREAD_MAKERS, Name, read_names
from pdu.supports.model_patterns import fits, sample
from pdu.supports.search import MAYBE, NO, UNKNOWN, YES, answer
from pdu.supports.table import entries
from tests.needs import ROOT
from tests.pdu.running import run
from tests.recordings import fixtures

_UNSUPPORTED = 8


class Question(NamedTuple):
    """A row of questions.csv."""

    question: str
    answer: str
    read_by: str
    switched: str
    words: str
    source: str
    #: why a product is not supported
    reason: str


def _read_questions() -> list[Question]:
    text = (ROOT / "tests" / "pdu" / "supports" / "questions.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    return [Question(*row) for row in list(rows)[1:]]


QUESTIONS = _read_questions()


def _keys(question: str) -> list[str]:
    return [match.entry.key for match in answer(question).matches]


@pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row.question)
def test_a_question_is_answered_in_words_and_in_json(
    row: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "supports", *row.question.split())
    document = json.loads(run(capsys, "supports", *row.question.split(), "--json")[1])
    verdict = document["answer"]
    if row.answer.startswith("not "):
        assert verdict != row.answer[len("not ") :]
    else:
        assert verdict == row.answer
    assert code == (0 if verdict == YES else _UNSUPPORTED)
    said = "not known" if verdict == UNKNOWN else verdict
    assert shown.startswith(f"{row.question}: {said}\n")
    words = " ".join(shown.split())
    assert row.words in words and shown.replace("\n", "").isprintable()
    assert verdict in (YES, NO) or "pdu identify HOST" in words
    assert verdict != NO or "said by https://" in words or " have this number" in words
    long = [line for line in shown.splitlines() if len(line) > 80 and "https://" not in line]
    assert long == []
    by = {data["family"] or data["handler"]: data for data in document["read_by"]}
    assert bool(by) is (verdict == YES)
    perhaps = [data["family"] or data["handler"] for data in document["perhaps_read_by"]]
    assert set(row.read_by.split()) <= {*by, *perhaps, *document["may_be"]}
    if row.switched:
        assert by[row.read_by]["switched"].startswith("no") is (row.switched == "no")


def test_the_list_of_products_is_long_enough() -> None:
    products = [row for row in QUESTIONS if row.source.startswith("https://")]
    assert sum(row.answer == YES for row in products) >= 60
    assert sum(row.answer != YES and bool(row.reason) for row in products) >= 15
    assert len({row.question for row in QUESTIONS}) == len(QUESTIONS)


def test_signs_and_letters_alone_are_no_yes() -> None:
    for question in ("*", "x", "xxxx", "???", "\x1b[31mred\x07", "8045"):
        assert answer(question).verdict in (MAYBE, UNKNOWN)


def test_both_ways_to_a_synlink_say_which_to_take() -> None:
    notes = {match.entry.key: match.entry.note for match in answer("SynLink SP-2001").matches}
    assert "The handler synlink reads currents" in notes["synaccess-synlink"]
    assert "Take this handler" in notes["synlink"]


@pytest.mark.parametrize(
    ("question", "families", "perhaps"),
    [
        ("EPDU1132MBO", ["apc-rpdu2", "apc-easy-epdu"], []),
        ("APC EPDU1132M", ["apc-easy-epdu"], ["apc-rpdu2"]),
        ("EPDU1116S", ["apc-easy-epdu"], ["apc-rpdu2"]),
        ("PDU44005", ["cyberpower-epdu2", "cyberpower-epdu"], []),
        ("CyberPower PDU41005", ["cyberpower-epdu"], ["cyberpower-epdu2"]),
        ("PE8108", ["aten-pe", "aten-pe2"], []),
    ],
)
def test_all_families_that_have_a_name_are_said(
    question: str, families: list[str], perhaps: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    document = json.loads(run(capsys, "supports", *question.split(), "--json")[1])
    assert [data["family"] for data in document["read_by"]] == families
    assert [data["family"] for data in document["perhaps_read_by"]] == perhaps
    (either,) = document["either_of"]
    assert sorted(either["families"]) == sorted(families + perhaps)
    _, shown, _ = run(capsys, "supports", *question.split())
    assert f"may be of the families {' or '.join(either['families'])}" in " ".join(shown.split())
    assert shown.count("\n  maybe ") == len(perhaps)


def test_a_name_with_hyphens_is_of_the_family_that_has_it_whole() -> None:
    assert _keys("SNR-ERD-PRO-Mini") == ["snr-erd-pro-mini"]
    assert _keys("SNR ERD-Project") == ["snr-erd-project"]


def test_a_name_that_several_models_share_is_not_one_unit_of_several_families() -> None:
    assert answer("AP7xxx").either_of == () and len(_keys("AP7xxx")) > 1
    assert answer("AP8959").either_of == ()


@pytest.mark.parametrize(
    "known",
    ["Dataprobe iBootBar", "Opengear RPC", "InfraPower", "Lantronix SLC", "Sinetica Hawk"]
    + ["Riedo UPDU"],
)
def test_an_unknown_word_more_makes_a_known_product_a_maybe_and_not_less(known: str) -> None:
    (match,) = answer(known).matches
    for unknown in ("IBB-N15", "ZZ9", "ZZ9 foo"):
        support_answer = answer(f"{known} {unknown}")
        assert support_answer.verdict == MAYBE and match.entry in support_answer.near
        assert support_answer.strange == tuple(unknown.split())
    assert answer("ZZ9").verdict == answer("Rackmount ZZ9").verdict == UNKNOWN


def test_the_nearest_names_are_those_of_the_vendor_and_no_guess() -> None:
    assert "pdu supports Eaton says" in hint_of("Eatn")
    for question in ("AP8O59", "Eaton AP8O59"):
        assert [name for name in answer(question).alike if name.startswith("AP8")] == []
    for question in ("Sonoff", "Sonoff Plug"):
        assert answer(question).alike == () and hint_of(question) == ""


def test_a_model_says_what_is_not_possible_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown, _ = run(capsys, "supports", "AP8858")
    assert "does not switch outlets" in shown and "each outlet: no" in shown
    assert "switching:" not in shown
    _, switched, _ = run(capsys, "supports", "AP8959")
    assert "switched  yes\n" in switched and "recording of a real unit" in switched
    _, shown, _ = run(capsys, "supports", "EPDU1132MBO", "--json")
    outlet = {data["family"]: data["outlet"] for data in json.loads(shown)["read_by"]}
    assert set(outlet["apc-rpdu2"]) == {"current", "power", "energy"}
    assert outlet["apc-easy-epdu"] == {}


def test_a_note_that_is_above_already_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown, _ = run(capsys, "supports", "RMCARD205")
    assert " ".join(shown.split()).count("this card is also that of UPSs") == 1


def test_every_family_vendor_and_brand_is_found() -> None:
    for profile in PROFILES:
        assert profile.key in _keys(profile.key)
    for entry in entries():
        for text in (*entry.vendors, *entry.brands):
            if text != "Maker not named":
                assert entry.key in _keys(text), text
        for text in entry.shared_brands:
            assert entry.key in [support_entry.key for support_entry in answer(text).near], text


def test_a_family_in_full_has_its_names_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    for entry in entries():
        if entry.family and entry.names:
            printed = " ".join(run(capsys, "supports", entry.family)[1].split())
            assert all(name.pattern in printed for name in entry.names), entry.family


def test_each_model_of_the_list_of_devices_is_known_beside_its_vendor() -> None:
    unknown = [
        f"{vendor} {part.strip()}"
        for profile in PROFILES
        for vendor in profile.vendor.split(",")[:1]
        for models in profile.models
        for part in re.sub(r"\([^)]*\)", "", models).split(",")
        if answer(f"{vendor} {part}").verdict not in (YES, MAYBE)
    ]
    assert unknown == []


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("АР8959", "AP8959"),  # Cyrillic А and Р
        ("АРС", "APC"),
        ("фз8959", "ap8959"),  # the keys of "ap" in the Russian layout
        ("фзс", "apc"),
        ("кфкшефт", "raritan"),
    ],
)
def test_cyrillic_letters_in_place_of_latin_ones_are_told(
    typed: str, meant: str, capsys: pytest.CaptureFixture[str]
) -> None:
    result = answer(typed)
    assert (result.verdict, result.alike) == (UNKNOWN, (meant,))
    code, shown, _ = run(capsys, "supports", typed)
    assert code == _UNSUPPORTED
    assert f"Cyrillic letters: did you mean {meant}?" in " ".join(shown.split())
    assert "Cyrillic" not in " ".join(run(capsys, "supports", meant)[1].split())


def test_a_letter_in_place_of_a_digit_leads_to_the_model() -> None:
    result = answer("PX3-519OR")
    assert (result.verdict, result.alike) == (UNKNOWN, ("PX3-5190R",))
    assert result.doubts == ("letters in place of digits: did you mean PX3-5190R?",)


@pytest.mark.parametrize("typed", ["Штиль", "ЦМО", "розетка"])
def test_a_russian_word_is_no_misspelling(typed: str) -> None:
    assert not any("Cyrillic" in doubt for doubt in answer(typed).doubts)


def test_each_maker_that_no_handler_reads_is_a_no_with_its_reason() -> None:
    makers = list(read_names(UNREAD_MAKERS.read_text("utf-8").splitlines()))
    assert len(makers) > 20
    for name in makers:
        text = name.pattern.rstrip("*")
        support_answer = answer(text)
        assert support_answer.verdict == NO
        assert [refused.why for refused in support_answer.refused] == [name.why], text


# ---- sysObjectIDs --------------------------------------------------------------------------------


def test_the_sys_object_id_of_each_simulated_unit_leads_to_its_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a process asks once, so the command does not keep what each family reads
    kept = {profile.key: tuple(profile_oids(profile)) for profile in PROFILES}
    monkeypatch.setattr(recognition, "oids", lambda profile: kept[profile.key])
    looked = 0
    for unit in fixtures():
        row = unit.rows.get("1.3.6.1.2.1.1.2.0")
        oid = ".".join(map(str, row.value)) if row and isinstance(row.value, tuple) else ""
        if not oid.startswith(ENTERPRISES):
            continue
        near = [entry.key for entry in answer(oid).near]
        assert unit.key in [*_keys(oid), *near], (unit.name, oid)
        looked += 1
    assert looked > 80


def test_each_shared_number_is_one_of_a_family_and_no_yes() -> None:
    prefixes = {prefix for profile in PROFILES for prefix in profile.sys_object_ids}
    prefixes |= {root.sys_object_id for profile in PROFILES for root in profile.roots}
    for number in SHARED_NUMBERS:
        assert any(f"{number}.".startswith(f"{prefix}.") for prefix in prefixes)
        support_answer = answer(number)
        assert support_answer.verdict == MAYBE and not support_answer.matches
        assert support_answer.near and " have this number too" in support_answer.doubts[0]


@pytest.mark.parametrize("number", OTHER_NUMBERS)
def test_a_number_of_other_devices_alone_is_a_no_that_says_what_has_it(number: str) -> None:
    """And of no family: else its units would be refused."""
    for oid in (number, f"{number}.9"):
        support_answer = answer(oid)
        assert support_answer.verdict == NO and not support_answer.near
        (doubt,) = support_answer.doubts
        assert " have this number" in doubt
        assert ("handler nut" in doubt) is doubt.startswith("UPS")
    assert not any(profile.match(number) > 7 for profile in PROFILES)


# ---- the tables of names -------------------------------------------------------------------------


def test_every_name_and_brand_belongs_to_something_and_has_a_source() -> None:
    keys = {entry.key for entry in entries()}
    vendors = {vendor for entry in entries() for vendor in entry.vendors}
    # a family or handler, or why nothing reads it
    assert [name for name in NAMES if bool(name.key) is bool(name.why)] == []
    assert {name.key for name in NAMES if name.key} <= keys
    # a pattern occurs once for each family or handler, and once among the unsupported
    assert len({(name.pattern, name.key) for name in NAMES}) == len(NAMES) > 400
    # "maybe" has its reason
    assert [name.pattern for name in NAMES if not name.sure and not name.note] == []
    for brand in BRANDS:
        assert set(brand.vendors) <= vendors and set(brand.families) <= keys
    sources = [*(name.source for name in NAMES), *(brand.source for brand in BRANDS)]
    assert [source for source in sources if not source.startswith("https://")] == []


#: the models that the text of a MIB names. Most MIBs name none: their models need another source.
NAMED_BY_MIB = {
    "PowerNet-MIB": {"RPDU 2G", "AP44xx*", "AP77xx*"},
    "PDU2-MIB": {"PX2", "PX3", "PX3TS", "PX4", "PRO4X"},
    "ATEN-PE2-CFG": {"PE8xxx*"},
    "CPQPOWER-MIB": {"AF400A"},
    "VERTIV-IMD-MIB": {"GU1"},
    "LANTRONIX-SLC-MIB": {"SLC 8000"},
    "SNR-ERD-4": {"SNR ERD-4", "ERD-4"},
    "DKSF-PWR-MIB": {"8/PWR", "4PWR-220/SMS", "NetPing IO"},
}


def test_a_model_that_is_surely_read_is_named_by_its_source() -> None:
    """A MIB of another name has the model in it: GUDEADS-EPC1292-MIB."""
    for name in NAMES:
        mib = name.source.rpartition("/")[2].removesuffix(".py")
        if name.key and name.sure and re.search("/mibs/.*/|pysnmp_mibs/", name.source):
            is_folder = "/tree/" in name.source  # its files are named by the models
            assert is_folder or name.pattern in mib or name.pattern in NAMED_BY_MIB[mib], name


def test_a_pattern_fits_its_own_sample_and_no_longer_number() -> None:
    for name in NAMES:
        assert sample(name.pattern) and fits(name.pattern, sample(name.pattern)), name.pattern
    assert fits("AP89xx*", "AP8959EU3") and not fits("AP89xx*", "AP895")
    assert fits("AP79xx", "AP7920") and not fits("AP79xx", "AP79201")
    assert fits("EMA?xx*", "EMAT0810") and not fits("EMA?xx*", "EMA1X")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("yes,AP89xx*,apc-rpdu2,True,no,https://a.example,", "AP89xx.*'True'.* is no word"),
        ("yes,AP89xx*,apc-rpdu2,yes,1,https://a.example,", "AP89xx.*'1' is no word"),
        ("perhaps,AP89xx*,apc-rpdu2,yes,no,https://a.example,", "'perhaps'.* is no word"),
        ("yes,AP89xx*,,yes,no,https://a.example,", "supported is yes, read_by is ''"),
        ("no,AP75xx*,apc-rpdu2,,,https://a.example,", "supported is no, read_by is 'apc-rpdu2'"),
        ("yes,AP89xx*,AP88xx*,apc-rpdu2,yes,no,https://a.example,", "too many values"),
        ("yes,AP89xx*,apc-rpdu2,yes,no,https://a.example", "not enough values"),
    ],
)
def test_a_row_that_is_not_of_the_table_of_names_is_refused(row: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        list(read_names([",".join(COLUMNS), "# APC", row]))
    with pytest.raises(ValueError, match="the columns are not supported, names"):
        list(read_names([row]))


def test_a_row_of_the_table_of_names_has_a_name_for_each_pattern() -> None:
    source = "https://a.example"
    rows = [
        ",".join(COLUMNS),
        f'maybe,"A1, A2",apc-rpdu,yes,,{source},"if, and"',
        f"no,A3,,,,{source},B",
    ]
    assert list(read_names(rows)) == [
        Name("A1", "apc-rpdu", source, switched=True, note="if, and", sure=False),
        Name("A2", "apc-rpdu", source, switched=True, note="if, and", sure=False),
        Name("A3", "", source, why="B"),
    ]


def test_the_families_whose_switching_is_unproven_are_said_to_be() -> None:
    unproven = {entry.key for entry in entries() if entry.switching == "unproven"}
    assert unproven == {
        profile.key for profile in PROFILES if profile.is_switched and not profile.is_proven
    }
    assert unproven
