"""The page shows a person what is in the file, and no text of a unit is more than a text."""

from __future__ import annotations

import dataclasses
import re
from html import unescape

from pdu.prove.document import UnitProof
from pdu.prove.promises import BY_KEY
from pdu.prove.report import report
from tests.pdu.prove.rig import RIGS, plant, proven

HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\u202e'\""


def _proof(stuck: bool = False) -> UnitProof:
    with RIGS["nut"](plant(stuck=stuck)) as rig:
        return proven(rig, look=True)


def test_every_text_of_the_file_is_on_the_page_and_escaped() -> None:
    proof = _proof()
    reading = proof.readings[0]
    hostile = dataclasses.replace(
        proof,
        model=HOSTILE,
        firmware=HOSTILE,
        recording=f"{proof.recording}\n{HOSTILE}",
        notes=(HOSTILE,),
        readings=(
            dataclasses.replace(
                reading,
                failure_kind="protocol",
                failure=HOSTILE,
                outlets=(dataclasses.replace(reading.outlets[0], number=HOSTILE),),
            ),
            *proof.readings[1:],
        ),
        verdicts=tuple(dataclasses.replace(one, finding=HOSTILE) for one in proof.verdicts),
    )
    shown = report(hostile, HOSTILE).page()
    assert "<script" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert not re.search(
        r"<(?!/?(?:html|head|header|main|footer|a|span|meta|title|style|body|h[123]|p|table|thead|tbody|tr|th|td|pre)\b|!)",
        shown,
    )
    assert shown.count("&lt;script&gt;") >= 10
    assert all(
        line.strip()[:40] in shown for line in proof.recording.split("\n") if '"' not in line
    )
    assert "\x1b" not in "\n".join(report(hostile, HOSTILE).lines()) or hostile.model == HOSTILE


def test_a_terminal_has_words_of_the_page_and_broken_promises_first() -> None:
    made = report(_proof(stuck=True), "proof.json")
    body = unescape(re.sub("<[^>]*>", " ", made.page()))
    lines = made.lines()
    assert {*re.findall(r"\w+", "\n".join(lines))} <= {*re.findall(r"\w+", body)}
    table = lines[lines.index("Promises:") + 2 :]
    verdicts = [line.split("  ")[0] for line in table]
    assert verdicts == sorted(verdicts, key=["broken", "not tried", "kept"].index)
    assert verdicts[0] == "broken" and "1 broken" in lines[0]
    sentence = BY_KEY["switches"].sentence
    assert any(line.startswith(f"  {sentence}: ") for line in lines)


def test_an_outlet_is_listed_again_only_where_it_was_read_otherwise() -> None:
    proof = _proof()
    first = proof.readings[0]
    outlets = [
        dataclasses.replace(one, state="on", current_a=1.5, power_w=300.0, energy_kwh=7.0)
        for one in first.outlets[:2]
    ]
    hardly = dataclasses.replace(outlets[0], energy_kwh=7.00004, number="")
    off = dataclasses.replace(outlets[1], state="off", current_a=0.0, power_w=0.0)
    readings = tuple(
        dataclasses.replace(first, at_s=at_s, outlets=tuple(those))
        for at_s, those in enumerate(
            (outlets, [hardly, outlets[1]], [outlets[0], off], [outlets[0]])
        )
    )
    shown = report(dataclasses.replace(proof, readings=readings), "proof.json").page()
    table = shown[shown.index("<h3>Outlets</h3>") : shown.index("<h2>Recording</h2>")]
    rows = [re.findall("<td[^>]*>([^<]*)</td>", row) for row in table.split("<tr>")[1:]]
    names = [one.identity for one in outlets]
    assert [(row[0], row[1], *row[3:]) for row in rows] == [
        ("0.0", names[0], "on", "1.5", "300", "7"),
        ("0.0", names[1], "on", "1.5", "300", "7"),
        ("2.0", names[1], "off", "0.0", "0", "7"),
        ("3.0", names[1], "not listed", "not metered", "not metered", "not metered"),
    ]


def test_figures_of_a_column_have_equal_decimals() -> None:
    shown = report(_proof(), "proof.json").page()
    for head in ("A", "W", "kWh"):
        columns = [
            [one.partition(".")[2] for one in re.findall(f'data-head="{head}">([0-9.]+)<', part)]
            for part in shown[shown.index("<h2>Readings</h2>") :].split("<h3>")
        ]
        assert all(len({*map(len, one)}) <= 1 for one in columns), head
        assert any(columns)
