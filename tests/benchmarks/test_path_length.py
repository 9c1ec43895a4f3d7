from __future__ import annotations

import pytest

from handlers import registry
from tests.benchmarks.path_length import SIMULATED, main, measured

# Limits for the code that somebody must read to find a fault in a status: its lines, its files, and the calls between files.
LIMITS = {"raritan": (1700, 15, 100), "nut": (1550, 18, 225), "snmp": (1500, 17, 200), "redfish": (1550, 16, 100)}
OTHERS = (1500, 15, 100)                # the limits of a handler that is not in LIMITS


def test_every_handler_has_a_simulated_device_and_only_handlers_have_limits() -> None:
    assert set(LIMITS) <= set(SIMULATED) == set(registry.names())


@pytest.mark.parametrize("handler", SIMULATED)
def test_a_status_path_begins_at_the_handler_and_stays_within_the_limits(handler: str) -> None:
    with SIMULATED[handler]() as data:
        path = measured(handler, data)
    begin = f"handlers/{handler}/handler.py"
    assert next(iter(path.files)) == begin
    assert all(lines > 0 for lines in path.files.values()) and "tests" not in str(path.files)
    lines, files, calls = LIMITS.get(handler, OTHERS)
    assert sum(path.files.values()) <= lines and len(path.files) <= files and sum(path.between.values()) <= calls, str(path)
    assert {begin, *(callee for _, callee in path.between)} == set(path.files)


def test_the_program_prints_a_line_for_the_handler_and_its_files(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["nut", "--files"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("nut: ") and "calls between files" in lines[0]
    assert any("handlers/nut/handler.py" in line for line in lines[1:])
