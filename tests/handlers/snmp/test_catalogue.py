from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import List, Set

import pytest

from handlers.ending import READER_GONE
from handlers.snmp import catalogue, schema
from handlers.snmp.__main__ import main
from handlers.snmp.detect import SYS_OBJECT_ID, candidates, detect
from handlers.snmp.joins import Merged, Only, Prefixed
from handlers.snmp.profile import Outlets, Profile
from handlers.snmp.profiles import PROFILES
from handlers.snmp.sources import Column, Scalar, Span, Spread, Tables
from tests.handlers.snmp.every_part import EVERY_PART
from tests.handlers.snmp.memory import of_rows
from tests.needs import ROOT
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
    probed = {read for candidate in before for outlets in candidate.profile.outlets for read in questions(outlets)}
    said = {question.replace("~", found.reader.root) for question in questions(found.outlets)}
    assert device.asked[0] == f"get {SYS_OBJECT_ID}"
    assert said <= asked
    assert {question for question in asked - said if question.startswith("walk ")} <= probed
    if not before:
        assert len(asked) == len(said)


def questions(outlets: Outlets) -> Set[str]:
    """The reads that the table counts, in the words of the device in memory."""
    return {f"{read.verb.lower()} {read.oid}" for read in catalogue.status_reads(outlets)}


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
    asked = questions(EVERY_PART.outlets[0])
    assert "walk ~.1" in asked and "get 1.3.6.1.4.1.99999.2.0" in asked
    assert questions(EVERY_PART.outlets[1]) == {"get 1.3.6.1.4.1.99999.2.0"}


def test_many_reads_of_one_branch_are_counted_and_objects_named_as_in_the_mib() -> None:
    one_by_one = Spread("1.3.6.1.4.1.99999.3", (Span(1, 8, 2), Span(9, 42, 11)), "outletNStatus", by_get=True)
    by_unit = Tables("1.3.6.1.4.1.99999.5", 1, 8, "2.1.2", "outletPduX")
    states = Merged((Only(one_by_one, Scalar("1.3.6.1.4.1.99999.9.0", "outletCount"), ("1",)), Prefixed("9", by_unit),
                     Prefixed("8", Column("1.3.6.1.4.1.99999.7"))))
    outlets = Outlets(rows=states, count=Scalar("1.3.6.1.4.1.99999.9.0", "outletCount"))
    assert catalogue.costly([Profile("acme", "Acme", ("A",), "ACME-MIB", outlets=(outlets,))]).splitlines()[2] == (
        "| `acme` | 52 | 42 GETs below 1.3.6.1.4.1.99999.3 (outletNStatus), GET of outletCount, "
        "8 walks below 1.3.6.1.4.1.99999.5 (outletPduX), walk of 1.3.6.1.4.1.99999.7 |")


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


def test_a_family_that_is_none_is_one_sentence_and_not_the_list_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["show", "nosuch"])
    said = capsys.readouterr().err
    assert ended.value.code == 2 and "there is no family 'nosuch'" in said and "sentry3" not in said


@pytest.mark.parametrize("arguments", [["devices"], ["show", "rpcm"], ["--help"]], ids=" ".join)
@pytest.mark.parametrize("unbuffered", ["", "1"])
def test_the_tool_ends_quietly_when_its_reader_has_gone(arguments: List[str], unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    try:
        done = subprocess.run([sys.executable, "-m", "handlers.snmp", *arguments], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE,
                              env={**os.environ, "PYTHONUNBUFFERED": unbuffered}, timeout=60)
    finally:
        os.close(writer)
    # argparse itself passes over a help text that cannot be written.
    assert done.returncode in ((READER_GONE, 0) if arguments == ["--help"] else (READER_GONE,)) and done.stderr == b""
