"""Names of outlets that are not the device's, and SNMP devices in their owner's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from handlers.shared.errors import SettingsError
from pdu.recordings.simulated_pdu import States
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import SnmpRow, arcs
from pdu.recordings.snmp.unit import SnmpUnit
from pdu.workshop.handler.outlet_names import own_names
from pdu.workshop.handler.snmp_units import profile_of_commands, recorded_device
from pdu_common.helper import EnumPowerStatus

UP, DOWN = EnumPowerStatus.UP, EnumPowerStatus.DOWN
COLUMN = "1.3.6.1.4.1.99999.2.1.3"


def test_other_names_of_outlets_are_taken_by_their_order_alone() -> None:
    real_states: States = {"1": True, "2": False}
    assert own_names([("a", UP), ("b", DOWN)], real_states) == {"1": "a", "2": "b"}
    assert own_names([("1", UP), ("2", DOWN)], real_states) == {}
    assert own_names([("a", DOWN), ("b", UP)], real_states) == {}
    assert own_names([("2", UP), ("1", DOWN)], real_states) == {}
    assert own_names([("a", UP), ("a", DOWN)], real_states) == {}


def _recording() -> str:
    """Twelve outlets; the fourth is off."""
    text = "1.3.6.1.2.1.1.1.0|4|Nobody's PDU\n"
    for number in range(1, 13):
        state = 2 if number == 4 else 1
        text += f"{COLUMN}.{number}|2|{state}\n"
    return text


def test_a_pdu_in_its_owners_words_obeys_them(tmp_path: Path) -> None:
    on, off = f"{COLUMN}.{{outlet}} = 1", f"{COLUMN}.{{outlet}} = 2"
    device = recorded_device(_recording(), profile_of_commands([on], [off], tmp_path))
    assert device.about == "the recording"
    unit = device.unit()
    assert unit.outlet_states() == {str(number): number != 4 for number in range(1, 13)}

    error = unit.set([(arcs(f"{COLUMN}.12"), SnmpRow(2, 2))])

    assert error == ("", 0)
    assert unit.outlet_states()["12"] is False
    (command,) = unit.commands
    assert (command.identity, command.on) == ("12", False)
    assert unit.command_words("12", on=True) == f"{COLUMN}.12 = 1"


@pytest.mark.parametrize(
    ("on", "off", "words"),
    [
        (["1.3.6 = 1"], ["1.3.6 = 2"], "is no write over SNMP"),
        ([f"{COLUMN}.{{outlet}} = 1"], [], "once each"),
        (["1.3.6.{outlet} = 1"], ["1.3.7.{outlet} = 2"], "two objects"),
    ],
)
def test_words_that_are_no_write_are_refused(
    on: list[str], off: list[str], words: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=words):
        profile_of_commands(on, off, tmp_path)


def test_words_for_an_object_that_the_recording_does_not_have_are_refused(tmp_path: Path) -> None:
    words = ["1.3.6.1.4.1.99999.9.{outlet} = 1"], ["1.3.6.1.4.1.99999.9.{outlet} = 2"]
    with pytest.raises(SettingsError, match=r"no outlets at the object of --on and --off$"):
        recorded_device(_recording(), profile_of_commands(*words, tmp_path))


def test_a_recording_that_no_family_reads_is_refused_with_options_that_exist() -> None:
    with pytest.raises(SettingsError, match=r"--profile FILE\.json.*--on .*--off "):
        recorded_device(_recording())


def test_a_writable_unit_keeps_what_is_written_to_its_objects() -> None:
    unit = SnmpUnit(snmprec.parse(_recording()).rows, None, is_writable=True)
    oid, other_oid = arcs(f"{COLUMN}.4"), arcs(f"{COLUMN}.13")
    assert unit.set([(oid, SnmpRow(2, 1))]) == ("", 0)
    assert unit.get(oid) == SnmpRow(2, 1)
    assert unit.set([(other_oid, SnmpRow(2, 1))]) == ("notWritable", 0)
