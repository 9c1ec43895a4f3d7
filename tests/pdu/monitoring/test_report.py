"""A report on a terminal: long sentences are whole, and hostile text is one line."""

from __future__ import annotations

from pdu.monitoring.report import Cell, Headline, Items, Section, Table, text_lines

HOSTILE = '<script>"&\x1b[31m\u202e'


def test_a_long_sentence_is_not_cut_on_a_terminal() -> None:
    sentence = "what to do is at its end. " * 20
    assert sentence.rstrip() in [*text_lines([Table(("A",), [[Cell(sentence)]])])]


def test_hostile_text_is_no_control_character() -> None:
    parts = (
        Headline(HOSTILE), Section(HOSTILE), HOSTILE, Items([HOSTILE]),
        Table((HOSTILE,), [[Cell(HOSTILE)]]),
    )  # fmt: skip
    text = "\n".join(text_lines(parts))
    assert "\x1b" not in text
    assert "\u202e" not in text
