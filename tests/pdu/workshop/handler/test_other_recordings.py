"""A right handler is not blamed for a recording of another PDU, for one that contradicts itself, or
for states that are the bits of one number.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.needs import ROOT
from tests.pdu.loading.page_handler import folder

from .checking import LOGIN, check
from .checks import EXAMPLE, QUICK, VOLT

_EXAMPLE = (EXAMPLE / "volt.har").read_text("utf-8")
_CURRENTS = [1.5, 0, 0.5, 2.5, 0, 3]
_LIST = 'json.loads(self._answer("/status"))["outlets"]\n'
_LIST_OF_MASK = """[]
        answer = json.loads(self._answer("/status"))
        mask = int(answer["mask"], 16)
        for number, current in enumerate(answer["a"]):
            is_on = bool(mask >> number & 1)
            outlets.append({"id": str(number + 1), "on": is_on, "a": current, "kwh": 1})
"""
_STATES = "1.3.6.1.4.1.46235.2.4.2.1.4"

pytestmark = pytest.mark.usefixtures("without_loading")


def test_a_recording_of_another_pdu_is_not_read(tmp_path: Path) -> None:
    recording = ROOT / "tests" / "handlers" / "netio" / "recording.har"
    checked = check(folder(tmp_path, source=VOLT), "--replay", str(recording), *LOGIN)
    assert checked.code == 9
    result, why = checked.results["status"]
    assert result == "not tried"
    assert why.startswith("the handler does not read this recording: status raised RuntimeError")


def test_a_recording_that_contradicts_itself_is_told(tmp_path: Path) -> None:
    text = _EXAMPLE.replace('"1": {"state": "on"', '"1": {"state": "off"')
    recording = tmp_path / "unit.har"
    recording.write_text(text, "utf-8")
    checked = check(folder(tmp_path, source=VOLT), "--replay", str(recording), *LOGIN)
    assert checked.code == 9
    why = "outlet 1 is off in its head, and not in GET /status"
    assert checked.results["status"] == ("not tried", f"the recording contradicts itself: {why}")


@pytest.mark.parametrize("mask", ["0029", "002D"])
def test_states_in_a_bit_mask_are_no_figure(mask: str, tmp_path: Path) -> None:
    document = json.loads(_EXAMPLE)
    outlets = {}
    for number in range(6):
        state = "on" if int(mask, 16) >> number & 1 else "off"
        outlets[str(number + 1)] = {"state": state, "kwh": 1}
    document["log"]["_pdu"].update(outlets=outlets, load_a=7.5, energy_kwh=6)
    content = {"mimeType": "application/json", "text": json.dumps({"mask": mask, "a": _CURRENTS})}
    document["log"]["entries"][0]["response"]["content"] = content
    recording = tmp_path / "unit.har"
    recording.write_text(json.dumps(document), "utf-8")
    source = VOLT.replace(_LIST, _LIST_OF_MASK)

    checked = check(folder(tmp_path, source=source), "--replay", str(recording), *LOGIN)

    assert checked.code == 9
    assert checked.of("broken") == {}
    assert checked.results["states"][0] == checked.results["zero"][0] == "kept"


def test_an_object_of_commands_that_shows_no_state_wants_a_profile(tmp_path: Path) -> None:
    recording = ROOT / "tests" / "simulators" / "snmp_units" / "rpcm.snmprec"
    words = ("--on", f"{_STATES}.{{outlet}} = 7", "--off", f"{_STATES}.{{outlet}} = 8")
    checked = check(folder(tmp_path, source=QUICK), "--replay", str(recording), *words)
    assert checked.code == 9
    why = "the recording shows no outlet on or off: give --profile FILE.json"
    assert checked.results["status"] == ("not tried", why)
