from __future__ import annotations

from pathlib import Path

import pytest

from handlers.snmp import catalogue, schema
from handlers.snmp.__main__ import main
from handlers.snmp.detect import SYS_OBJECT_ID, candidates, detect
from handlers.snmp.profiles import PROFILES
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import of_rows
from tests.simulators.snmp_agent import BUILT_IN


@pytest.mark.parametrize("key", sorted(set(BUILT_IN) & {profile.key for profile in PROFILES}))
def test_a_status_asks_for_exactly_what_the_table_of_costs_says(key: str) -> None:
    """And for no more than the states of families that share its sysObjectID and stand before it."""
    device = of_rows(BUILT_IN[key]().device.rows())
    profile = next(profile for profile in PROFILES if profile.key == key)
    found = detect(device, PROFILES)
    assert found.outlets is profile.outlets[0]
    asked = set(device.asked[1:])
    tried = list(candidates(str(device.get(SYS_OBJECT_ID)), PROFILES))
    before = tried[:[candidate.profile for candidate in tried].index(profile)]
    probed = {read for candidate in before for outlets in candidate.profile.outlets for read in catalogue.status_reads(outlets)}
    said = {read.replace("~", found.reader.root) for read in catalogue.status_reads(found.outlets)}
    assert device.asked[0] == f"get {SYS_OBJECT_ID}"
    assert {read for read in said if read.startswith("walk ")} <= asked
    assert {read for read in asked - said if read.startswith("walk ")} <= probed
    if not before:
        assert len(asked) == len(said)


@pytest.mark.parametrize("call", ["devices", "identities", "costly"])
def test_the_tables_have_a_row_for_each_family_that_they_are_about(call: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([call]) == 0
    lines = capsys.readouterr().out.splitlines()
    listed = {line.split("`")[1] for line in lines[2:]}
    with_outlets = {profile.key for profile in PROFILES if profile.outlets}
    costly = {p.key for p in PROFILES if p.outlets and len(catalogue.status_reads(p.outlets[0])) > 1}
    assert listed == {"devices": {p.key for p in PROFILES}, "identities": with_outlets, "costly": costly}[call]
    assert len({line.count("|") for line in lines}) == 1


def test_reads_of_every_kind_of_source_are_counted() -> None:
    reads = catalogue.status_reads(EVERY_PART.outlets[0])
    assert "walk ~.1" in reads and "get 1.3.6.1.4.1.99999.2.0" in reads
    by_unit = [read for read in catalogue.status_reads(EVERY_PART.outlets[1])]
    assert by_unit == ["get 1.3.6.1.4.1.99999.2.0"]


def test_a_family_is_shown_as_json_that_builds_it_again(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "sentry3"]) == 0
    assert schema.loads(capsys.readouterr().out) in PROFILES


def test_a_profile_of_ones_own_is_checked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "acme.json"
    file.write_text(schema.dumps(EVERY_PART), "utf-8")
    assert main(["check", str(file)]) == 0
    file.write_text("{}", "utf-8")
    assert main(["check", str(file)]) == 2
    assert "profile.key: this key is missing" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "none.json")]) == 2


def test_the_parts_can_be_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["parts"]) == 0
    assert "| WritePacked |" in capsys.readouterr().out
