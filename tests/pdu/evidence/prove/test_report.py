"""The terminal has broken promises first, and no text of a unit is more than a text."""

from __future__ import annotations

import dataclasses

from pdu.evidence.prove.promises import BY_KEY
from pdu.evidence.prove.report import lines
from tests.pdu.evidence.prove.rig import RIGS, plant, proven


def test_broken_promises_come_first_with_their_sentence() -> None:
    with RIGS["nut"](plant(stuck=True)) as rig:
        shown = lines(proven(rig, look=True, records=False))
    table = shown[shown.index("Promises:") + 2 :]
    verdicts = [line.split("  ")[0] for line in table]
    assert len(table) == len(BY_KEY)
    assert verdicts == sorted(verdicts, key=["broken", "not tried", "kept"].index)
    assert verdicts[0] == "broken" and shown[0].startswith(f"{len(BY_KEY)} promises: 1 broken, ")
    assert f"  {BY_KEY['switches'].sentence}: outlet 2 was not reported off" in "\n".join(shown)


def test_a_text_of_a_unit_moves_no_cursor() -> None:
    with RIGS["nut"](plant()) as rig:
        proof = proven(rig, outlet="", records=False)
    hostile = "\x1b[31m\u202e"
    findings = tuple(dataclasses.replace(one, finding=hostile) for one in proof.verdicts)
    shown = "\n".join(lines(dataclasses.replace(proof, verdicts=findings, model=hostile)))
    assert "\x1b" not in shown and "\u202e" not in shown and "\\x1b" in shown
