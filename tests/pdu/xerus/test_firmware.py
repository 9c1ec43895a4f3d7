"""The command `firmware`: uploads, updates, their progress and results, and restarts
of the unit.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests import terminal
from tests.simulators.xerus import Fault, XerusPdu, image
from tests.simulators.xerus.jsonrpc import RpcError
from tests.waiting import until

from .results import Run, done, facts


def test_a_firmware_update_runs_from_the_upload_to_the_restart(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300", 50_000))
    assert "version" in done(run("firmware"))
    assert facts(run, "firmware", "upload", str(path))["image"]["version"] == "4.4.1.6-53300"
    assert done(run("firmware", "discard")) == "the image is discarded\n"
    code, _, err = run("firmware", "update", "--yes")
    assert code == 6 and "upload one first" in err
    updated = facts(run, "firmware", "update", str(path), "--yes")
    assert (
        updated["last"]["status"] == "SUCCESSFUL"
        and updated["last"]["imageVersion"] == "4.4.1.6-53300"
    )


def test_starting_a_firmware_update_costs_six_requests_and_one_more_with_a_file(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(flags: object) -> None:
        raise RpcError(7, "not now")

    monkeypatch.setattr(unit.firmware, "startUpdate", refuse)
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    for words, requests in ((["update", str(path)], 7), (["update"], 6)):
        before = unit.books().requests
        assert (
            run("firmware", *words, "--yes")[0] == 6 and unit.books().requests - before == requests
        )


def test_an_update_that_is_not_confirmed_says_that_the_image_stays(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    monkeypatch.setattr("sys.stdin", terminal.Person("n\n"))
    code, _, err = run("firmware", "update", str(path))
    assert code == 12 and "the image stays on the unit" in err and "nothing was done" not in err
    assert facts(run, "firmware", "image")["present"]


def test_a_restart_without_an_answer_is_not_reported_as_a_fact(run: Run, unit: XerusPdu) -> None:
    unit.faults.order(Fault.DROP_AFTER_WRITE, count=2, method="reboot")
    assert run("firmware", "reboot", "--yes")[:2] == (
        9,
        "the unit did not confirm the restart; it may be restarting\n",
    )
    # the unit did restart, a moment later
    assert until(lambda: unit.boots() == 1 and not unit.down())
    code, out, _ = run("firmware", "reboot", "--yes", "--json")
    assert code == 9 and json.loads(out) == {"rebooting": None, "answered": False}


@pytest.mark.parametrize("fault, how", [(Fault.HTML, {}), (Fault.STATUS, {"status": 502})])
def test_a_restart_with_an_unusable_answer_is_reported_as_neither_done_nor_refused(
    run: Run, unit: XerusPdu, fault: Fault, how: Any
) -> None:
    unit.faults.order(fault, method="reboot", **how)
    assert run("firmware", "reboot", "--yes")[:2] == (
        9,
        "the unit did not confirm the restart; it may be restarting\n",
    )


def test_a_unit_that_cannot_be_reached_is_not_reported_as_restarting(
    run: Run, unit: XerusPdu
) -> None:
    unit.faults.order(Fault.CLOSE_BEFORE, None)
    code, out, err = run("firmware", "reboot", "--yes")
    assert (code, out) == (3, "") and err.startswith("unreachable: ")


def test_an_empty_file_name_does_not_install_the_image_on_the_unit(
    run: Run, unit: XerusPdu
) -> None:
    code, out, err = run("firmware", "update", "", "--yes")
    assert (
        (code, out) == (2, "") and "the file's name is empty" in err and unit.books().requests == 0
    )


def test_a_password_that_the_unit_sends_back_is_not_shown_in_part(run: Run, unit: XerusPdu) -> None:
    unit.firmware._status["error_message"] = "x" * 197 + unit.password
    code, _, err = run("firmware", "update", "--yes")
    assert code == 6 and "it holds the login" in err and unit.password[:3] not in err


@pytest.mark.parametrize(
    "flaw, option", [({"compatible": False}, "--cross"), ({"signed": False}, "--allow-untrusted")]
)
def test_an_incompatible_or_unsigned_image_needs_an_option(
    run: Run, tmp_path: Path, flaw: Any, option: str
) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300", **flaw))
    code, _, err = run("firmware", "update", str(path), "--yes")
    assert code == 6 and option in err
    assert (
        facts(run, "firmware", "update", str(path), "--yes", option)["last"]["status"]
        == "SUCCESSFUL"
    )


def test_a_file_that_is_not_an_image_is_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(b"x" * 100)
    for words in (["update", str(path), "--yes", "--cross"], ["upload", str(path)]):
        code, _, err = run("firmware", *words)
        assert code == 6 and "not a firmware image" in err and "--cross" not in err


def test_an_upload_that_the_unit_could_not_keep_is_refused_in_its_words(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    monkeypatch.setattr(
        unit.firmware, "receive", lambda file, size: unit.firmware.upload_failed("out of memory")
    )
    for words in (["update", str(path), "--yes"], ["upload", str(path)]):
        code, _, err = run("firmware", *words)
        assert (
            code == 6
            and "no complete image on the unit (out of memory): check the file, and upload it again"
            in err
        )


def test_an_entry_of_an_earlier_update_is_not_the_result_of_this_one(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unit starts the update a while after it has accepted the command. Its history is full: a
    new entry takes the place of the oldest one.
    """

    class Full(list[Any]):
        def append(self, entry: Any) -> None:
            self[:] = [*self[1:], entry]

    monkeypatch.setattr("pdu.xerus.firmware._LOOK_S", 0.05)
    start = unit.firmware.startUpdate
    monkeypatch.setattr(
        unit.firmware,
        "startUpdate",
        lambda flags: unit.firmware.unit.clockwork.after(0.3, lambda: start(flags)),
    )
    earlier = {"timestamp": 1, "oldVersion": "4.3.0", "imageVersion": "4.4.0", "status": 0}
    unit.firmware.history = Full([{**earlier, "imageMD5": "", "product": "", "platform": ""}])
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    assert (
        facts(run, "firmware", "update", str(path), "--yes")["last"]["imageVersion"]
        == "4.4.1.6-53300"
    )


def test_an_update_that_takes_too_long_has_a_separate_exit_code(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    unit.update_seconds = 60.0
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    code, out, _ = run("firmware", "update", str(path), "--yes", "--wait", "0.1")
    assert code == 9 and "look at the unit" in out


def test_a_login_that_is_refused_after_an_update_is_not_tried_again(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.xerus.firmware._LOOK_S", 0.01)
    unit.update_seconds = 0.05
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    unit.faults.order(Fault.STATUS, None, method="getUpdateHistory", skip=1, status=401)
    before = unit.books().requests
    code, out, err = run("firmware", "update", str(path), "--yes", "--wait", "2")
    assert code == 9 and "look at the unit" in out and "refused the login" in err
    assert unit.books().requests - before < 30, "each further look would be a failed login"


def test_the_failure_of_an_earlier_update_is_not_reported_for_this_one(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.xerus.firmware._LOOK_S", 0.05)
    monkeypatch.setattr(
        "tests.simulators.xerus.services.firmware._STEPS", (("FAIL", 0.5), ("UPDATE", 1.0))
    )
    unit.firmware.idle_state = "FAIL"
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    assert (
        facts(run, "firmware", "update", str(path), "--yes")["last"]["imageVersion"]
        == "4.4.1.6-53300"
    )


def test_an_update_that_does_not_start_after_one_that_failed_is_an_error(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pdu.xerus.firmware._LOOK_S", 0.01)
    monkeypatch.setattr(unit.firmware, "startUpdate", lambda flags: None)
    unit.firmware.idle_state = "FAIL"
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    code, _, err = run("firmware", "update", str(path), "--yes")
    assert code == 6 and "the update failed" in err
