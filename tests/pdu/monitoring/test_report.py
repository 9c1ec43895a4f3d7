"""A report on a terminal: long sentences are whole, and hostile text is one line."""

from __future__ import annotations

from pdu.monitoring.report import Cell, table_lines, whole_line

HOSTILE = '<script>"&\x1b[31m\u202e'


def test_a_long_sentence_is_not_cut_on_a_terminal() -> None:
    sentence = "what to do is at its end. " * 20
    assert sentence.rstrip() in [*table_lines(("A",), [[Cell(sentence)]])]
    assert whole_line(sentence) == sentence


def test_hostile_text_is_no_control_character() -> None:
    text = "\n".join([*table_lines(("A",), [[Cell(HOSTILE)]]), whole_line(HOSTILE)])
    assert "\x1b" not in text
    assert "\u202e" not in text
