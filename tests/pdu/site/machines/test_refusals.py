"""The table of docs/certain.md about who switches machines and outlets: each cell that says that a
program sends its command or refuses, against simulated PDUs.
"""

from __future__ import annotations

import asyncio
import contextlib
import queue
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Callable, NamedTuple

import pytest

from pdu.fence import command as fence
from pdu.fence.contract import InputOptions, completed
from pdu.gateway.command_log import CommandLog
from pdu.gateway.errors import ApiError
from pdu.gateway.power import PowerRequest
from pdu.gateway.power_service import PowerService
from pdu.nut_driver.nut_variables import CYCLE, OFF, UpsdView
from pdu.nut_driver.outlet_numbers import OutletNumbers
from pdu.nut_driver.unit import DriverCommand, DriverPace, ServedPdu
from pdu.site import owner_files as files
from pdu.site.drawing import drawing_file
from pdu.site.machines import machine_power, outlet
from tests.needs import ROOT
from tests.pdu.fence.site import OUTLET, Site, site
from tests.pdu.running import run
from tests.waiting import PATIENCE_S, until

PAGE = ROOT / "docs" / "certain.md"
SENDS, REFUSES, NO_MACHINES = "sends", "refuses", "–"


class Call(NamedTuple):
    """What a program is asked to switch."""

    at: Site
    #: of the drawing; its cords are at `outlet` of both PDUs
    machine: str
    outlet: str
    capsys: pytest.CaptureFixture[str]
    folder: Path
    #: what the commands printed
    printed: list[str]

    def run(self, *words: str) -> int:
        code, out, errors = run(self.capsys, *words)
        self.printed.extend((out, errors))
        return code

    @property
    def device(self) -> list[str]:
        pdu = self.at.pdus["left"]
        login = ["--username", pdu.user, "--ca-pem", self.at.file("left.pem")]
        return [
            "redfish",
            f"{pdu.host}:{pdu.port}",
            self.outlet,
            *login,
            "--yes",
        ]

    @property
    def files(self) -> list[str]:
        return ["--list", self.at.file("hall.csv"), "--auth", self.at.file("logins.toml")]


def _machine(call: Call, action: str) -> None:
    drawing = ["--drawing", call.at.file("hall.power.toml"), "--confirm", "state"]
    drawing += ["--pause", "0"] if action == "cycle" else []
    state = ["--state-dir", str(call.folder / "state"), "--yes"]
    call.run("machine", action, call.machine, *drawing, *call.files, *state)


def _fence(call: Call) -> None:
    options = call.at.options(action="reboot", plug=call.machine, confirm="state")
    fence.run(InputOptions(completed(options), ()))


def _gateway(call: Call) -> None:
    drawing = drawing_file.read_drawing(call.at.file("hall.power.toml"))
    targets = files.OwnerFiles(call.at.file("hall.csv"), call.at.file("logins.toml")).pdus()

    async def restart() -> None:
        with contextlib.closing(CommandLog(str(call.folder / "gateway.jsonl"))) as book:
            service = PowerService(drawing.machines, targets, book, lambda _: None)
            with contextlib.suppress(ApiError):
                await service.command("c", PowerRequest(call.machine, "restart", 0.0))
            await service.close()

    asyncio.run(restart())


class _Audience:
    def show(self, _: object) -> None:
        pass

    mark = say = show


def _nut(call: Call, action: str) -> None:
    (target,) = files.OwnerFiles(call.at.file("hall.csv"), call.at.file("logins.toml")).pdus(
        {"left"}
    )
    results: queue.Queue[int] = queue.Queue()
    panel, number = UpsdView({}), int(call.outlet)
    with OutletNumbers(str(call.folder / "numbers.json")) as numbers:
        unit = ServedPdu(target, panel, numbers, DriverPace(3600.0, pause=0.0), _Audience())
        unit.start()
        assert until(lambda: panel.identity(number) is not None)
        unit.submit(DriverCommand(number, action, results.put, lambda _: None))
        results.get(timeout=PATIENCE_S)
        unit.end()


TRIALS: Mapping[str, Callable[[Call], object]] = {
    "`pdu on`, `off`": lambda call: call.run("off", *call.device),
    "`pdu cycle`": lambda call: call.run("cycle", *call.device, "--pause", "0"),
    "`pdu machine off`": lambda call: _machine(call, "off"),
    "`pdu machine cycle`": lambda call: _machine(call, "cycle"),
    "`pdu fence`, off and reboot": _fence,
    "`pdu gateway`, off and restart": _gateway,
    "`pdu nut-driver`, `load.off`": lambda call: _nut(call, OFF),
    "`pdu nut-driver`, `load.cycle`": lambda call: _nut(call, CYCLE),
}
#: heads of the columns -> what the outlets of the machine read
STATES: Mapping[str, Any] = {"off already": False, "state not known": None, "protected": True}


def table() -> Mapping[str, Mapping[str, str]]:
    """The cells of the table by program and head."""
    rows = [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        for line in PAGE.read_text().partition("## Machines")[2].partition("\n## ")[0].splitlines()
        if line.startswith("|")
    ]
    head, _, *lines = rows
    return {line[0]: dict(zip(head, line)) for line in lines}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with site(tmp_path_factory.mktemp("site")) as made:
        yield made


def test_each_program_of_the_table_is_tried_and_each_trial_is_in_the_table() -> None:
    assert set(table()) == set(TRIALS)


@pytest.mark.parametrize("program", TRIALS)
def test_a_program_sends_or_refuses_as_the_table_says(
    program: str,
    place: Site,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for module in (outlet, machine_power):
        monkeypatch.setattr(module, "AGAIN_S", 0.02)
    monkeypatch.setenv("PDU_PASSWORD", place.pdus["left"].password)
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    cells = {"on": SENDS, **{head: table()[program][head] for head in STATES}}
    found: dict[str, str] = {}
    printed: list[str] = []
    for head, cell in cells.items():
        if cell == NO_MACHINES:
            found[head] = cell
            continue
        is_protected = head == "protected"
        call = Call(
            place,
            "core" if is_protected else "srv-1",
            "4" if is_protected else OUTLET,
            capsys,
            tmp_path / head.replace(" ", "-"),
            printed,
        )
        call.folder.mkdir()
        for pdu in place.pdus.values():
            pdu.turn(call.outlet, True)
            if not is_protected:
                pdu.outlet(OUTLET).on = STATES.get(head, True)
        before = len(place.commands())
        TRIALS[program](call)
        found[head] = SENDS if len(place.commands()) > before else REFUSES
    assert found == cells, "\n".join(printed)
