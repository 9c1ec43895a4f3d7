"""The rule that takes walks, on walks that nobody listed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from handlers.snmp import detection
from handlers.snmp.profile import is_below
from handlers.snmp.profiles import PROFILES
from pdu.supports.recognition import recognise
from tests import foreign_files
from tests.foreign_files import readings, selection
from tests.foreign_files.selection import LeftOut, Taken
from tests.handlers.snmp.memory import tables
from tests.simulators.snmp_agent import write_snmprec
from tests.simulators.snmp_units import fixture
from tests.tables import csv_rows

SYSTEM = "1.3.6.1.2.1.1.1.0|4|{words}\n1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.{number}\n"


def checkout(folder: Path, **walks: str) -> Path:
    """Make a folder as of LibreNMS. A walk whose name begins with `power` is of a power device."""
    (folder / "tests/snmpsim").mkdir(parents=True)
    (folder / "tests/data").mkdir()
    systems = folder / "resources/definitions/os_detection"
    systems.mkdir(parents=True)
    (systems / "power.yaml").write_text("os: power\ntype: power\n", "utf-8")
    (systems / "other.yaml").write_text("os: other\ntype: network\n", "utf-8")
    for name, text in walks.items():
        (folder / f"tests/snmpsim/{name}.snmprec").write_text(text, "utf-8")
    return folder


def system(number: str, words: str = "a device") -> str:
    return SYSTEM.format(number=number, words=words)


def left_out(folder: Path) -> dict[str, str]:
    return {
        walk.name: walk.reason for walk in selection.select(folder) if isinstance(walk, LeftOut)
    }


@pytest.mark.parametrize("key", ["apc-rpdu2", "wti-power", "e3meter-ipm"])
def test_a_walk_that_nobody_listed_is_taken_if_a_family_reads_it(key: str, tmp_path: Path) -> None:
    walk = write_snmprec(fixture(key).rows)
    (taken,) = selection.select(checkout(tmp_path, somebody_new=walk))
    assert isinstance(taken, Taken)
    assert (taken.name, taken.device.profile.key) == ("somebody_new", key)


def test_what_snmpwalk_printed_is_taken_also_without_a_sys_object_id(tmp_path: Path) -> None:
    lines = [
        f".{line.replace('|2|', ' = INTEGER: ')}"
        for line in write_snmprec(fixture("apc-masterswitch").rows).splitlines()
        if "|2|" in line
    ]
    folder = tmp_path / "tests/pdu"
    folder.mkdir(parents=True)
    (folder / "New.snmpwalk").write_text("\n".join(lines) + "\n", "utf-8")
    (taken,) = selection.select(tmp_path)
    assert isinstance(taken, Taken)
    assert (taken.name, taken.device.profile.key) == ("centreon_new", "apc-masterswitch")


def test_a_line_that_is_not_valid_does_not_hide_a_walk(tmp_path: Path) -> None:
    walk = write_snmprec(fixture("wti-power").rows) + "1.3.6.1.2.1.4.1|2|<private>\n"
    (taken,) = selection.select(checkout(tmp_path, edited=walk))
    assert isinstance(taken, Taken)


def test_a_walk_of_another_kind_of_device_is_of_no_concern(tmp_path: Path) -> None:
    assert list(selection.select(checkout(tmp_path, other=system("9.1.1")))) == []


def test_what_concerns_us_and_is_not_read_has_a_reason(tmp_path: Path) -> None:
    enlogic = system("38446.1") + "1.3.6.1.4.1.38446.1.1.2.1.1.1|2|1\n"
    ups = system("99999.1") + "1.3.6.1.2.1.33.1.1.1.0|4|a UPS\n"
    plain = system("8072.3.2.10") + "1.3.6.1.2.1.2.1.0|2|1\n"
    folder = checkout(
        tmp_path, power_a=system("38446.1"), enlogic=enlogic, power_ups=ups, power_b=plain
    )
    assert left_out(folder) == {
        "power_a": selection.SYSTEM_ALONE,
        "enlogic": "a part of a walk of a PDU, without its outlets and meters",
        "power_ups": "a UPS",
        "power_b": selection.STANDARD_ALONE,
    }


def test_a_makers_number_in_a_system_group_leads_to_a_family_or_a_kind(tmp_path: Path) -> None:
    """The last is of no family, and nobody looked at it: it has no reason."""
    folder = checkout(
        tmp_path,
        power_pdu=system("705.2", "MGE Switched PDU"),
        power_ups=system("705.1"),
        power_new=system("99999.1"),
    )
    assert left_out(folder) == {
        "power_pdu": "a switched PDU of MGE, of which no MIB is known",
        "power_ups": selection.SYSTEM_ALONE,
        "power_new": "",
    }


def test_a_new_kind_of_power_device_ends_with_an_error_until_somebody_looked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = checkout(tmp_path, power=system("99999.1") + "1.3.6.1.4.1.99999.1.1.0|2|1\n")
    assert left_out(folder) == {"power": ""}
    assert selection.main([str(folder)]) == 1
    assert "power: no reason is known" in capsys.readouterr().out


def test_a_taken_walk_and_its_answers_enter_the_list_with_their_hashes(tmp_path: Path) -> None:
    folder = checkout(tmp_path, new=write_snmprec(fixture("wti-power").rows))
    (folder / "tests/data/new.json").write_text("{}", "utf-8")
    older_groups = json.loads(foreign_files.LIST.read_text("utf-8"))
    walks = [walk for walk in selection.select(folder) if isinstance(walk, Taken)]
    groups = selection.with_walks(older_groups, walks, folder)
    files = {group["folder"]: group["files"] for group in groups}
    assert files["snmp/recordings"] == {}
    assert files["snmp/walks"]["new.snmprec"]["at"] == "snmpsim/new.snmprec"
    assert files["snmp/answers"]["new.json"]["bytes"] == 2
    assert json.loads(selection.list_text(groups)) == groups


def test_the_list_is_as_the_rule_writes_it() -> None:
    text = foreign_files.LIST.read_text("utf-8")
    assert selection.list_text(json.loads(text)) == text


def test_every_walk_of_the_list_has_a_reading_and_none_that_is_left_out() -> None:
    folders = ("snmp/recordings", "snmp/walks", "snmp/centreon")
    walks = {name for folder in folders for name in foreign_files.names(folder)}
    assert set(readings.expected()) == walks
    assert not walks & {name for name, _ in selection.read_left_out()}
    assert set(foreign_files.names("snmp/answers")) <= walks


def test_every_walk_that_is_left_out_has_a_reason() -> None:
    known_reasons = {device for _, device in selection.read_kinds()}
    known_reasons |= {selection.SYSTEM_ALONE, selection.STANDARD_ALONE}
    reasons = [reason for _, reason in selection.read_left_out()]
    assert len(reasons) > 100
    assert set(reasons) <= known_reasons


def test_each_number_of_a_power_device_in_other_programs_leads_to_a_family_or_a_reason() -> None:
    """numbers.csv has each sysObjectID by which LibreNMS (4ab87302), NUT's snmp-ups (6c63f774) and
    Observium's community edition (df77e9d3) know a power device, and their names of it. Families
    that are found by probing may have the number of no company.
    """
    kinds = selection.read_kinds()
    rows = csv_rows(Path(selection.__file__).with_name("numbers.csv"))
    numbers = [row["number"] for row in rows]
    for number in numbers:
        device = tables({detection.SYS_OBJECT_ID: number})
        _, number_for_families = detection.sys_object_id(device, PROFILES)
        likely_families = recognise(number_for_families).likely
        families = likely_families or detection.candidates(number_for_families, PROFILES)
        assert families or any(is_below(number, root) for root, _ in kinds), number
    assert len(numbers) > 180
