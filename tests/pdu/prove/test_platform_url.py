"""`pdu prove platform URL`: one simulated PDU on the local DCImanager, also with other words.

How DCImanager names these calls is not known: the tests show that they are found by a description,
that nothing is tried that is not described, and that what a server only claims is found out.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from pdu.core.cli import exit_codes
from pdu.prove import platform_url
from pdu.prove.dcimanager import Api
from pdu.prove.document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    SIMULATED,
    PlatformPoint,
    PlatformProof,
    parsed,
)
from pdu.prove.unit_reading import Clock
from tests.dcimanager.described import PduCalls, Words
from tests.dcimanager.manager import DciManager
from tests.pdu.prove.rig import FastClock
from tests.pdu.running import run

_STEPS = ("add a PDU", "poll", "switch off", "switch on", "figures", "remove the PDU")
OTHER = Words(
    base="/api/dci/v3",
    description="/api/dci/v3/openapi.json",
    title="DCI back",
    name="device_name",
    handler="handler_id",
    handler_is_id=True,
    address="ip_address",
    settings="handler_settings",
    settings_are_pairs=True,
    identity="port",
    state="enabled",
    states={"UP": True, "DOWN": False, "UNKNOWN": None},
    switch_paths=False,
    figures="consumption",
    is_openapi_3=True,
)


@pytest.fixture(scope="module")
def manager() -> Iterator[DciManager]:
    with DciManager() as made:
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CURL_CA_BUNDLE", str(made.ca_file))
            patch.setenv("DCI_EMAIL", made.email)
            patch.setenv("DCI_PASSWORD", made.password)
            yield made


@pytest.fixture(scope="module")
def simulated() -> Iterator[platform_url.Simulated]:
    with platform_url.simulated("127.0.0.1") as made:
        yield made


def tried(
    manager: DciManager, words: Words, simulated: platform_url.Simulated
) -> dict[str, PlatformPoint]:
    """The steps on a manager with these words."""
    manager.pdu_calls = PduCalls(manager, words)
    clock = FastClock()
    site = platform_url.Site(
        manager.url, manager.email, manager.password, clock=Clock(clock, clock.sleep)
    )
    api = Api(site.url)
    api.log_in(site.email, site.password)
    found = list(platform_url.described(api))
    if not manager.handlers():
        assert platform_url.registered(site).verdict == KEPT
    number = next(str(one.id) for one in manager.handlers() if one.handler == "pdu_nut")
    points = platform_url.Steps(site, api, simulated, found).all(number)
    return {one.point: one for one in points}


def test_each_step_is_made_at_the_local_dcimanager_and_never_counts_as_evidence(
    manager: DciManager, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "platform.json"
    code, text, said = run(capsys, "prove", "platform", manager.url, "-o", str(out), "--yes")
    assert code == exit_codes.DONE, said
    proof = parsed(out.read_text())
    assert isinstance(proof, PlatformProof) and proof.basis == SIMULATED
    points = {one.point: one for one in proof.points}
    assert [points[one].verdict for one in _STEPS] == [KEPT] * len(_STEPS)
    assert points["register.sh"].answers[-1] == "exit code 0"
    assert "list: [{id: number" in points["list of handlers"].answers[1]
    assert "total_consumption is the energy of the PDU in kWh" in points["figures"].answers[0]
    assert "never counts as evidence" in said and "figures" in text
    assert manager.pdus() == [] and [one.handler for one in manager.handlers()] == ["pdu_nut"]
    left = out.read_text() + (tmp_path / "platform.html").read_text() + text + said
    for secret in (manager.password, manager.email, manager.url):
        assert secret not in out.read_text()
    assert manager.password not in left


def test_calls_with_other_words_and_forms_are_found_by_their_description(
    manager: DciManager, simulated: platform_url.Simulated
) -> None:
    points = tried(manager, OTHER, simulated)
    assert [points[one].verdict for one in _STEPS] == [KEPT] * len(_STEPS), points
    assert "identity in 'port', state in 'enabled' (False, True)" in points["poll"].answers[0]
    assert manager.pdus() == []


@pytest.mark.parametrize(
    "words, said",
    [
        (Words(is_described=False), "the description has no POST .../pdu"),
        (
            Words(must={"rack_unit": "integer"}),
            "/api/eservice/v3/pdu needs what is not known here: rack_unit: integer",
        ),
        (
            Words(address="where"),
            "/api/eservice/v3/pdu needs what is not known here: where: string",
        ),
    ],
)
def test_what_is_not_described_or_not_known_is_not_tried(
    words: Words, said: str, manager: DciManager, simulated: platform_url.Simulated
) -> None:
    before = len(manager.requests)
    points = tried(manager, words, simulated)
    assert {one.verdict for one in points.values()} == {NOT_TRIED}
    assert points["add a PDU"].answers == (said,) and manager.pdus() == []
    sent = {(one.method, one.path) for one in manager.requests[before:]}
    assert not [path for method, path in sent if method != "GET" and "/pdu" in path]


def test_a_server_that_only_claims_to_switch_is_found_out(
    manager: DciManager, simulated: platform_url.Simulated
) -> None:
    points = tried(manager, dataclasses.replace(OTHER, switches=False), simulated)
    assert points["poll"].verdict == KEPT
    assert points["switch off"].verdict == BROKEN
    assert "the outlet of the simulated PDU did not go off" in points["switch off"].answers
    assert points["remove the PDU"].verdict == KEPT and manager.pdus() == []


def test_states_that_are_not_the_units_are_named(
    manager: DciManager, simulated: platform_url.Simulated, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(platform_url, "PATIENCE_S", 60.0)
    lies = Words(states={"UP": "off", "DOWN": "on", "UNKNOWN": "unknown"})
    points = tried(manager, lies, simulated)
    assert points["poll"].verdict == BROKEN
    assert any("power_status: text" in one for one in points["poll"].answers)
    assert points["switch off"].verdict == NOT_TRIED and manager.pdus() == []


def test_a_wrong_password_leaves_no_file(
    manager: DciManager,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    out = tmp_path / "p.json"
    monkeypatch.setenv("DCI_PASSWORD", "wrong")
    code, _, said = run(capsys, "prove", "platform", manager.url, "-o", str(out), "--yes")
    assert code == 4 and "DCImanager refused the login" in said
    assert [*tmp_path.iterdir()] == []


def test_nothing_is_sent_without_a_yes(
    manager: DciManager, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = len(manager.requests)
    out = str(tmp_path / "p.json")
    code, _, said = run(capsys, "prove", "platform", manager.url, "-o", out)
    assert code == exit_codes.NOT_CONFIRMED and len(manager.requests) == before
