"""What a check says of readings, in each of its forms."""

from __future__ import annotations

import csv
import io

import click
import pytest

from handlers.shared.address import Address
from pdu.cli import exit_codes
from pdu.monitoring import check_result, nagios, tables
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.parts import FIGURES, NAMES, CallError, Reading, failed_reading
from tests.tables import Case

from .checks import TABLE, shown

HOSTILE = "<script>alert(1)</script>|=cmd"


@pytest.mark.parametrize("case", TABLE.cases(), ids=str)
def test_check(case: Case) -> None:
    case.check(shown(case))


def test_every_kind_of_error_has_a_remedy() -> None:
    kinds = {kind for exit_code in exit_codes.EXITS for kind in exit_code.kinds}
    # not raised while a handler of this pack reads
    of_commands = {"usage", "interrupted", "locked", "not-confirmed", "not-seen", "not-proven"}
    assert kinds - of_commands == set(check_result.REMEDIES)


def test_nagios_output_has_one_bar_and_a_line_for_each_of_the_first_20_bad_pdus() -> None:
    device = ListedPdu(HOSTILE, "snmp", Address("192.0.2.1"))
    silent = check_result.judge_reading(device, failed_reading(CallError("unreachable", "")))
    well = check_result.judge_reading(device, Reading(load_a=1.5, has_states=True))
    rows = [silent] * 25 + [well]
    first_line, *lines = nagios.output(check_result.summary(rows, 1.0), rows)
    assert first_line.startswith("PDU CRITICAL - 26 PDUs")
    assert first_line.count("|") == 1
    assert "|pdus=26 not_well=25 " in first_line
    assert len(lines) == 21
    assert lines[-1] == "and 5 more"
    assert "|" not in "".join(lines)


@pytest.mark.parametrize("kind", check_result.REMEDIES)
@pytest.mark.parametrize(
    "part, word, other_word",
    [(FIGURES, "not known", "not metered"), (NAMES, "not metered", "not known")],
)
def test_a_load_is_not_metered_only_if_the_figures_were_read(
    part: str, word: str, other_word: str, kind: str
) -> None:
    device = ListedPdu("a", "snmp", Address("192.0.2.1"))
    reading = Reading(has_states=True, failures={part: CallError(kind, "x")})
    limit = nagios.RangeType().convert("10", None, None)
    row = nagios.judge_loads(
        check_result.judge_reading(device, reading), nagios.Thresholds(warning=limit)
    )
    assert f"load: its current is {word}" in row.reason
    assert other_word not in row.reason


@pytest.mark.parametrize("blank", ["", " "], ids=["first", "after a blank"])
@pytest.mark.parametrize("sign", "=+-@\uff1d\uff0b\uff0d\uff20\u2212\ufe63")
def test_no_text_cell_is_a_formula(sign: str, blank: str) -> None:
    text = f"{blank}{sign}1"
    listed_pdu = ListedPdu(text, text, Address(text))
    bad = check_result.judge_reading(listed_pdu, failed_reading(CallError("refused", text)))
    line = next(csv.DictReader(io.StringIO(tables.csv_text([bad]))))
    for key in ("name", "handler", "address", "reason"):
        assert line[key] == f"'{text}"


@pytest.mark.parametrize(
    "text", ["10", "10:", "~:10", "10:20", "@10:20", "~:", "0:", "@10", "9.5:9.5", "12.8"]
)
def test_a_range_is_that_of_the_plugin_guidelines(text: str) -> None:
    """As the library nagiosplugin reads them; it says what does not alert."""
    nagiosplugin = pytest.importorskip("nagiosplugin")
    limit = nagios.RangeType().convert(text, None, None)
    expected = nagiosplugin.Range(text)
    assert nagiosplugin.Range(str(limit)) == expected
    for value in (-5.0, -0.1, 0.0, 9.5, 9.9, 10.0, 10.1, 12.8, 20.0, 20.1, 1e9):
        assert limit.alerts(value) is not expected.match(value), value


def test_a_range_of_percent_is_one_of_the_rating() -> None:
    limit = nagios.RangeType().convert("80%", None, None).of_rating(16.0)
    assert limit is not None
    assert str(limit) == "12.8"
    assert limit.alerts(12.9)
    inside = nagios.RangeType().convert("@10:20%", None, None).of_rating(16.0)
    assert inside is not None
    assert str(inside) == "@1.6:3.2"
    assert [inside.alerts(value) for value in (1.5, 2.0, 3.5)] == [False, True, False]
    with pytest.raises(click.BadParameter):
        nagios.RangeType().convert("50%:100%", None, None)
