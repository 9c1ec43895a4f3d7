from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from tests.conformance import hosts
from tests.conformance.hosts import Host


def test_the_table_shows_differences_and_missing_pythons() -> None:
    every = Counter({"nut": 3, "raritan": 3, "redfish": 3, "snmp": 4})
    rows = hosts.table(
        [
            Host("3.9", "", every, Counter(), []),
            Host("3.10", "there is no such Python here", Counter(), Counter(), []),
            Host("3.11", "", every, Counter({"snmp": 2}), ["one", "two"]),
        ]
    )
    assert rows[0] == "| archive | Python 3.9 | Python 3.10 | Python 3.11 |"
    assert rows[2:] == sorted(rows[2:])
    assert "| `pdu_nut` | 3 | not tried: there is no such Python here | 3 |" in rows
    assert (
        "| `pdu_snmp` | 4 | not tried: there is no such Python here | **2 of 4 differ** |" in rows
    )


@pytest.mark.parametrize(
    "host, code",
    [
        (Host("3.9", "", Counter({"nut": 1}), Counter(), []), 0),
        (Host("3.9", "none", Counter(), Counter(), []), 1),
        (
            Host(
                "3.9",
                "",
                Counter({"nut": 1}),
                Counter({"nut": 1}),
                ["form, pdu_nut: states: 1 instead of 2"],
            ),
            1,
        ),
    ],
)
def test_the_exit_code_is_1_if_a_python_is_missing_or_a_form_differs(
    host: Host, code: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(hosts, "tried", lambda version, program: host)
    assert hosts.main(["--python", "3.9"]) == code
    shown = capsys.readouterr().out
    assert all(f"3.9: {line}\n" in shown for line in host.differences)


def test_a_failed_environment_is_reported_with_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: Any = tmp_path / "python3.9"
    broken.write_text("#!/bin/sh\necho no module named venv\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setattr(hosts, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").write_text("pysnmp>=7,<8   # SNMP\n")
    # of an environment whose Python is gone
    stamp = tmp_path / ".cache" / "python-3.9" / "installed"
    stamp.parent.mkdir(parents=True)
    stamp.write_text("pysnmp>=7,<8")
    assert hosts.environment("3.9", broken) == ("", "no module named venv")
    broken.write_text("#!/bin/sh\nexec sleep 60\n")
    monkeypatch.setattr(hosts, "_INSTALL_SECONDS", 0.1)
    assert hosts.environment("3.9", broken) == ("", "the installation did not end within 0.1 s")
