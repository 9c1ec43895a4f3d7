"""`pdu snmp`: families and users' own profiles (snmp_runs.txt)."""

from __future__ import annotations

import pytest

from handlers.snmp import schema
from handlers.snmp.profiles import PROFILE_BY_KEY
from pdu import root
from tests.pdu.workshop import snmp_runs
from tests.tables import Law, compared


@pytest.mark.parametrize("law", snmp_runs.TABLE.laws(), ids=str)
def test_a_profile_is_checked(law: Law) -> None:
    law.check(compared(snmp_runs.shown))


def test_the_families_and_what_is_written_are_printed_as_markdown(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert root.run(["snmp", "families"]) == 0
    tables = capsys.readouterr().out.split("\n\n")
    assert len(tables) == 2
    for table, family in zip(tables, ("sentry3", "schleifenbauer")):
        lines = table.splitlines()
        assert lines[1].startswith("|---|")
        assert any(f"| `{family}` |" in line for line in lines[2:])


def test_a_table_has_the_families_with_a_word(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "families", "SENTRY"]) == 0
    for table in capsys.readouterr().out.split("\n\n"):
        _, _, *rows = table.splitlines()
        assert any("`sentry3`" in row for row in rows)
        assert len(rows) < 9


def test_a_family_is_shown_as_json_from_which_it_can_be_rebuilt(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert root.run(["snmp", "show", "netio"]) == 0
    shown = capsys.readouterr().out
    assert shown == schema.dumps(PROFILE_BY_KEY["netio"]) + "\n"
    assert schema.dumps(schema.loads(shown)) + "\n" == shown


def test_a_family_with_a_function_is_not_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert root.run(["snmp", "show", "sentry3"]) == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "profile.units is read by a function of the handler" in shown.err
    assert "docs/own-pdu.md" in shown.err
