"""`pdu prove`: what it asks, sends, refuses and leaves (proofs.txt), on units of every handler."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from pdu.cli import exit_codes
from pdu.evidence.prove import command, run as proof_run
from pdu.evidence.prove.document import FORMAT, SIMULATED
from pdu.loading import handler_recordings
from pdu.loading.handler_loading import LoadedHandler
from tests.pdu.evidence.prove import proofs
from tests.pdu.evidence.prove.samples import FOLDER, SAMPLES
from tests.pdu.running import options, run
from tests.peers import PEERS
from tests.tables import Law, compared


@pytest.mark.parametrize("law", proofs.TABLE.laws(), ids=str)
def test_a_unit_is_proven(law: Law) -> None:
    law.check(compared(proofs.shown))


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proof_run, "AGAIN_S", 0.0)


@pytest.mark.parametrize("name", PEERS)
def test_a_unit_of_every_handler_is_recorded_called_and_switched_off_and_on(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "proof.json"
    with PEERS[name]() as peer:
        arguments, secrets = options(peer)
        for key, value in secrets.items():
            monkeypatch.setenv(f"PDU_{key.upper()}", value)
        states = peer.truth().states
        identity = next(identity for identity, is_on in states.items() if is_on)
        # typed twice, because it is not shown idle: an outlet of a simulated unit carries something
        words = [name, peer.address, "--outlet", identity, "--outlet", identity, "--yes"]

        code, out, _ = run(capsys, "prove", *words, *arguments, "-o", str(file), "--json")

        assert code == exit_codes.DONE
        assert json.loads(out)["surprises"] == []
        assert peer.truth().states == states

    text = file.read_text()
    proof = json.loads(text)
    assert proof["proof"] == FORMAT
    assert proof["basis"] == SIMULATED
    assert proof["handler"] == name
    methods = [call["method"] for call in proof["calls"]]
    assert methods == ["status", "statistic", "port_down", "status", "port_up", "status"]
    kind = handler_recordings.recording(name)
    assert kind is not None
    assert kind.is_recording("\n".join(proof["recording"]))
    for secret in secrets.values():
        # a shorter one is also a common word
        assert len(secret) <= 7 or secret not in text
    assert file.stat().st_mode & 0o077 == 0


def test_the_name_of_a_pdu_may_be_a_number(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    handler = LoadedHandler("x", "x", proofs.Unit().make, (), False)
    monkeypatch.setattr(command, "load", lambda name: handler)
    fleet = tmp_path / "list.csv"
    fleet.write_text("name,handler,address\n12,nut,192.0.2.7\n")
    words = ["prove", "12", "--list", str(fleet), "-o", str(tmp_path / "p.json")]
    code, out, err = run(capsys, *words)
    assert code == exit_codes.DONE, out + err


@pytest.mark.parametrize("name", SAMPLES)
def test_an_example_is_simulated_and_its_recording_can_be_served(name: str) -> None:
    proof = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    assert proof["proof"] == FORMAT
    assert proof["basis"] == SIMULATED
    kind = handler_recordings.recording(proof["handler"])
    assert kind is not None
    assert kind.is_recording("\n".join(proof["recording"]))
