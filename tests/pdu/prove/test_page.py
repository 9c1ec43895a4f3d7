"""The page shows a person what is in the file, and no text of a unit is more than a text."""

from __future__ import annotations

import dataclasses
import re

from pdu.prove.command import lines
from pdu.prove.document import UnitProof
from pdu.prove.page import page
from tests.pdu.prove.rig import RIGS, plant, proven

HOSTILE = "</pre><script>alert(1)</script>\x1b[31m\u202e'\""


def _proof() -> UnitProof:
    with RIGS["nut"](plant()) as rig:
        return proven(rig)


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
    shown = page(hostile, HOSTILE)
    assert "<script" not in shown and "\x1b" not in shown and "\u202e" not in shown
    assert not re.search(
        r"<(?!/?(?:html|head|header|footer|a|span|meta|title|style|body|h[123]|p|table|thead|tbody|tr|th|td|pre)\b|!)",
        shown,
    )
    assert shown.count("&lt;script&gt;") >= 10
    assert all(
        line.strip()[:40] in shown for line in proof.recording.split("\n") if '"' not in line
    )
    assert "\x1b" not in "\n".join(lines(hostile)) or hostile.model == HOSTILE
