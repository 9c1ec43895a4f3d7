"""A report on a terminal: long sentences are whole, and hostile text is one line."""

from __future__ import annotations

from handlers.shared.address import Address
from pdu.monitoring.check_report import report_lines
from pdu.monitoring.check_result import judge_reading, summary
from pdu.pdu_list.listed_pdu import ListedPdu
from pdu.reading.parts import CallError, failed_reading

HOSTILE = '<script>"&\x1b[31m\u202e'


def _report(reason: str) -> str:
    device = ListedPdu(HOSTILE, "snmp", Address("192.0.2.1"))
    rows = [judge_reading(device, failed_reading(CallError("refused", reason)))]
    return "\n".join(report_lines(rows, summary(rows, 1.0)))


def test_a_long_sentence_is_not_cut_on_a_terminal() -> None:
    sentence = "what to do is at its end. " * 20
    assert sentence.rstrip() in _report(sentence)


def test_hostile_text_is_no_control_character() -> None:
    text = _report(HOSTILE)
    assert "\x1b" not in text
    assert "\u202e" not in text
