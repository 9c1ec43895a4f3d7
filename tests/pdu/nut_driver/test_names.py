"""Names for upsd, sections of ups.conf, and numbers of outlets."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from hypothesis import given, strategies

from handlers.shared.address import Address
from handlers.shared.errors import SettingsError
from pdu.nut_driver.names import socket_path, ups_conf, ups_name, ups_names
from pdu.nut_driver.outlet_numbers import OutletNumbers
from pdu.pdus.listed_pdu import ListedPdu
from tests.pdu.running import run


@pytest.mark.parametrize(
    "name, wanted",
    [
        ("rack1", "rack1"),
        ("rack 1 left", "rack-1-left"),
        ("rack/1: left!", "rack-1-left"),
        ("Büro.2_a", "Buro.2_a"),
    ],
)
def test_a_usual_name_stays_readable(name: str, wanted: str) -> None:
    assert ups_name(name) == wanted


@given(strategies.text(max_size=100))
def test_every_name_becomes_one_that_upsd_takes(name: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,48}", ups_name(name))


def test_names_in_another_script_stay_apart() -> None:
    made = ups_names(["стойка 1", "стойка 2", "шкаф 1", "x" * 50, "x" * 51])
    assert len(set(made)) == 5 and all(len(one) <= 49 for one in made)


@pytest.mark.parametrize("pair", [("rack 1", "rack-1"), ("RACK1", "rack1")])
def test_two_pdus_with_one_name_are_refused(pair: tuple[str, str]) -> None:
    with pytest.raises(SettingsError, match="rename one"):
        ups_names(pair)


def test_a_section_names_driver_and_pdu() -> None:
    listed = ListedPdu('rack "1" #left', "snmp", Address("192.0.2.8"))
    assert ups_conf([listed]) == (
        '[rack-1-left]\n  driver = pdu-nut-driver\n  port = "192.0.2.8"\n'
        '  desc = "rack \\"1\\" \\#left"\n'
    )


def test_a_path_that_no_socket_can_have_is_refused() -> None:
    with pytest.raises(SettingsError, match="--state-path"):
        socket_path("/" + "x" * 100, "rack1")


def test_sections_need_no_login(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fleet = tmp_path / "hall.csv"
    fleet.write_text("name,handler,address,auth\nrack 1,snmp,192.0.2.8,nobody\n")
    asked = ("nut-driver", str(fleet), "--ups-conf")
    code, shown, _ = run(capsys, *asked)
    assert code == 0 and shown.startswith("[rack-1]\n")
    assert json.loads(run(capsys, *asked, "--json")[1]) == {"ups": {"rack-1": "rack 1"}}


def test_a_number_never_passes_to_another_outlet(tmp_path: Path) -> None:
    path = str(tmp_path / "numbers.json")
    with OutletNumbers(path) as numbers:
        assert numbers.number_outlets("a", ["1", "2", "4"]) == ("1", "2", "4")
        assert numbers.number_outlets("a", ["4", "3", "1"]) == ("1", "2", "4", "3")
        # a second driver would write the file without what this one adds
        with pytest.raises(SettingsError, match="in use"):
            OutletNumbers(path)
    with OutletNumbers(path) as again:
        assert again.number_outlets("a", ["3"]) == ("1", "2", "4", "3")
        assert again.number_outlets("b", ["3"]) == ("3",)


def test_a_number_that_cannot_be_kept_is_not_given(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    with OutletNumbers(str(folder / "numbers.json")) as numbers:
        numbers.number_outlets("a", ["1"])
        shutil.rmtree(folder)
        with pytest.raises(OSError):
            numbers.number_outlets("a", ["1", "2"])
        assert numbers.number_outlets("a", ["1"]) == ("1",)


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', '{"a": ["1", "1"]}', '{"a": [1]}'])
def test_a_damaged_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "numbers.json"
    path.write_text(text)
    with pytest.raises(SettingsError, match="numbers of outlets"):
        OutletNumbers(str(path))
    assert path.read_text() == text
