"""`pdu supports`: products by their public names get neither a false yes nor a false no."""

from __future__ import annotations

import json
import re

import pytest

from handlers.snmp.families import ENTERPRISES
from handlers.snmp.profile import oids as profile_oids
from handlers.snmp.profiles import PROFILES
from pdu.recordings.families import recognition
from pdu.recordings.families.recognition import SHARED_NUMBERS
from pdu.supports import command
from pdu.supports.brands import BRANDS
from pdu.supports.hints import hint_of
from pdu.supports.model_names import COLUMNS, NAMES, UNREAD_MAKERS, Name, read_names
from pdu.supports.model_patterns import fits, sample
from pdu.supports.search import MAYBE, NO, UNKNOWN, YES, Match, answer
from pdu.supports.table import entries
from tests.needs import ROOT
from tests.pdu.running import run
from tests.pdu.supports.products import PRODUCTS, Product
from tests.recordings import fixtures

_UNSUPPORTED = 8


def _keys(question: str) -> list[str]:
    return [hit.entry.key for hit in answer(question).hits]


@pytest.mark.parametrize("product", PRODUCTS, ids=lambda product: product.asked)
def test_a_product_gets_neither_a_false_yes_nor_a_false_no(
    product: Product, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "supports", *product.asked.split(), "--json")
    document = json.loads(shown)
    if not product.supported:
        assert (code, document["read_by"]) == (_UNSUPPORTED, [])
        return
    assert (code, document["answer"]) == (0, YES)
    by = {one["family"] or one["handler"]: one for one in document["read_by"]}
    assert product.by in by
    if product.switched is not None:
        assert by[product.by]["switched"].startswith("no") is not product.switched


def test_the_list_of_products_is_long_enough() -> None:
    products = [product for product in PRODUCTS if product.supported]
    assert len(products) >= 60 and len(PRODUCTS) - len(products) >= 15
    assert len({product.asked for product in PRODUCTS}) == len(PRODUCTS)
    assert all(product.source.startswith("https://") for product in PRODUCTS)


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("AP8959EU3", "apc-rpdu2"),
        ("ap 8959 eu3", "apc-rpdu2"),
        ("switched AP8959 of Schneider Electric", "apc-rpdu2"),
        ("AP89xx", "apc-rpdu2"),
        ("AP8xxx", "apc-rpdu2"),
        ("PX3-5145", "raritan"),
        ("px3 5145", "raritan-px2"),
        ("PRO3X", "raritan"),
        ("Legrand", "raritan"),
        ("Schneider", "apc-rpdu"),
        ("ePDU G3", "eaton-epdu"),
        ("G3 Eaton ePDU", "eaton-epdu"),
        ("Server Technology", "sentry4"),
        ("server-technology", "sentry3"),
        ("HP", "hpe-mapdu2"),
        ("Dell 6804", "dell-rpdu"),
        ("NETIO PowerPDU 4C", "netio"),
        ("Lindy 32659", "digipower"),
        ("web power switch pro", "dli-energy-object"),
        ("CMC III", "rittal-cmc3"),
        ("Eaton 5PX", "nut"),
        ("redfish", "redfish"),
        ("apc-rpdu2", "apc-rpdu2"),
        ("Borri STS32A", "smart-ats"),
        ("IBM Constellation PDU", "ibm-constellation"),
        (f"{ENTERPRISES}2.6.262.1", "ibm-constellation"),
        ("Starline", "starline-ac"),
        ("Vutlan", "vutlan"),
        (f"{ENTERPRISES}37662.1.2.2.1", "smart-ats"),
        (f"{ENTERPRISES}318.1.1.12", "apc-rpdu"),
        (f".{ENTERPRISES}318.1.3.4.6", "apc-rpdu2"),
        ("SNMPv2-SMI::enterprises.13742.6", "raritan-px2"),
        ("iso.3.6.1.4.1.534.6.6.7", "eaton-epdu"),
        ("APC 8959", "apc-rpdu2"),
        ("APC8959", "apc-rpdu2"),
        ("8959 apc", "apc-rpdu2"),
        ("CyberPower 81101", "cyberpower-epdu2"),
        ("Aten 8208AV", "aten-pe"),
        ("servertech", "sentry4"),
        ("ServerTech PRO3X", "raritan"),
        ("RPDU 2G", "apc-rpdu2"),
        ("NetShelter AP8959", "apc-rpdu2"),
        ("Lenovo 46M4002", "ibm-dpi"),
        ("Tripp-Lite-PDUMH30HVNET", "tripplite-products"),
        ("Raritan-PX3-5145R", "raritan"),
        ("Rack PDU 2G Switched (AP8959EU3)", "apc-rpdu2"),
        ("AP8959 [16A, 230V]", "apc-rpdu2"),
        ("Eaton EMAT08-10 32A", "eaton-epdu"),
        ("CWG-24V2 Primary", "sentry3"),
        ("HP R3000 XR", "nut"),
        ("VP5N31A0", "geist-v5"),
        ("MNU5M1R6-12CF18-3TL6A0H10-S", "geist-v5"),
        ("CPM-1600-1-ECA", "wti-power"),
        ("AP7811B", "apc-rpdu2"),
        ("PDU44005", "cyberpower-epdu"),
        ("P36G18M", "panduit-g5"),
        ("Avocent PM20", "avocent-pm"),
        ("Cyclades-PM8", "cyclades-acs5k"),
        ("Eaton Rack PDU G4 managed", "eaton-epdu"),
        ("DK 7979.202", "rittal-cmc3"),
        ("Raritan Dominion PX", "raritan-px1"),
        ("gude1202", "gude-epc"),
        ("servertechpro2", "sentry4"),
        ("EatonEMAT08", "eaton-epdu"),
        ("Raritan Dominion PX2-1098", "raritan-px2"),
        ("Dominion PX3-5176R", "raritan"),
        ("PX4-534AJ-E7", "raritan"),
        ("Gude Expert Power Control 8225", "gude-epc"),
        ("Gude Expert Power Control 87-1210-18", "gude-epc"),
        ("4805-XLS-16", "sentry3"),
    ],
)
def test_a_name_is_found_as_it_is_printed_and_typed_in_any_order(question: str, key: str) -> None:
    assert answer(question).verdict == YES
    assert key in _keys(question)


@pytest.mark.parametrize(
    "question",
    [
        "PRO2",
        "PRO1",
        "servertechpro2",
        "Server Technology PRO2",
        "ServerTech PRO1",
        "Server Technology C2WG24SN",
        "C2WG36TE",
        "C2WG36TE-YQME2M66/C",
        "C1W24HS",
        "ServerTech C2WG36TE",
    ],
)
def test_a_pro1_or_pro2_is_read_over_snmp_and_over_jaws(question: str) -> None:
    assert answer(question).verdict == YES
    assert {"sentry4", "jaws"} <= set(_keys(question))


@pytest.mark.parametrize(
    "question",
    [
        "SynLink",
        "Synaccess SynLink",
        "SynLink PDU",
        "SynLink SP",
        "SynLink SM",
        "SynLink SP-2001",
        "SP-1001AIE-01-M01",
        "SP-1001",
        "SP-3001CA-HA",
        "Synaccess SP-3001CA-HA",
        "Synaccess SynLink SP-3001CA-HA",
    ],
)
def test_a_synlink_is_read_over_snmp_and_the_answer_says_which_handler_to_take(
    question: str,
) -> None:
    found = answer(question)
    assert found.verdict == YES and set(_keys(question)) == {"synaccess-synlink", "synlink"}
    notes = {match.entry.key: match.entry.note for match in found.hits}
    assert "The handler synlink reads currents" in notes["synaccess-synlink"]
    assert "Take this handler" in notes["synlink"]


@pytest.mark.parametrize(
    "question",
    [
        "APC AP1234",  # an unknown model of a known vendor
        "Raritan Foo",
        "Eaton basic ePDU",
        "AP8959 basic",
        "AP8959 XY1234",
        "APC PX3-5145",  # the model is another vendor's
        "8045",  # says nothing without its vendor
        "G3",
        "PDU",
        "server",
        "console server",
        "Raritn",
        "APC 620",  # a number that also looks like a plug
        "APC 750VA",  # a UPS
        "Dell 500W",
        "TP-PX",  # a known name without a digit behind a hyphen
        "Dell PowerConnect 6624",
        "Planet GS-4210-24T2S",
        "Raritan RPC",
        "39M5377",  # an IBM part number of something else
        f"{ENTERPRISES}318.1.3.2.7",  # an APC UPS
        f"{ENTERPRISES}318",
        f"{ENTERPRISES}8072.3.2.10",  # any device with Net-SNMP
        f"{ENTERPRISES}99999.1",
        "1.3.6.1.2.1.1",
        "\x1b[31mred\x07",
        "*",
        "x",
        "xxxx",
        "???",
    ],
)
def test_what_no_source_names_is_no_yes(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert answer(question).verdict in (MAYBE, UNKNOWN)
    code, shown, _ = run(capsys, "supports", question)
    assert code == _UNSUPPORTED and "pdu identify HOST" in shown
    assert shown.replace("\n", "").isprintable()


def test_one_unsupported_model_among_several_makes_it_a_no() -> None:
    support_answer = answer("AP8959 AP7526")
    assert support_answer.verdict == NO and _keys("AP8959 AP7526") == ["apc-rpdu2"]
    assert [name.pattern for name in support_answer.refused] == ["AP75xx*"]
    assert set(_keys("AP8959 PX4")) == {"apc-rpdu2", "raritan", "raritan-px2"}


@pytest.mark.parametrize(
    ("question", "models"),
    [
        ("AP8959 PX3-5190R", ["AP8959", "PX3-5190R"]),
        ("PX3-5190R AP8959", ["PX3-5190R", "AP8959"]),
        ("APC AP8959 Raritan PX3-5190R", ["AP8959", "PX3-5190R"]),
        ("AP8959, AP7921B", ["AP8959", "AP7921B"]),
        ("AP8959 AP9568", ["AP8959", "AP9568"]),  # the second one is a no
    ],
)
def test_several_models_get_an_answer_each(
    question: str, models: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    found = answer(question)
    assert [model for model, _ in found.each] == models
    for model, alone in found.each:
        assert alone == answer(model)
    code, shown, _ = run(capsys, "supports", question)
    heads = [line for line in shown.splitlines() if re.match(r"\S+: (yes|no)$", line)]
    verdicts = [alone.verdict for _, alone in found.each]
    assert heads == [f"{model}: {verdict}" for model, verdict in zip(models, verdicts)]
    assert (code == 0) == (set(verdicts) == {YES})
    told = json.loads(run(capsys, "supports", question, "--json")[1])
    assert [part["asked"] for part in told["each"]] == models


@pytest.mark.parametrize(
    ("question", "models", "maker"),
    [
        ("Raritan AP8959", ["AP8959"], "APC"),
        ("AP8959 Raritan", ["AP8959"], "APC"),
        ("Raritan AP8959 AP7921", ["AP8959", "AP7921"], "APC"),
        ("APC PX3-5190R", ["PX3-5190R"], "Raritan"),
    ],
)
def test_a_vendor_without_the_model_is_told_whose_it_is(
    question: str, models: list[str], maker: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "supports", question)
    words = " ".join(shown.split())
    assert code == _UNSUPPORTED and f"none is called {', '.join(models)}." in words
    assert all(f"{model} is a name of {maker}" in words for model in models)


@pytest.mark.parametrize(
    ("question", "nearest"), [("AP89", "AP89xx"), ("ap79", "AP79xx"), ("PX3-5", "PX3xxxx")]
)
def test_the_beginning_of_a_model_leads_to_it(question: str, nearest: str) -> None:
    assert nearest in answer(question).alike


@pytest.mark.parametrize(
    "question",
    [
        "AP7855A",
        "XYZ-AP8959",
        "46M4002-EU",
        "AP8959 (unheard)",
        "PRO2 Link",
        "Server Technology PRO2 expansion",
        "\u0410P8959",  # a Cyrillic letter
    ],
)
def test_what_is_nearly_a_known_name_is_no_yes(question: str) -> None:
    result = answer(question)
    assert result.verdict in (MAYBE, UNKNOWN) and not result.hits


@pytest.mark.parametrize(
    ("question", "key"),
    [
        ("APC AP1234", "apc-rpdu2"),
        ("NetShelter", "apc-rpdu2"),
        ("APC NetShelter SX AR3100", "apc-rpdu2"),
        ("Lenovo 0U Switched and Monitored PDU", "geist-v5"),
        ("8045", "gude-epc"),
        ("GI10022L", "geist-v5"),
        ("Rittal 7955.310", "rittal-cmc3"),
        ("C2XG36TE", "sentry4"),
        ("Server Technology C2XG24SN-YCLN5D6", "sentry4"),
        ("WTI REM-4R4-1", "wti-power"),
        ("Black Box MPSH8-D20-120V", "wti-power"),
        ("MPSH16-D20-208+V", "wti-power"),
        ("netio4", "netio"),
        ("PDUMNH15AT1", "tripplite-products"),
        ("Tripp-Lite-PDUMH20HVAT", "tripplite-legacy-pdu"),
        ("PDU31001", "cyberpower-epdu2"),
        ("APC Smart-UPS 750", "nut"),
        ("Eaton 9PX3000iRT2U", "nut"),
        ("Tripp Lite UPS", "nut"),
        ("Tripp Lite UPS", "tripplite-12x-ups"),
        (f"{ENTERPRISES}318", "apc-rpdu2"),
    ],
)
def test_maybe_stands_on_top_where_a_family_may_be_it(
    question: str, key: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "supports", *question.split())
    assert code == _UNSUPPORTED and shown.startswith(f"{question}: maybe\n")
    support_answer = answer(question)
    assert key in [support_entry.key for support_entry in support_answer.near] + [
        hit.entry.key for hit in support_answer.hits
    ]


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
    code, shown, _ = run(capsys, "supports", *question.split(), "--json")
    document = json.loads(shown)
    assert (code, document["answer"]) == (0, YES)
    assert [one["family"] for one in document["read_by"]] == families
    assert [one["family"] for one in document["perhaps_read_by"]] == perhaps
    (either,) = document["either_of"]
    assert either["name"] == question.split()[-1]
    assert sorted(either["families"]) == sorted(families + perhaps)
    _, shown, _ = run(capsys, "supports", *question.split())
    assert f"may be of the families {' or '.join(either['families'])}" in " ".join(shown.split())
    assert shown.count("\n  maybe ") == len(perhaps)


def test_a_name_that_several_models_share_is_not_one_unit_of_several_families() -> None:
    assert answer("AP7xxx").shared == () and len(_keys("AP7xxx")) > 1
    assert answer("AP8959").shared == () and answer("AP8959 AP7921").shared == ()


def test_an_easy_pdu_metered_by_outlet_has_metered_outlets(
    capsys: pytest.CaptureFixture[str],
) -> None:
    _, shown, _ = run(capsys, "supports", "EPDU1132MBO", "--json")
    of = {one["family"]: one["outlet"] for one in json.loads(shown)["read_by"]}
    assert set(of["apc-rpdu2"]) == {"current", "power", "energy"} and of["apc-easy-epdu"] == {}


@pytest.mark.parametrize(
    ("question", "why"),
    [
        ("AP9572", "basic"),
        ("Eaton-EFLX12I", "basic"),
        ("Tripp-Lite-PDUV15-48", "basic"),
        ("VP9563", "basic"),
        ("CPS-1215RMS", "basic"),
        ("WTI REM-4R0", "console server"),
        ("CyberPower PDU20M2F10R", "display"),
        ("CyberPower PDU20MVHVIEC24F", "display"),
        ("Tripp Lite PDU3MV6L2120", "display"),
        ("Aten PE0118", "basic"),
    ],
)
def test_what_a_source_rules_out_is_a_no_with_the_reason(
    question: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code, shown, _ = run(capsys, "supports", *question.split())
    assert code == _UNSUPPORTED and f"{question}: no\n" in shown
    assert why in shown and "said by https://" in " ".join(shown.split())


@pytest.mark.parametrize(
    "known",
    ["Dataprobe iBootBar", "Opengear RPC", "InfraPower", "Lantronix SLC", "Sinetica Hawk"]
    + ["Riedo UPDU"],
)
def test_an_unknown_word_more_makes_a_known_product_a_maybe_and_not_less(known: str) -> None:
    (hit,) = answer(known).hits
    for unknown in ("IBB-N15", "ZZ9", "ZZ9 foo"):
        support_answer = answer(f"{known} {unknown}")
        assert support_answer.verdict == MAYBE and hit.entry in support_answer.near
        assert support_answer.strange == tuple(unknown.split())
    assert answer("ZZ9").verdict == answer("Rackmount ZZ9").verdict == UNKNOWN


def test_the_card_of_pdus_and_upss_is_a_maybe_that_says_why() -> None:
    for question in ("RMCARD205", "CyberPower RMCARD205"):
        support_answer = answer(question)
        assert support_answer.verdict == MAYBE and "UPS" in support_answer.doubts[0]
        assert [hit.entry.key for hit in support_answer.hits] == ["cyberpower-epdu2"]


@pytest.mark.parametrize("question", ["Raritan PX-4316", "PX5523"])
def test_a_unit_of_the_first_generation_is_not_taken_for_one_of_a_later(question: str) -> None:
    assert _keys(question) == ["raritan-px1"]


def test_a_known_unit_of_a_delta_switch_is_not_taken_for_another_maker() -> None:
    assert answer("Delta STS32A").verdict != NO


def test_nothing_in_brackets_alone_makes_a_yes() -> None:
    assert answer("(unheard)").verdict == UNKNOWN
    assert answer("APC (AP1234)").verdict != NO


def test_a_misspelt_name_leads_to_the_nearest_of_the_vendor() -> None:
    assert "Raritan" in answer("Raritn").alike
    assert "Eaton" in answer("Eatn").alike
    assert "pdu supports Eaton says" in hint_of("Eatn")
    assert "AP89xx" in answer("APC AP8O59").alike
    assert [one for one in answer("AP8O59").alike if one.startswith("AP8")] == []
    of_eaton = {name.pattern.rstrip("*") for name in NAMES if name.key.startswith("eaton")}
    assert "AP89xx" not in of_eaton and "AP89xx" not in answer("Eaton AP8O59").alike


@pytest.mark.parametrize("question", ["Shelly", "Shelly Plug"])
def test_a_name_that_is_only_a_little_alike_is_no_guess(question: str) -> None:
    assert answer(question).alike == () and hint_of(question) == ""


def test_a_russian_word_beside_a_name_changes_nothing() -> None:
    assert answer("сервер AP8959").verdict == answer("РОЗЕТКА AP8959").verdict == YES


def test_a_metered_model_says_what_is_not_possible(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown, _ = run(capsys, "supports", "AP8858")
    assert code == 0 and "does not switch outlets" in shown and "each outlet: no" in shown
    assert "switching:" not in shown
    _, switched, _ = run(capsys, "supports", "AP8959")
    assert "switched  yes\n" in switched and "recording of a real unit" in switched


def test_lines_fit_80_columns_except_for_addresses(capsys: pytest.CaptureFixture[str]) -> None:
    questions = [*(product.asked for product in PRODUCTS), "Legrand", "APC", "Vertiv", "Raritn"]
    lines = []
    for question in questions:
        lines += run(capsys, "supports", *question.split())[1].splitlines()
    long = [line for line in lines if len(line) > 80 and "https://" not in line]
    assert long == []


def test_every_family_vendor_and_brand_is_found() -> None:
    for profile in PROFILES:
        assert profile.key in _keys(profile.key)
    for entry in entries():
        for text in (*entry.vendors, *entry.brands):
            if text != "Maker not named":
                assert entry.key in _keys(text), text
        for text in entry.others:
            assert entry.key in [support_entry.key for support_entry in answer(text).near], text


def test_every_name_and_brand_belongs_to_something_and_has_a_source() -> None:
    keys = {entry.key for entry in entries()}
    vendors = {vendor for entry in entries() for vendor in entry.vendors}
    assert [name for name in NAMES if bool(name.key) is bool(name.why)] == []
    assert {name.key for name in NAMES if name.key} <= keys
    # a pattern occurs once for each family or handler, and once among the unsupported
    assert len({(name.pattern, name.key) for name in NAMES}) == len(NAMES) > 400
    assert [name for name in NAMES if not sample(name.pattern)] == []
    for brand in BRANDS:
        assert set(brand.vendors) <= vendors and set(brand.families) <= keys
    assert [name.pattern for name in NAMES if not name.sure and not name.note] == []
    sources = [*(name.source for name in NAMES), *(brand.source for brand in BRANDS)]
    assert [source for source in sources if not source.startswith("https://")] == []


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


def test_a_table_of_names_with_other_columns_is_refused() -> None:
    with pytest.raises(ValueError, match="the columns are not supported, names"):
        list(read_names([]))
    with pytest.raises(ValueError, match="the columns are not supported, names"):
        list(read_names(["names,supported,read_by,switched,outlets,source,note"]))


def test_a_row_of_the_table_of_names_has_a_name_for_each_pattern() -> None:
    head, source = ",".join(COLUMNS), "https://a.example"
    rows = [
        head,
        "# APC",
        f'maybe,"A1, A2",apc-rpdu,yes,,{source},"if, and"',
        f"no,A3,,,,{source},B",
    ]
    assert list(read_names(rows)) == [
        Name("A1", "apc-rpdu", source, switched=True, note="if, and", sure=False),
        Name("A2", "apc-rpdu", source, switched=True, note="if, and", sure=False),
        Name("A3", "", source, why="B"),
    ]


def test_a_pattern_fits_its_own_sample_and_no_longer_number() -> None:
    for name in NAMES:
        assert fits(name.pattern, sample(name.pattern)), name.pattern
    assert fits("AP89xx*", "AP8959EU3") and not fits("AP89xx*", "AP895")
    assert fits("AP79xx", "AP7920") and not fits("AP79xx", "AP79201")
    assert fits("EMA?xx*", "EMAT0810") and not fits("EMA?xx*", "EMA1X")


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
        support_answer = answer(oid)
        keys = [hit.entry.key for hit in support_answer.hits] + [
            entry.key for entry in support_answer.near
        ]
        assert unit.key in keys, (unit.name, oid)
        looked += 1
    assert looked > 80


def test_a_family_in_full_has_its_names_of_models(capsys: pytest.CaptureFixture[str]) -> None:
    for family, names in (
        (entry.family, entry.names) for entry in entries() if entry.family and entry.names
    ):
        _, out, _ = run(capsys, "supports", family)
        printed = " ".join(out.split())
        assert all(name.pattern in printed for name in names), family


@pytest.mark.parametrize(
    "number",
    [
        *(number[len(ENTERPRISES) :] for number in SHARED_NUMBERS),
        "10418.16.1.3",  # LibreNMS: avocent_6000
        "21239.42.1.31",  # geist-temperature-sensor
        "25049.1.42",  # opengear-lighthouse
        "25049.1.61",  # opengear_im72xx
        "850.1.5",  # trippliteconsole
        "850.1.7",  # trippliteconsole_b097
    ],
)
def test_a_number_that_other_devices_have_is_no_yes(number: str) -> None:
    result = answer(ENTERPRISES + number)
    assert result.verdict == MAYBE and not result.hits and result.near
    assert result.doubts[0].endswith(" have this number too")


@pytest.mark.parametrize(
    ("number", "key"),
    [
        ("476.1.42.3.8", "liebert-mph"),
        ("2606.7.4.2.2.1.3", "rittal-cmc3"),
        ("25049.17.16", "opengear-rpc"),
        ("850.1.1.1", "tripplite-products"),
        ("28507.15", "gude-epc"),
        ("28507.18", "gude-epc"),
    ],
)
def test_the_objects_and_the_own_numbers_of_such_families_are_a_yes(number: str, key: str) -> None:
    assert answer(ENTERPRISES + number).verdict == YES and key in _keys(ENTERPRISES + number)


def test_each_shared_number_is_one_of_a_family() -> None:
    prefixes = {prefix for profile in PROFILES for prefix in profile.sys_object_ids}
    prefixes |= {root.sys_object_id for profile in PROFILES for root in profile.roots}
    assert all(
        any(f"{number}.".startswith(f"{prefix}.") for prefix in prefixes)
        for number in SHARED_NUMBERS
    )


def _parts_of_models() -> list[tuple[str, str]]:
    """Each comma part of a family's models, without what stands in brackets, with its vendor."""
    return [
        (profile.vendor.split(",")[0], part.strip())
        for profile in PROFILES
        for models in profile.models
        for part in re.sub(r"\([^)]*\)", "", models).split(",")
    ]


def test_each_model_of_the_list_of_devices_is_known_beside_its_vendor() -> None:
    unknown = [
        f"{vendor} {part}"
        for vendor, part in _parts_of_models()
        if answer(f"{vendor} {part}").verdict not in (YES, MAYBE)
    ]
    assert unknown == []


@pytest.mark.parametrize("name", ["8/PWR", "4/PWR", "4PWR-220/SMS", "2/PWR-220"])
def test_each_switch_of_netping_is_known_by_its_name_alone(name: str) -> None:
    support_answer = answer(name)
    assert support_answer.verdict == YES
    assert {hit.entry.family for hit in support_answer.hits} == {"netping"}


def test_each_maker_that_no_handler_reads_is_a_no_with_its_reason_and_named_on_the_page() -> None:
    page = (ROOT / "docs" / "certain.md").read_text("utf-8")
    makers = list(read_names(UNREAD_MAKERS.read_text("utf-8").splitlines()))
    assert len(makers) > 20
    for name in makers:
        text = name.pattern.rstrip("*")
        support_answer = answer(text)
        assert (support_answer.verdict, [one.why for one in support_answer.refused]) == (
            NO,
            [name.why],
        ), text
        assert text in page


def test_a_model_of_a_maker_that_no_handler_reads_is_a_no_too() -> None:
    for question in ("Huawei PDU2000-16-1PH", "Ubiquiti USP-PDU-Pro", "ЦМО R-16"):
        assert answer(question).verdict == NO, question


def test_a_note_that_is_above_already_is_not_repeated() -> None:
    entry = next(entry for entry in entries() if any(name.note for name in entry.names))
    name = next(name for name in entry.names if name.note)
    lines = " ".join(" ".join(command._entry(Match(entry, name), [name.note])).split())
    assert entry.source in lines and name.note not in lines
