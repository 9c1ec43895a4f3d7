"""`pdu prove platform https://SERVER` at the local DCImanager, with an owner who does what it asks
for, and with owners and platforms of whom something is wrong.
"""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Callable

import pytest

from handlers.shared.address import Address
from pdu.core.cli import exit_codes
from pdu.prove import arrivals, platform_url
from pdu.prove.arrivals import Arrival, Sight
from pdu.prove.document import (
    BROKEN,
    KEPT,
    NOT_TRIED,
    SIMULATED,
    PlatformPoint,
    PlatformProof,
    parsed,
)
from pdu.prove.platform_copy import ENERGY
from pdu.prove.simulated_pdu import simulated_pdu
from tests.dcimanager.client import Client
from tests.dcimanager.manager import DciManager
from tests.needs import ROOT, program
from tests.packaging.building import archive
from tests.pdu.prove.dcimanager_owner import Owner
from tests.pdu.running import run
from tests.waiting import PATIENCE_S

_STEPS = ("login", "add a PDU", "switch off", "states", "switch on", "polls", "load", "energy")
Uploaded = Callable[[DciManager], pytest.MonkeyPatch]
# calls of one poll of the stand-in, and its timer, are this close; DCImanager's timer is 300 s
_GAP_S, _TIMER_S = 0.7, 1.5


@pytest.fixture(autouse=True)
def registering() -> None:
    """register.sh runs curl."""
    program("curl")


@pytest.fixture(scope="module")
def manager() -> Iterator[DciManager]:
    with DciManager(page_port=0, poll_seconds=_TIMER_S) as made:
        yield made


@pytest.fixture
def silent() -> Iterator[DciManager]:
    """A DCImanager that never polls."""
    with DciManager(page_port=0) as made:
        yield made


@pytest.fixture(scope="module")
def nut_archive() -> bytes:
    return archive(ROOT / "handlers", "nut")


@pytest.fixture
def told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(arrivals, "POLL_GAP_S", _GAP_S)
    monkeypatch.setenv("DCI_IDS", str(tmp_path / "ids"))
    return monkeypatch


@pytest.fixture
def uploaded(told: pytest.MonkeyPatch, nut_archive: bytes) -> Uploaded:
    """A function that uploads the handler, so that the command need not build and register it."""

    def upload(manager: DciManager) -> pytest.MonkeyPatch:
        if not manager.handlers():
            Client(manager).install(nut_archive, "pdu_nut")
        point = PlatformPoint("register.sh", KEPT, ("exit code 0",))
        told.setattr(platform_url, "registered", lambda access: point)
        return told

    return upload


def login(monkeypatch: pytest.MonkeyPatch, manager: DciManager) -> None:
    monkeypatch.setenv("CURL_CA_BUNDLE", str(manager.ca_file))
    monkeypatch.setenv("DCI_EMAIL", manager.email)
    monkeypatch.setenv("DCI_PASSWORD", manager.password)


def proven(
    monkeypatch: pytest.MonkeyPatch, owner: Owner, folder: Path, *more: str
) -> tuple[int, dict[str, PlatformPoint], str]:
    """Exit code, the points of the file by name, and what the command said."""
    login(monkeypatch, owner.manager)
    code, said = owner.run(monkeypatch, "-o", str(folder / "p.json"), *more)
    proof = parsed((folder / "p.json").read_text())
    assert isinstance(proof, PlatformProof) and proof.basis == SIMULATED
    assert owner.manager.pdus() == []
    return code, {one.point: one for one in proof.points}, said


def test_each_step_is_judged_by_what_arrives_and_by_what_the_owner_sees(
    manager: DciManager,
    told: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    code, points, said = proven(told, Owner(manager), tmp_path)
    assert code == exit_codes.DONE, said
    assert {one: points[one].verdict for one in _STEPS} == dict.fromkeys(_STEPS, KEPT), points
    assert points["register.sh"].answers[-1] == "exit code 0"
    assert points["login"].answers == (
        "username, password and device arrived as they were typed, from 1 address",
    )
    assert points["switch off"].answers[0] == "off to outlet 3"
    assert "the handler read back off" in points["switch off"].answers[2]
    assert points["states"].answers == ("DCImanager shows 2, 3, 5 off, as the PDU is",)
    assert points["polls"].answers[0].split(" polls, 0, ")[0].isdigit()
    assert (
        points["energy"].answers[0].endswith(" kWh") and "register" in points["energy"].answers[0]
    )
    assert points[ENERGY].answers == ("yes",) and points["remove the PDU"].verdict == KEPT
    assert [one.handler for one in manager.handlers()] == ["pdu_nut"]
    assert "never counts as evidence" in said and "Add PDU" in said
    written = (tmp_path / "p.json").read_text() + (tmp_path / "p.html").read_text()
    for private in (manager.password, manager.email, manager.url, "127.0.0.1"):
        assert private not in written
    assert manager.password not in written + said + capsys.readouterr().out


def test_an_owner_who_sees_other_states_and_figures_than_the_pdu_has(
    manager: DciManager, uploaded: Uploaded, tmp_path: Path
) -> None:
    owner = Owner(
        manager,
        sees_off=lambda off: "2, 9\n2 4",  # 9 is no outlet: he is asked again
        sees_load=lambda load: f"much\n{2 * load:g} A",
        sees_energy=lambda energy: "none",
    )
    code, points, said = proven(uploaded(manager), owner, tmp_path)
    assert code == exit_codes.NOT_SEEN
    assert points["states"].verdict == points["load"].verdict == BROKEN
    assert points["states"].answers == (
        "DCImanager shows 2, 4 off; the simulated PDU has 2, 3, 5 off",
    )
    assert "'2, 9' is not a list of numbers from 1 to 8, such as 1, 4" in said
    assert "'much' is not a number such as 3.68" in said
    assert "the simulated PDU answered" in points["load"].answers[0]
    assert points["energy"].verdict == NOT_TRIED and points[ENERGY].answers == ("no",)


def test_a_wrong_login_is_named_and_can_be_corrected_meanwhile(
    manager: DciManager, uploaded: Uploaded, tmp_path: Path
) -> None:
    typed = "my own secret"
    owner = Owner(manager, mistypes=lambda settings: settings.update(password=typed), corrects=True)
    _, points, said = proven(uploaded(manager), owner, tmp_path)
    assert "the password is not the one of the form: correct it in DCImanager" in said
    assert points["login"].verdict == points["add a PDU"].verdict == KEPT
    assert typed not in (tmp_path / "p.json").read_text() + said


@pytest.mark.sample(1)
@pytest.mark.parametrize(
    "change, finding",
    [
        ({"password": "x"}, "the password is not the one of the form"),
        ({"username": "x"}, "the username is not the one of the form"),
        ({"device": "x"}, "the device is not the one of the form"),
        ({"username": ""}, "no username arrived"),
    ],
)
def test_a_login_that_stays_wrong_is_named_in_the_file(
    change: dict[str, str],
    finding: str,
    manager: DciManager,
    uploaded: Uploaded,
    tmp_path: Path,
) -> None:
    def mistype(settings: dict[str, str]) -> None:
        settings.update(change)
        for key in [key for key, value in settings.items() if not value]:
            del settings[key]

    owner = Owner(manager, mistypes=mistype)
    code, points, _ = proven(uploaded(manager), owner, tmp_path, "--minutes", "0.1")
    assert code == exit_codes.NOT_SEEN
    assert points["login"] == PlatformPoint("login", BROKEN, (finding,))
    assert points["add a PDU"].answers == ("no poll could read the simulated PDU within 6 s",)
    assert points["switch off"].verdict == points["energy"].verdict == NOT_TRIED


def test_a_platform_that_never_polls_is_told_so_in_the_stated_time(
    silent: DciManager, uploaded: Uploaded, tmp_path: Path
) -> None:
    code, points, _ = proven(uploaded(silent), Owner(silent), tmp_path, "--minutes", "0.05")
    assert code == exit_codes.NOT_SEEN
    assert points["add a PDU"].verdict == BROKEN
    assert (
        points["add a PDU"]
        .answers[0]
        .startswith("no poll reached the simulated PDU within 3 s: the task of DCImanager")
    )
    assert {points[one].verdict for one in _STEPS if one != "add a PDU"} == {NOT_TRIED}
    assert points[ENERGY].verdict == NOT_TRIED


def test_a_platform_that_switches_another_port_or_none(
    manager: DciManager, uploaded: Uploaded, tmp_path: Path
) -> None:
    owner = Owner(manager, clicks=lambda outlet, to: ("4", to) if to == "off" else ("", to))
    _, points, _ = proven(uploaded(manager), owner, tmp_path, "--minutes", "0.1")
    assert points["switch off"].verdict == points["switch on"].verdict == BROKEN
    assert points["switch off"].answers[0] == "off to outlet 4"
    assert points["states"].answers == ("DCImanager shows 2, 4, 5 off, as the PDU is",)
    assert points["switch on"].answers == (
        "no command arrived at the simulated PDU after the click",
    )


def test_what_the_owner_cannot_do_is_not_tried(
    manager: DciManager, uploaded: Uploaded, tmp_path: Path
) -> None:
    _, points, _ = proven(uploaded(manager), Owner(manager, adds="no", removes="no"), tmp_path)
    assert points["add a PDU"].answers == ("the owner says that it cannot be added",)
    assert points["switch off"].verdict == NOT_TRIED
    assert "remove the PDU pdu-prove-simulated" in points["remove the PDU"].answers[0]
    other = tmp_path / "other"
    other.mkdir()
    _, points, _ = proven(uploaded(manager), Owner(manager, clicks=lambda outlet, to: None), other)
    assert points["switch off"].answers == ("the owner found no such button",)
    assert points["states"].verdict == KEPT


def test_without_answers_only_polls_are_tried(
    manager: DciManager,
    uploaded: Uploaded,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The input ends at once: nobody adds a PDU, and the file says what was not tried."""
    patch = uploaded(manager)
    login(patch, manager)
    patch.setattr("sys.stdin", io.StringIO())
    out = str(tmp_path / "p.json")
    arguments = ("prove", "platform", manager.url, "--yes", "-o", out, "--minutes", "0.02")
    code, shown, said = run(capsys, *arguments)
    assert code == exit_codes.NOT_SEEN, said
    assert "no poll reached the simulated PDU" in shown
    assert manager.password not in shown + said


def test_a_wrong_password_and_an_untrusted_certificate_leave_no_file(
    manager: DciManager,
    told: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    login(told, manager)
    out = tmp_path / "p.json"
    arguments = ("prove", "platform", manager.url, "-o", str(out), "--yes")
    told.setenv("DCI_PASSWORD", "wrong")
    code, _, said = run(capsys, *arguments)
    assert code == exit_codes.code_of("denied") and "the login of" in said
    login(told, manager)
    told.delenv("CURL_CA_BUNDLE")
    code, _, said = run(capsys, *arguments)
    assert code == exit_codes.code_of("unreachable") and "is not trusted" in said
    assert not out.exists() and manager.pdus() == []


def test_nothing_is_sent_without_a_yes(
    manager: DciManager,
    told: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    login(told, manager)
    before = len(manager.requests)
    code, _, said = run(capsys, "prove", "platform", manager.url, "-o", str(tmp_path / "p.json"))
    assert code == exit_codes.NOT_CONFIRMED and len(manager.requests) == before


@pytest.mark.parametrize(
    "at, sentence",
    [
        (
            "127.0.0.1:{port}",
            "port {port} is already in use: give another one, --at 127.0.0.1:PORT",
        ),
        ("192.0.2.50", "give an address of this machine that DCImanager's location server reaches"),
        ("127.0.0.1:99999", "has the port 99999: give one from 1 to 65535"),
    ],
)
def test_an_address_at_which_nothing_can_listen_is_named_before_anything_is_sent(
    at: str,
    sentence: str,
    manager: DciManager,
    told: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    login(told, manager)
    before = len(manager.requests)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        code, _, said = run(
            capsys,
            *("prove", "platform", manager.url, "-o", str(tmp_path / "p.json"), "--yes"),
            *("--at", at.replace("{port}", port)),
        )
    assert code == exit_codes.WRONG and sentence.replace("{port}", port) in said
    assert len(manager.requests) == before


def test_a_server_of_another_machine_needs_this_machines_address(
    told: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setenv("DCI_EMAIL", "a@example.com")
    out = str(tmp_path / "p.json")
    code, _, said = run(capsys, "prove", "platform", "https://192.0.2.1", "-o", out, "--yes")
    assert code == exit_codes.WRONG and "give --at" in said


def test_the_stand_in_is_known_by_its_certificate(manager: DciManager) -> None:
    assert platform_url.is_stand_in(manager.url)
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.listen()
        port = other.getsockname()[1]
    assert not platform_url.is_stand_in(f"https://127.0.0.1:{port}")


def test_a_simulated_pdu_listens_over_ipv6_and_at_a_given_port() -> None:
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as free:
        port = free.getsockname()[1]
    with simulated_pdu(Address(f"[::1]:{port}")) as pdu:
        assert pdu.settings["port"] == str(port)
        socket.create_connection(("::1", port), timeout=PATIENCE_S).close()


# ---- verdicts on what arrived --------------------------------------------------------------------


def _reading(at_s: float, session: int = 1, energy_kwh: float = 400.0) -> Arrival:
    return Arrival("reading", session, at_s, "192.0.2.1", ("2",), load_a=7.5, energy_kwh=energy_kwh)


def _command(at_s: float, outlet: str = "3", on: bool = False, error: str = "") -> Arrival:
    return Arrival("command", 9, at_s, "192.0.2.1", ("2",), error, outlet=outlet, on=on)


def _look(at_s: float, on: bool = False) -> Arrival:
    return Arrival("look", 9, at_s, "192.0.2.1", ("2",), outlet="3", on=on)


def test_a_wrong_device_is_named_while_the_next_poll_is_under_way() -> None:
    """A poll asks first without a login, which the simulated PDU refuses."""

    def refusal(session: int, error: str) -> Arrival:
        return Arrival("reading", session, float(session), "192.0.2.1", (), error)

    login = [
        Arrival(kind, 1, 1.0, "192.0.2.1", (), is_right=True)
        for kind in (arrivals.USERNAME, arrivals.PASSWORD)
    ]
    arrived = [refusal(1, "USERNAME-REQUIRED"), *login, refusal(1, "UNKNOWN-UPS")]
    for begun in ([], [refusal(2, "USERNAME-REQUIRED")]):
        finding = arrivals.wrong_login([*arrived, *begun])
        assert finding == "the device is not the one of the form"


@pytest.mark.parametrize(
    "after, verdict",
    [
        ((_command(5.0), _look(5.1)), KEPT),
        ((_command(5.0), _look(5.1, on=True)), BROKEN),
        ((_command(5.0),), BROKEN),
        ((_command(5.0, on=True), _look(5.1)), BROKEN),
        ((_command(5.0, "4"), _look(5.1)), BROKEN),
        ((_command(5.0, error="ACCESS-DENIED"), _look(5.1)), BROKEN),
        ((_command(5.0), _look(5.1), _command(6.0)), BROKEN),
        ((_command(1.0), _look(1.1)), BROKEN),  # before the owner was asked
    ],
)
def test_a_command_is_kept_only_if_it_came_alone_and_was_read_back(
    after: tuple[Arrival, ...], verdict: str
) -> None:
    arrived = (_reading(0.0), *after)
    assert arrivals.command(arrived, "3", False, 4.0, 6.0).verdict == verdict


def test_polls_are_told_from_calls_of_one_poll_and_from_commands() -> None:
    arrived = [_reading(0.0, 1), _reading(1.0, 2), _reading(300.0, 3), _reading(300.5, 4)]
    arrived += [_reading(400.0, 9), _command(400.1), _reading(401.0, 10), _reading(600.0, 11)]
    assert arrivals.polls(arrived) == [0.0, 300.0, 401.0, 600.0]
    assert arrivals.polls_after(arrived, 350.0) == [600.0]
    assert arrivals.own_polls(arrived, 350.0, 660.0).verdict == BROKEN
    assert arrivals.own_polls([*arrived, _reading(900.0, 12)], 350.0, 660.0).verdict == KEPT


@pytest.mark.parametrize(
    "seen, verdict",
    [
        (None, NOT_TRIED),
        (Sight(None), NOT_TRIED),
        (Sight(400.0), KEPT),
        (Sight(402.0), KEPT),
        (Sight(0.0), NOT_TRIED),
        (Sight(1.3), KEPT),
        (Sight(40.0), BROKEN),
        (Sight(400_000.0), BROKEN),
    ],
)
def test_an_energy_is_the_register_its_rise_or_wrong(seen: Sight, verdict: str) -> None:
    arrived = [_reading(0.0), _reading(900.0, 2, 401.5)]
    assert arrivals.energy(seen, arrived).verdict == verdict


@pytest.mark.parametrize(
    "seen, verdict",
    [(None, NOT_TRIED), (Sight(None), NOT_TRIED), (Sight(7.5), KEPT), (Sight(7.0), BROKEN)],
)
def test_a_load_is_one_that_was_answered(seen: Sight, verdict: str) -> None:
    assert arrivals.load(seen, [_reading(0.0)]).verdict == verdict


def test_a_line_of_the_simulator_holds_no_secret() -> None:
    """What somebody typed by mistake is not repeated."""
    with simulated_pdu(Address("127.0.0.1")) as pdu:
        port = int(pdu.settings["port"])
        with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S) as link:
            link.sendall(b"USERNAME secret1\nPASSWORD secret2\nLIST VAR pdu\n")
            link.recv(100)
        assert "secret" not in json.dumps([one._asdict() for one in pdu.arrivals])
