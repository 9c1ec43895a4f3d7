"""Scrubbing: equal values get equal replacements, in linear time, and scrubbing.txt."""

from __future__ import annotations

import ipaddress
import os
import subprocess
import sys

import pytest
from hypothesis import given, strategies as st

from handlers.nut.settings import SETTINGS
from handlers.shared.settings import Settings
from pdu.inspection.nut import reading
from pdu.recordings.nut import dump, recording_format
from pdu.recordings.scrub import Scrubber
from pdu.recordings.web.answer_scrubbing import scrub_answers
from pdu.recordings.web.named_values import named_secrets, without_named_secrets
from pdu.recordings.web.text_answers import TextAnswer
from tests.pdu.recordings import scrubbing
from tests.tables import Case


@pytest.mark.parametrize("case", scrubbing.TABLE.cases(), ids=str)
def test_values_are_replaced(case: Case) -> None:
    case.check(scrubbing.shown(case))


def test_a_thousand_addresses_have_a_thousand_stand_ins() -> None:
    scrubber = Scrubber()
    stand_ins = {scrubber.scrub_kept_text(f"10.1.{n // 250}.{n % 250 + 1}") for n in range(1000)}
    assert len(stand_ins) == 1000
    assert all(ipaddress.ip_address(stand_in).is_private for stand_in in stand_ins)


NAMES_OF_DEVICES = ["kunde", "name-1", "name-2", "Müller", "1", "name"]


@given(names=st.lists(st.sampled_from(NAMES_OF_DEVICES), unique=True))
def test_different_values_have_different_stand_ins(names: list[str]) -> None:
    """Also where the device calls something as a stand-in is called."""
    scrubber = Scrubber()
    stand_ins = [scrubber.scrub_free_text(name) for name in names]
    assert len(set(stand_ins)) == len(names)
    assert [scrubber.scrub_free_text(name) for name in names] == stand_ins


@pytest.mark.parametrize("names", [["kunde", "name-1"], ["name-1", "kunde"]])
def test_two_nut_devices_stay_two_if_one_is_called_as_a_stand_in(names: list[str]) -> None:
    scrubber = Scrubber()
    clean_devices = []
    for name in names:
        device = reading.ServerDevice(name, "", {"outlet.1.status": "on"})
        clean = recording_format.scrubbed(device, scrubber, Settings({}, SETTINGS))
        clean_devices.append(clean)
    devices = dump.parse(dump.dump_text(clean_devices))
    assert len({device.name for device in devices}) == 2


SECRETS_PROGRAM = """
from pdu.recordings.scrub import Scrubber
secrets = ["zulu-4411", "alfa-2200", "mike-7319", "kilo-6604"]
print(Scrubber(secrets=secrets).scrub_kept_text(" ".join(secrets)))
"""


@pytest.mark.parametrize("seed", ["1", "2"])
def test_secrets_of_one_length_have_the_same_numbers_in_each_run(seed: str) -> None:
    """The order of a set of texts depends on the seed of their hashes."""
    program = [sys.executable, "-c", SECRETS_PROGRAM]
    environment = {**os.environ, "PYTHONHASHSEED": seed}
    output = subprocess.check_output(program, env=environment, text=True)
    assert output == "secret-4 secret-1 secret-3 secret-2\n"


@pytest.mark.parametrize("part", ["1.1.", "a=", "a.", "sn-", "aa:bb:", "a@", "a='", "<a>", 'a"b='])
def test_a_text_of_a_device_is_searched_in_linear_time(part: str) -> None:
    """In quadratic time, each of these would take minutes."""
    text = part * (300_000 // len(part))
    assert named_secrets(text) == []
    assert without_named_secrets(text, "secret") == text
    assert "secret" not in Scrubber().scrub_kept_text(text)


@pytest.mark.parametrize(
    "text",
    [
        ">" + " " * 20_000,
        "1" * 20_000,
        "pin 1" + "1" * 20_000 + "x",
        f"<input {'name=pin value=5 ' * 5_000}>",
    ],
    ids=["blanks", "digits", "digits and a letter", "names and values of one tag"],
)
def test_a_long_run_in_a_page_takes_no_time(text: str) -> None:
    """A quadratic search would take minutes."""
    clean = scrub_answers({"a": TextAnswer(text)}, Scrubber(), lambda _: None)
    assert len(clean.answers) == 1
