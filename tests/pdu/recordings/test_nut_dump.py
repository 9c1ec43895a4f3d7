"""Dumps of NUT: what a line is, and which text is none."""

from __future__ import annotations

import pytest

from handlers.shared.errors import SettingsError
from pdu.recordings.nut import dump


@pytest.mark.parametrize(
    "line, part, value",
    [
        ("outlet.1.status: on", "variables", {"ups.mfr": "Acme", "outlet.1.status": "on"}),
        ("# writable outlet.1.switch", "writable", ["outlet.1.switch"]),
        ("# command outlet.1.load.off", "commands", {"outlet.1.load.off": ""}),
        (
            '# command outlet.1.load.off "Turn it off"',
            "commands",
            {"outlet.1.load.off": "Turn it off"},
        ),
        ('# describe ups.status "Its state"', "descriptions", {"ups.status": "Its state"}),
    ],
)
def test_each_line_fills_its_part_of_the_device(line: str, part: str, value: object) -> None:
    (device,) = dump.parse(f"# device rack\nups.mfr: Acme\n{line}\n")

    assert device.name == "rack"
    parts = {
        "variables": device.variables,
        "writable": device.writable,
        "commands": device.commands,
        "descriptions": device.descriptions,
    }
    other_parts = {
        "variables": {"ups.mfr": "Acme"},
        "writable": [],
        "commands": {},
        "descriptions": {},
    }
    assert parts == {**other_parts, part: value}
    # what was read is written again
    assert dump.parse(dump.dump_text([device])) == [device]


@pytest.mark.parametrize(
    "text", ["", "# device rack\n", "# device rack\n# command outlet.1.load.off\n# writable a\n"]
)
def test_a_dump_without_variables_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="no variables"):
        dump.parse(text)


def test_two_values_of_one_variable_are_an_error_unless_a_timer_stands_between_them() -> None:
    with pytest.raises(SettingsError, match="lines 1 and 3 of the recording have two values"):
        dump.parse("outlet.1.status: on\nups.mfr: x\noutlet.1.status: off\n")
    (device,) = dump.parse("outlet.1.status: on\nTIMER 5\noutlet.1.status: off\n")
    assert device.variables == {"outlet.1.status": "off"}


def test_a_variable_without_a_dot_is_read_again() -> None:
    devices = [dump.RecordedDevice("pdu", "", {"device.mfr": "Acme", "serial": "X1"})]
    assert dump.parse(dump.dump_text(devices)) == devices
