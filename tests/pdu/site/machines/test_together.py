"""Four machines of one rack, off and restarted at once and some seconds apart, in real time: by
agents, each a process, and by a gateway. All are proven.
"""

from __future__ import annotations

import contextlib
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import pytest

from handlers.shared.meter_figures import MeterFigures
from pdu.site.machines.evidence import EvidenceFile, MachineEvidence, VerifiedCord
from tests.needs import ROOT
from tests.pdu.gateway.running import gateway
from tests.pdu.monitoring.halls import PDU, environment, private
from tests.pdu.site.machines.physics import Load, Machine, Meter, Pdu, Room, Supply
from tests.pdu.site.machines.room_wire import TOKEN, NutPdu, RealRoom
from tests.simulators.nut_server import ADMIN, NutServer
from tests.waiting import PATIENCE_S

NAMES = ("m1", "m2", "m3", "m4")
PDUS = ("left", "right")


class Rack(NamedTuple):
    """Two PDUs and four machines, each with a cord at both, and the files of their owner."""

    folder: Path
    room: Room

    def runs(self, name: str) -> bool:
        self.room.advance(0.0)
        return self.room.answers(self.room.machines[name])

    def agent(self, action: str, plug: str) -> subprocess.Popen[str]:
        files = {"list": "hall.csv", "auth": "logins.toml", "drawing": "hall.power.toml"}
        given = {key: str(self.folder / name) for key, name in files.items()}
        given.update(action=action, plug=plug, power_wait="1", state_dir=str(self.folder / "state"))
        process = subprocess.Popen(
            [*PDU, "fence"],
            cwd=ROOT,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdin is not None
        process.stdin.write("".join(f"{key}={value}\n" for key, value in given.items()))
        process.stdin.close()
        process.stdin = None
        return process


@pytest.fixture
def rack(tmp_path: Path) -> Iterator[Rack]:
    meter = Meter(0.01, 1.0, 3.0)
    pdus = [Pdu(name, meter=meter, inlet_meter=meter, serial=f"SN-{name}") for name in PDUS]
    machines = [
        Machine(name, [Supply(pdu, place) for pdu in PDUS], Load(300.0, 0.8, 1.2))
        for place, name in enumerate(NAMES, 1)
    ]
    room = Room(pdus, machines, "together")
    wired = RealRoom(room)
    with contextlib.ExitStack() as stack:
        rows = ["name,handler,address,auth,settings"]
        for name in PDUS:
            server = stack.enter_context(NutServer([NutPdu(name, wired)]))
            rows.append(f"{name},nut,127.0.0.1:{server.port},admin,device={name}")
        (tmp_path / "hall.csv").write_text("\n".join([*rows, ""]))
        private(
            tmp_path / "logins.toml",
            f'[auth.admin]\nusername = "{ADMIN.name}"\npassword = "{ADMIN.password}"\n',
        )
        drawn = ['[[feed]]\nname = "A"']
        drawn += [f'[[pdu]]\nname = "{name}"\ninputs = ["A"]' for name in PDUS]
        drawn += [
            f'[[machine]]\nname = "{name}"\ncords = ["left/{place}", "right/{place}"]'
            for place, name in enumerate(NAMES, 1)
        ]
        (tmp_path / "hall.power.toml").write_text("\n".join([*drawn, ""]))
        private(
            tmp_path / "clients.toml",
            '[client.admin]\ntoken_file = "admin.token"\nmachines = ["*"]\n'
            'may = ["read", "switch"]\n',
        )
        private(tmp_path / "admin.token", TOKEN + "\n")
        with EvidenceFile(str(tmp_path / "hall.verified.jsonl")).appending() as file:
            for place, name in enumerate(NAMES, 1):
                cords = [
                    VerifiedCord(pdu, str(place), "", f"SN-{pdu}", MeterFigures(0.65, 150.0))
                    for pdu in PDUS
                ]
                others = [(pdu, str(n)) for pdu in PDUS for n in range(1, 5) if n != place]
                file.append(
                    MachineEvidence(name, time.time() - 60, cords, 1.0, 3.0, 3.0, "", others)
                )
        yield Rack(tmp_path, room)


@pytest.mark.long
@pytest.mark.parametrize(
    "actions, gaps_s",
    [
        (("off", "reboot"), (25.0,)),
        (("reboot", "reboot", "off", "reboot"), (0.0, 4.0, 10.0)),
    ],
    ids=["two", "four"],
)
def test_agents_prove_machines_of_one_rack(
    actions: Sequence[str], gaps_s: Sequence[float], rack: Rack
) -> None:
    running = []
    for name, action, gap_s in zip(NAMES, actions, (0.0, *gaps_s)):
        time.sleep(gap_s)
        running.append(rack.agent(action, name))
    for number, process in enumerate(running):
        _, err = process.communicate(timeout=PATIENCE_S)
        assert process.returncode == 0, err
        assert ("is on again" in err) is (actions[number] == "reboot"), err
        assert rack.runs(NAMES[number]) is (actions[number] == "reboot")


@pytest.mark.long
@pytest.mark.parametrize("gaps_s", [(0.0, 4.0, 10.0), (25.0, 0.0, 4.0)], ids=["at once", "apart"])
def test_a_gateway_proves_machines_of_one_rack(gaps_s: Sequence[float], rack: Rack) -> None:
    options = ["--confirm", "current", "--pause", "1", "--state-dir", str(rack.folder / "state")]
    answers: dict[str, str] = {}
    with gateway(rack.folder, *options) as running:

        def restart(name: str) -> None:
            answer = running.switch(name, "restart")
            answers[name] = f"{answer.status} {answer.text}"

        threads = [threading.Thread(target=restart, args=(name,)) for name in NAMES]
        for thread, gap_s in zip(threads, (0.0, *gaps_s)):
            time.sleep(gap_s)
            thread.start()
        for thread in threads:
            thread.join(PATIENCE_S)
    assert len(answers) == len(NAMES)
    assert all(answer.startswith("200 ") for answer in answers.values()), answers
    assert all(rack.runs(name) for name in NAMES)
