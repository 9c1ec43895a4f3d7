"""The watch of tests/secrecy.py finds a secret in output, a log line, an error, a program's
arguments and a file.
"""

from __future__ import annotations

import base64
import logging
import subprocess
import sys
from pathlib import Path

import pytest

from handlers.shared.errors import Unreachable
from pdu.files.whole_files import write_atomically
from tests.waiting import PATIENCE_S

from .secrecy import PLAIN, WATCH, shown

SECRET = PLAIN[0]


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        f"x{SECRET}y",
        base64.b64encode(f"admin:{SECRET}".encode()).decode(),
        SECRET.replace("-", "%2D"),
    ],
)
def test_a_secret_is_seen_plain_and_encoded(text: str) -> None:
    assert shown(text)
    assert not shown("own words")


def test_a_secret_in_a_log_line_an_error_or_a_programs_arguments_is_seen() -> None:
    WATCH.found()
    WATCH.handle(logging.makeLogRecord({"msg": "the password is %s", "args": (SECRET,)}))
    Unreachable(f"no answer to {SECRET}")
    subprocess.run([sys.executable, "-c", "", SECRET], check=True, timeout=PATIENCE_S)
    assert [where for where, _ in WATCH.found()] == [
        "a log line",
        "the text of Unreachable",
        "the arguments of a program",
    ]
    Unreachable("no answer")
    assert WATCH.found() == []


def test_a_secret_in_output_that_a_test_reads_or_in_a_programs_output_is_seen(
    capsys: pytest.CaptureFixture[str],
) -> None:
    WATCH.found()
    print(SECRET)
    assert capsys.readouterr().out == f"{SECRET}\n"
    subprocess.run(
        [sys.executable, "-c", f"print({SECRET[:5]!r} + {SECRET[5:]!r})"],
        check=True,
        timeout=PATIENCE_S,
        capture_output=True,
    )
    assert [where for where, _ in WATCH.found()] == [
        "the output that the test read",
        "the output of a program",
    ]


@pytest.mark.parametrize(
    "host, operation", [(f"{SECRET}.example.net", "status"), ("192.0.2.7", f"device {SECRET}")]
)
def test_a_secret_in_the_host_or_operation_of_an_error_is_seen(host: str, operation: str) -> None:
    WATCH.found()
    Unreachable("no answer").at(host, operation)
    assert [where for where, _ in WATCH.found()] == ["the text of Unreachable"]


def test_a_secret_is_seen_in_a_file_that_the_project_writes_but_not_in_one_of_a_test(
    tmp_path: Path,
) -> None:
    write_atomically(str(tmp_path / "report.txt"), SECRET.encode())
    (tmp_path / "secret-of-a-test").write_text(SECRET)
    assert [where for where, _ in WATCH.found()] == ["the file report.txt"]
