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
from collections.abc import Sequence
from typing import Any, NamedTuple

import pytest

from handlers.snmp.profile import ENTERPRISES, oids
from handlers.snmp.profiles import PROFILES
from pdu.supports import recognition
from pdu.supports.model_names import BRANDS, COLUMNS, NAMES, UNREAD_MAKERS, Claim, Name, read_names
from pdu.supports.recognition import OTHER_NUMBERS, SHARED_NUMBERS
from pdu.supports.search import MAYBE, NO, UNKNOWN, YES, answer
from pdu.supports.table import entries
from pdu.supports.words import fits, sample
from tests.needs import ROOT
from tests.pdu.running import run
from tests.simulators.snmp_units import fixtures

_UNSUPPORTED = 8


class Question(NamedTuple):
    """A row of questions.csv."""

    question: str
    #: "yes", "no", "maybe", "unknown", or "not yes": any answer but a yes
    answer: str
    #: families, or handlers without families, that are among those of the answer
    read_by: str
    switched: str
    #: what is in the answer's text
    words: str
    source: str
    #: why a product is not supported
    reason: str


def _read_questions() -> list[Question]:
    text = (ROOT / "tests" / "pdu" / "supports" / "questions.csv").read_text("utf-8")
    rows = csv.reader(line for line in text.splitlines() if not line.startswith("#"))
    _, _, *questions = rows
    return [Question(*row) for row in questions]


QUESTIONS = _read_questions()


def _keys(question: str) -> list[str]:
    return [match.entry.key for match in answer(question).matches]


def _json_answer(capsys: pytest.CaptureFixture[str], question: str) -> Any:
    """What `pdu supports --json` prints."""
    _, out, _ = run(capsys, "supports", *question.split(), "--json")
    return json.loads(out)


def _text_answer(capsys: pytest.CaptureFixture[str], question: str) -> str:
    """What `pdu supports` prints, with all blanks and line breaks as one blank."""
    _, out, _ = run(capsys, "supports", *question.split())
    return " ".join(out.split())


EVERY_QUESTION = pytest.mark.parametrize("row", QUESTIONS, ids=lambda row: row.question)


@EVERY_QUESTION
def test_a_question_has_its_verdict_as_text_and_exit_code(
    row: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = _json_answer(capsys, row.question)["answer"]
    code, text, _ = run(capsys, "supports", *row.question.split())

    if row.answer.startswith("not "):
        assert verdict != row.answer.removeprefix("not ")
    else:
        assert verdict == row.answer
    assert code == (0 if verdict == YES else _UNSUPPORTED)
    shown_verdict = "not known" if verdict == UNKNOWN else verdict
    assert text.startswith(f"{row.question}: {shown_verdict}\n")


@EVERY_QUESTION
def test_the_answer_to_a_question_has_its_words_and_a_next_step_or_a_source(
    row: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    verdict = _json_answer(capsys, row.question)["answer"]
    text = _text_answer(capsys, row.question)

    assert row.words in text
    if verdict not in (YES, NO):
        assert "pdu identify HOST" in text
    if verdict == NO:
        assert "said by https://" in text or " have this number" in text


@EVERY_QUESTION
def test_the_answer_to_a_question_fits_a_terminal(
    row: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    _, text, _ = run(capsys, "supports", *row.question.split())
    assert text.replace("\n", "").isprintable()
    for line in text.splitlines():
        assert len(line) <= 80 or "https://" in line


@EVERY_QUESTION
def test_the_answer_to_a_question_names_what_reads_and_switches_it(
    row: Question, capsys: pytest.CaptureFixture[str]
) -> None:
    document = _json_answer(capsys, row.question)
    read_by = {data["family"] or data["handler"]: data for data in document["read_by"]}
    perhaps = [data["family"] or data["handler"] for data in document["perhaps_read_by"]]

    assert bool(read_by) is (document["answer"] == YES)
    assert set(row.read_by.split()) <= {*read_by, *perhaps}
    if row.switched:
        is_not_switched = read_by[row.read_by]["switched"].startswith("no")
        assert is_not_switched is (row.switched == "no")


def test_the_list_of_products_is_long_enough() -> None:
    products = [row for row in QUESTIONS if row.source.startswith("https://")]
    supported = [row for row in products if row.answer == YES]
    unsupported = [row for row in products if row.answer != YES and row.reason]
    assert len(supported) >= 60
    assert len(unsupported) >= 15
    assert len({row.question for row in QUESTIONS}) == len(QUESTIONS)


@pytest.mark.parametrize("question", ["*", "x", "xxxx", "???", "\x1b[31mred\x07", "8045"])
def test_signs_and_letters_alone_are_no_yes(question: str) -> None:
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
    document = _json_answer(capsys, question)
    assert [data["family"] for data in document["read_by"]] == families
    assert [data["family"] for data in document["perhaps_read_by"]] == perhaps

    _, text, _ = run(capsys, "supports", *question.split())
    (sentence,) = re.findall(r"may be of the families (.*?):", " ".join(text.split()))
    assert sorted(sentence.split(" or ")) == sorted(families + perhaps)
    assert text.count("\n  maybe ") == len(perhaps)


def test_a_name_with_hyphens_is_of_the_family_that_has_it_whole() -> None:
    assert _keys("SNR-ERD-PRO-Mini") == ["snr-erd-pro-mini"]
    assert _keys("SNR ERD-Project") == ["snr-erd-project"]


@pytest.mark.parametrize(
    "question, sentence",
    [
        ("AP8959", "DCImanager has a handler of its own for APC: keep it where"),
        ("APC", "DCImanager has a handler of its own for APC and ATS: keep it where"),
        ("Aten PE6208", "DCImanager has a handler of its own for Aten: keep it where"),
        ("RPCM", "DCImanager has a handler of its own for RPCM: keep it where"),
        ("C3 Solutions PDU", "DCImanager has a handler of its own for C3 Solutions: keep it"),
        ("ATS 16", "for ATS, of a make that is not named: keep it where"),
        ("PX3-5145R", "DCImanager's pages name no handler of its own for it"),
    ],
)
def test_an_answer_says_whether_dcimanager_reads_it_itself(
    question: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    _, out, _ = run(capsys, "supports", question)
    assert sentence in " ".join(out.split())


def test_the_list_of_devices_names_the_models_of_a_family_that_do_not_switch() -> None:
    rows = (ROOT / "docs/devices.md").read_text("utf-8").splitlines()
    (row,) = [row for row in rows if "| `apc-rpdu2` |" in row]
    assert "| yes, not AP84xx, AP88xx, " in row


_KNOWN_PRODUCTS = (
    "Dataprobe iBootBar",
    "Opengear RPC",
    "InfraPower",
    "Lantronix SLC",
    "Sinetica Hawk",
    "Riedo UPDU",
)


@pytest.mark.parametrize("known", _KNOWN_PRODUCTS)
@pytest.mark.parametrize("unknown", ["IBB-N15", "ZZ9", "ZZ9 foo"])
def test_an_unknown_word_more_makes_a_known_product_a_maybe_and_not_less(
    known: str, unknown: str
) -> None:
    (match,) = answer(known).matches
    support_answer = answer(f"{known} {unknown}")
    assert support_answer.verdict == MAYBE
    assert match in support_answer.matches
    assert "".join(support_answer.unknown_words) == re.sub("[^A-Z0-9]", "", unknown.upper())


@pytest.mark.parametrize("question", ["ZZ9", "Rackmount ZZ9"])
def test_an_unknown_word_alone_is_not_known(question: str) -> None:
    assert answer(question).verdict == UNKNOWN


def test_a_model_says_what_is_not_possible_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "supports", "AP8858")
    assert "does not switch outlets" in text
    assert "each outlet: no" in text
    assert "switching:" not in text


def test_a_model_says_what_is_possible_with_it(capsys: pytest.CaptureFixture[str]) -> None:
    _, text, _ = run(capsys, "supports", "AP8959")
    assert "switched  yes\n" in text
    assert "recording of a real unit" in text


def test_the_address_of_the_mib_is_not_taken_for_that_of_a_recording(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, text, _ = run(capsys, "supports", "AP8853")
    (evidence,) = re.findall(r"^  evidence  .*\n(?: {12}.*\n)*", text, re.MULTILINE)
    assert "recording of a real unit" in evidence
    assert "https://" not in evidence
    assert "  document  https://" in text


def test_json_has_the_figures_of_outlets_for_each_family(
    capsys: pytest.CaptureFixture[str],
) -> None:
    document = _json_answer(capsys, "EPDU1132MBO")
    figures = {data["family"]: data["outlet"] for data in document["read_by"]}
    assert set(figures["apc-rpdu2"]) == {"current", "power", "energy"}
    assert figures["apc-easy-epdu"] == {}


def test_a_note_that_is_above_already_is_not_repeated(capsys: pytest.CaptureFixture[str]) -> None:
    text = _text_answer(capsys, "RMCARD205")
    assert text.count("this card is also that of UPSs") == 1


def test_every_family_is_found() -> None:
    for profile in PROFILES:
        assert profile.key in _keys(profile.key)


def test_every_vendor_and_brand_is_found() -> None:
    for entry in entries():
        for name in (*entry.vendors, *entry.brands):
            if name != "Maker not named":
                assert entry.key in _keys(name), name


def test_a_family_in_full_has_its_names_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    for entry in entries():
        if not entry.family or not entry.names:
            continue
        text = _text_answer(capsys, entry.family)
        for name in entry.names:
            assert name.pattern in text, entry.family


#: verdicts, the surer ones last; a "no" says of another PDU of this name
_RANKS = {UNKNOWN: 0, NO: 0, MAYBE: 1, YES: 2}


def test_each_model_is_known_alone_and_a_vendor_before_it_never_lessens_the_answer() -> None:
    number_of_names = 0
    for entry in entries():
        for name in entry.names:
            model = sample(name.pattern)
            alone = answer(model).verdict
            number_of_names += 1
            assert alone != UNKNOWN, model
            for vendor in entry.vendors:
                question = f"{vendor} {model}"
                assert _RANKS[answer(question).verdict] >= _RANKS[alone], question
    assert number_of_names > 200


def test_each_maker_that_no_handler_reads_is_a_no_with_its_reason() -> None:
    makers = list(read_names(UNREAD_MAKERS.read_text("utf-8").splitlines()))
    assert len(makers) > 20
    for name in makers:
        text = name.pattern.rstrip("*")
        support_answer = answer(text)
        assert support_answer.verdict == NO
        assert support_answer.refused_name is not None
        assert support_answer.refused_name.why == name.why, text


# ---- sysObjectIDs --------------------------------------------------------------------------------


def test_the_sys_object_id_of_each_simulated_unit_leads_to_its_family(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # a process asks once, so the command does not keep what each family reads
    oids_by_family = {profile.key: tuple(oids(profile)) for profile in PROFILES}
    monkeypatch.setattr(recognition, "oids", lambda profile: oids_by_family[profile.key])
    number_of_units = 0
    for unit in fixtures():
        row = unit.rows.get("1.3.6.1.2.1.1.2.0")
        if row is None or not isinstance(row.value, tuple):
            continue
        oid = ".".join(map(str, row.value))
        if not oid.startswith(ENTERPRISES):
            continue
        assert unit.key in _keys(oid), (unit.name, oid)
        number_of_units += 1
    assert number_of_units > 80


@pytest.mark.parametrize("number", SHARED_NUMBERS)
def test_each_shared_number_is_one_of_a_family_and_no_yes(number: str) -> None:
    prefixes: list[str] = []
    for profile in PROFILES:
        prefixes += profile.sys_object_ids
        prefixes += [root.sys_object_id for root in profile.roots]
    assert any(f"{number}.".startswith(f"{prefix}.") for prefix in prefixes)

    support_answer = answer(number)
    assert support_answer.verdict == MAYBE
    assert support_answer.matches
    assert " have this number too" in support_answer.remarks[0]


@pytest.mark.parametrize("number", OTHER_NUMBERS)
@pytest.mark.parametrize("below", ["", ".9"], ids=["the number", "below it"])
def test_a_number_of_other_devices_alone_is_a_no_that_says_what_has_it(
    number: str, below: str
) -> None:
    support_answer = answer(f"{number}{below}")
    assert support_answer.verdict == NO
    assert not support_answer.matches
    (remark,) = support_answer.remarks
    assert " have this number" in remark
    assert ("handler nut" in remark) is remark.startswith("UPS")


@pytest.mark.parametrize("number", OTHER_NUMBERS)
def test_a_number_of_other_devices_alone_is_of_no_family(number: str) -> None:
    """Else its units would be refused."""
    assert not any(profile.match(number) > 7 for profile in PROFILES)


# ---- the tables of names -------------------------------------------------------------------------


def test_every_name_belongs_to_a_family_or_handler_or_says_why_nothing_reads_it() -> None:
    keys = {entry.key for entry in entries()}
    for name in NAMES:
        assert bool(name.key) is not bool(name.why), name
        assert not name.key or name.key in keys, name


def test_a_pattern_occurs_once_for_each_family_or_handler() -> None:
    """And once among the unsupported."""
    pairs = [(name.pattern, name.key) for name in NAMES]
    assert len(set(pairs)) == len(pairs)
    assert len(pairs) > 400


def test_a_name_that_is_a_maybe_has_its_reason() -> None:
    for name in NAMES:
        assert name.sure or name.note, name.pattern


def test_every_brand_is_of_known_vendors_and_families() -> None:
    keys = {entry.key for entry in entries()}
    vendors = {vendor for entry in entries() for vendor in entry.vendors}
    for brand in BRANDS:
        assert set(brand.vendors) <= vendors, brand
        assert set(brand.families) <= keys, brand


@pytest.mark.parametrize("table", [NAMES, BRANDS], ids=["names", "brands"])
def test_every_name_and_brand_has_a_source(table: Sequence[Any]) -> None:
    """An address, or a program of a family whose repository is not told."""
    programs = {program for profile in PROFILES for program in profile.programs}
    for row in table:
        assert row.source.startswith("https://") or row.source in programs, row


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
        is_named_by_mib = re.search("/mibs/.*/|pysnmp_mibs/", name.source)
        is_folder = "/tree/" in name.source  # its files are named by the models
        if not name.key or not name.sure or not is_named_by_mib or is_folder:
            continue
        mib = name.source.rpartition("/")[2].removesuffix(".py")
        assert name.pattern in mib or name.pattern in NAMED_BY_MIB[mib], name


def test_a_pattern_fits_its_own_sample() -> None:
    for name in NAMES:
        model = sample(name.pattern)
        assert model
        assert fits(name, model), name.pattern


@pytest.mark.parametrize(
    ("pattern", "model", "other_model"),
    [
        ("AP89xx*", "AP8959EU3", "AP895"),
        ("AP79xx", "AP7920", "AP79201"),
        ("EMA?xx*", "EMAT0810", "EMA1X"),
    ],
)
def test_a_pattern_fits_no_longer_or_shorter_number(
    pattern: str, model: str, other_model: str
) -> None:
    name = Name(pattern, "apc-rpdu2", "https://a.example")
    assert fits(name, model)
    assert not fits(name, other_model)


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
    head = ",".join(COLUMNS)
    with pytest.raises(ValueError, match=words):
        list(read_names([head, "# APC", row]))


def test_a_table_of_names_without_its_columns_is_refused() -> None:
    row = "yes,AP89xx*,apc-rpdu2,yes,no,https://a.example,"
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
        Name("A1", "apc-rpdu", source, switched=Claim.YES, note="if, and", sure=False),
        Name("A2", "apc-rpdu", source, switched=Claim.YES, note="if, and", sure=False),
        Name("A3", "", source, why="B"),
    ]


def test_the_families_whose_switching_is_unproven_are_said_to_be() -> None:
    unproven_entries = {entry.key for entry in entries() if entry.switching == "unproven"}
    switched_profiles = [profile for profile in PROFILES if profile.is_switched]
    unproven_profiles = {profile.key for profile in switched_profiles if not profile.is_proven}
    assert unproven_entries == unproven_profiles
    assert unproven_entries
