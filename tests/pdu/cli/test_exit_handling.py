"""The end of a program whose output cannot be written, and a package that is missing."""

from __future__ import annotations

import io
import json
import logging
import os
import re
import sys

import pytest

from pdu.cli import exit_handling
from pdu.cli.exit_codes import INTERRUPTED, READER_GONE
from pdu.cli.exit_handling import OutputError, missing_package_advice
from tests.needs import ROOT
from tests.pdu.running import options
from tests.pdu.test_start import PDU, UNWRITABLE, needs_full, run
from tests.servers.peers import PEERS


def test_packages_that_pdu_requires_are_to_be_installed() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    _, _, rest = text.partition("dependencies = [")
    dependencies, _, _ = rest.partition("]")
    names = re.findall(r'"(\w+)[>;]', dependencies)
    assert len(names) > 2
    for name in names:
        assert missing_package_advice(ModuleNotFoundError(name=name))


class Full(io.StringIO):
    """A stream on a full disk."""

    def write(self, text: str) -> int:
        raise OutputError("No space left on device")


def test_a_log_that_cannot_be_written_fails_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    """logging would tell of it on standard error, which cannot be written either."""
    handler = logging.StreamHandler(Full())
    monkeypatch.setattr(logging, "raiseExceptions", True)
    monkeypatch.setattr(sys, "stderr", Full())

    def main() -> int:
        handler.handle(logging.makeLogRecord({"msg": "outlet 3 is off"}))
        return 7

    assert exit_handling.run(main) == 7


# With PYTHONUNBUFFERED=1 the output fails when a line is printed, otherwise when the buffer is
# flushed.
UNBUFFERED = pytest.mark.parametrize("unbuffered", ["", "1"])


@UNBUFFERED
def test_a_broken_pipe_ends_the_command_quietly(unbuffered: str) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    command = [*PDU, "snmp", "show", "netio"]
    try:
        process = run(command, stdout=writer, variables={"PYTHONUNBUFFERED": unbuffered})
    finally:
        os.close(writer)
    assert (process.returncode, process.stderr) == (READER_GONE, "")


@needs_full
@UNBUFFERED
@pytest.mark.parametrize("words", ["snmp show netio", "--version", "status nut --json"])
def test_an_output_that_cannot_be_written_is_named_in_one_line(words: str, unbuffered: str) -> None:
    with open("/dev/full", "wb") as full:
        command = [*PDU, *words.split()]
        process = run(command, stdout=full, variables={"PYTHONUNBUFFERED": unbuffered})
    assert (process.returncode, process.stderr) == (2, f"{UNWRITABLE}\n")


@pytest.mark.parametrize("words", ["--version", "supports AP8959"])
def test_a_closed_standard_output_is_an_output_that_cannot_be_written(words: str) -> None:
    process = run(["sh", "-c", f"'{sys.executable}' -m pdu {words} >&-"])
    (line,) = process.stderr.splitlines()
    assert process.returncode == 2
    assert line.startswith("settings: the standard output cannot be written")


@needs_full
def test_the_exit_code_is_2_if_neither_output_nor_errors_can_be_written() -> None:
    with open("/dev/full", "wb") as full:
        process = run([*PDU, "snmp", "show", "netio"], stdout=full, stderr=full)
    assert process.returncode == 2


@needs_full
@pytest.mark.parametrize("is_gone", [True, False], ids=["a pipe without a reader", "a full disk"])
def test_ctrl_c_has_its_exit_code_even_if_standard_error_cannot_be_written(is_gone: bool) -> None:
    program = (
        "import signal\nfrom pdu.cli import exit_handling\n"
        "raise SystemExit(exit_handling.run(lambda: signal.raise_signal(signal.SIGINT) or 0))"
    )
    if is_gone:
        reader, writer = os.pipe()
        os.close(reader)
    else:
        writer = os.open("/dev/full", os.O_WRONLY)
    try:
        process = run([sys.executable, "-c", program], stderr=writer)
    finally:
        os.close(writer)
    assert (process.returncode, process.stdout) == (INTERRUPTED, "")


@needs_full
def test_a_reading_is_printed_although_its_warning_cannot_be() -> None:
    with PEERS["nut"]() as peer, open("/dev/full", "wb") as full:
        arguments, secrets = options(peer)
        variables = {f"PDU_{key.upper()}": value for key, value in secrets.items()}
        # it meters its input's current and not its power, which is a warning
        command = [*PDU, "statistic", "nut", peer.address, *arguments, "--json"]
        process = run(command, stderr=full, variables=variables)
    assert process.returncode == 0
    assert json.loads(process.stdout)["outlets"]
