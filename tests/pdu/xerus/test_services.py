"""Commands for certificates, configurations and the file for the vendor's support."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from pdu.core.cli.exit_codes import code_of
from tests.simulators.xerus import Fault, XerusPdu
from tests.simulators.xerus.services.certificate import ServerCertificate

from .results import Run, done, facts


def test_certificates_are_shown_uploaded_and_installed(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    key, certificate = unit.authority.issue()
    (tmp_path / "cert.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    assert "valid until" in done(run("cert"))
    assert "not yet in use" in done(
        run("cert", "upload", str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    )
    assert done(run("cert", "install", "--yes")) == "installed\n"
    out = tmp_path / "active.pem"
    done(run("cert", "download", "--out", str(out)))
    assert out.read_bytes() == certificate and out.stat().st_mode & 0o077 == 0
    code, _, err = run("cert", "download", "--out", str(out))
    assert code == 2 and "exists" in err.lower()
    done(run("cert", "upload", str(out), str(tmp_path / "key.pem")))
    code, _, err = run("cert", "upload", str(out), str(tmp_path / "key.pem"))
    assert code == 6 and "code 2" in err, "another certificate is pending"
    assert run("cert", "upload", str(tmp_path / "missing"))[0] == 2


def test_a_certificate_with_an_empty_key_is_not_uploaded_as_one_without_a_key(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    (tmp_path / "cert.pem").write_bytes(unit.authority.issue()[1])
    (tmp_path / "key.pem").write_bytes(b"\n")
    code, _, err = run("cert", "upload", str(tmp_path / "cert.pem"), str(tmp_path / "key.pem"))
    assert code == 2 and "key.pem is empty" in err and unit.books().requests == 0


@pytest.mark.parametrize(
    "code, why", [(1, "the unit is busy"), (201, "cert missing"), (7, "it gives no known reason")]
)
def test_a_refused_installation_of_a_certificate_is_explained(
    run: Run, monkeypatch: pytest.MonkeyPatch, code: int, why: str
) -> None:
    monkeypatch.setattr(ServerCertificate, "installPendingKeyPair", lambda _: code)
    ended, _, err = run("cert", "install", "--yes")
    assert ended == 6 and f"the device refused the certificate: {why} (result code {code})" in err


@pytest.mark.parametrize("kind", ["raw", "bulk", "backup"])
def test_configurations_are_downloaded_and_uploaded(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.txt"
    done(run("config", kind, "get", "--out", str(path)))
    assert "last status: " in done(run("config", kind, "put", str(path), "--yes"))
    assert facts(run, "config", kind, "put", str(path), "--yes")["status"] in (
        "UPDATE_OK",
        "RESTORE_OK",
    )
    (tmp_path / "bad").write_bytes(b"\x00nonsense")
    code, _, err = run("config", kind, "put", str(tmp_path / "bad"), "--yes")
    assert code == 6 and "result code" in err


def test_a_configuration_that_is_accepted_but_fails_later_is_an_error(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tests.simulators.xerus.services.config._DONE", 4)
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    code, _, err = run("config", "raw", "put", str(path), "--yes")
    assert code == 6 and "update failed" in err


@pytest.mark.parametrize("earlier, now, code", [(3, 4, 6), (4, 3, 0)])
def test_the_result_of_an_earlier_configuration_is_not_reported_for_this_one(
    run: Run,
    tmp_path: Path,
    unit: XerusPdu,
    earlier: int,
    now: int,
    code: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    monkeypatch.setattr("tests.simulators.xerus.services.config._DONE", now)
    real, old = unit.raw_configuration.getStatus, [{"status": earlier, "timeStamp": 1}] * 2
    monkeypatch.setattr(unit.raw_configuration, "getStatus", lambda: old.pop() if old else real())
    found, out, err = run("config", "raw", "put", str(path), "--yes")
    assert found == code and ("update failed" in err if code else "update ok" in out)


def test_a_configuration_whose_result_is_not_seen_shows_no_earlier_result(
    run: Run, tmp_path: Path, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    monkeypatch.setattr(unit.raw_configuration, "getStatus", lambda: {"status": 3, "timeStamp": 1})
    code, out, _ = run("config", "raw", "put", str(path), "--yes", "--wait", "0")
    assert code == 9 and "last status: not known" in out


@pytest.mark.parametrize("status", [500, 502, 503])
def test_services_that_restart_after_a_configuration_are_awaited(
    run: Run, tmp_path: Path, unit: XerusPdu, status: int
) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    unit.faults.order(Fault.STATUS, 1, method="getStatus", skip=1, status=status)
    assert "last status: update ok" in done(run("config", "raw", "put", str(path), "--yes"))


def test_a_login_that_is_refused_after_a_configuration_is_reported_and_not_tried_again(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    unit.faults.order(Fault.STATUS, None, method="getStatus", skip=1, status=401)
    before = unit.books().requests
    code, out, err = run("config", "raw", "put", str(path), "--yes")
    assert (
        code == 9
        and "last status: not known" in out
        and err.startswith("not-seen: ")
        and "refused the login" in err
    )
    assert unit.books().requests - before == 3, "the status before, the file, and one look"


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_WRITE, Fault.STATUS])
@pytest.mark.parametrize(
    "words, skip, look",
    [
        (["config", "raw", "put"], 1, "config raw get"),
        (["config", "bulk", "put"], 1, "config bulk get"),
    ],
)
def test_an_upload_without_a_clear_answer_may_or_may_not_have_taken_effect(
    run: Run, tmp_path: Path, unit: XerusPdu, fault: Fault, words: list[str], skip: int, look: str
) -> None:
    (tmp_path / "file").write_text("{}", encoding="ascii")
    unit.faults.order(fault, skip=skip, status=500)
    code, out, err = run(*words, str(tmp_path / "file"), "--yes")
    assert (
        (code, out) == (3, "")
        and "may or may not" in err
        and f"check with '{look}' before you try again" in err
    )


@pytest.mark.parametrize(
    "words",
    [
        ["cert", "upload", "FILE"],
        ["cert", "download"],
        ["config", "raw", "get"],
        ["config", "backup", "put", "FILE", "--yes"],
        ["diag", "--out", "-"],
        ["firmware", "upload", "FILE"],
    ],
)
def test_files_of_a_link_unit_are_refused(
    run: Run, tmp_path: Path, unit: XerusPdu, words: list[str]
) -> None:
    (tmp_path / "FILE").write_bytes(b"x")
    before = unit.books().requests
    code, _, err = run(
        *[str(tmp_path / word) if word == "FILE" else word for word in words], "--link", "3"
    )
    assert code == 2 and "leave out --link" in err and unit.books().requests == before


@pytest.mark.parametrize(
    "terminal, written", [(False, "\x1b[2Jone\r\ntwo\n"), (True, "\\x1b[2Jone\ntwo\n")]
)
def test_control_characters_of_a_download_are_escaped_on_a_terminal_only(
    run: Run, monkeypatch: pytest.MonkeyPatch, terminal: bool, written: str
) -> None:
    monkeypatch.setattr(
        "handlers.raritan.rpc.cert.download", lambda agent, tag: b"\x1b[2Jone\r\ntwo\n"
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert done(run("cert", "download")) == written


@pytest.mark.parametrize("words", [["config", "raw", "put"], ["config", "bulk", "put"]])
def test_files_of_a_link_unit_are_refused_before_the_question(
    run: Run, tmp_path: Path, words: list[str]
) -> None:
    (tmp_path / "file").write_bytes(b"x")
    code, _, err = run(*words, str(tmp_path / "file"), "--link", "3")
    assert code == 2 and "leave out --link" in err


def test_an_empty_file_name_is_refused_before_the_download(run: Run, unit: XerusPdu) -> None:
    code, out, err = run("diag", "--out", "")
    assert (code, out) == (2, "") and "--out is empty" in err and unit.books().requests == 0


def test_a_file_and_json_cannot_share_standard_output(run: Run, tmp_path: Path) -> None:
    code, out, err = run("config", "raw", "get", "--json")
    assert code == 2 and "--out FILE" in json.loads(out)["error"]["reason"]
    assert facts(run, "config", "raw", "get", "--out", str(tmp_path / "raw.txt"))["bytes"] > 0


@pytest.mark.parametrize(
    "words",
    [
        ["config", "raw", "get", "FILE"],
        ["config", "raw", "get", "--units", "2"],
        ["config", "raw", "get", "--units", ""],
        ["config", "raw", "put", "FILE", "--skip-check", "model", "--yes"],
        ["config", "bulk", "get", "--skip-check", "model"],
        ["config", "bulk", "put", "FILE", "--clear-text", "--yes"],
        ["config", "backup", "put", "FILE", "--filter-profile", "all", "--yes"],
        ["cert", "show", "FILE"],
        ["cert", "install", "FILE", "--yes"],
        ["cert", "show", "--out", "FILE"],
        ["cert", "download", "active_cert", "FILE"],
        ["config", "raw", "put", "FILE", "--out", "FILE", "--yes"],
        ["config", "backup", "get", "--units", ""],
        ["firmware", "--cross"],
        ["firmware", "upload", "FILE", "--allow-untrusted"],
    ],
)
def test_an_argument_that_is_empty_or_that_the_action_does_not_use_is_refused(
    run: Run, unit: XerusPdu, words: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "FILE").write_bytes(b"x")  # so that the refusal is not for a missing file
    monkeypatch.chdir(tmp_path)
    code, out, err = run(*words)
    assert (code, out) == (2, "") and err.startswith(("settings: ", "usage: "))
    assert unit.books().requests == 0


@pytest.mark.parametrize("units", ["0", "1,0", "1,,2", "-1", "all"])
def test_link_ids_other_than_whole_numbers_from_1_are_refused_before_any_request(
    run: Run, unit: XerusPdu, units: str
) -> None:
    code, out, err = run("config", "bulk", "get", f"--units={units}")
    assert (code, out) == (2, "") and "--units takes link ids" in err and unit.books().requests == 0


def test_an_encrypted_backup_takes_its_password_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("very-secret\n", encoding="ascii")
    secret = ("--secret-file", f"config_password={tmp_path / 'word'}")
    path = str(tmp_path / "backup.txt")
    done(run("config", "backup", "get", "--out", path, *secret))
    code, _, err = run("config", "backup", "put", path, "--yes")
    assert code == 6 and "very-secret" not in err
    done(run("config", "backup", "put", path, "--yes", *secret))


@pytest.mark.parametrize(
    "fault, words", [(Fault.HTML, "is a web page"), (Fault.EMPTY, "an empty file")]
)
@pytest.mark.parametrize("command", [["config", "backup", "get"], ["cert", "download"], ["diag"]])
def test_a_download_that_is_not_a_file_of_the_unit_is_not_written(
    run: Run, tmp_path: Path, unit: XerusPdu, fault: Fault, words: str, command: list[str]
) -> None:
    for out in (str(tmp_path / "file"), "-"):
        unit.faults.order(fault)
        code, shown, err = run(*command, "--out", out)
        assert code == 5 and words in err and not shown and not (tmp_path / "file").exists()


@pytest.mark.parametrize(
    "words, variable",
    [
        (["config", "backup", "get"], "PDU_CONFIG_PASSWORD"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_and_not_written(
    run: Run, unit: XerusPdu, words: list[str], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if variable:
        monkeypatch.setenv(variable, "\udce9s3cret")
    code, out, err = run(*words, "--yes")
    assert (
        (code, out) == (2, "")
        and "not valid Unicode" in err
        and variable in err
        and "s3cret" not in err
    )
    assert unit.books().writes == []


@pytest.mark.parametrize("out", ["-", "file"])
def test_a_file_that_sends_the_login_back_is_not_kept(
    unit: XerusPdu, run: Run, tmp_path: Path, out: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = base64.b64encode(f"{unit.user}:{unit.password}".encode()).decode()
    data = f"Authorization: Basic {told}".encode()
    monkeypatch.setattr("handlers.raritan.rpc.cert.download", lambda agent, tag: data)
    code, shown, error = run(
        "cert", "download", "--out", out if out == "-" else str(tmp_path / out)
    )
    assert (
        code == code_of("protocol")
        and told[:12] not in shown + error
        and "holds the login" in error
    )
    assert not (tmp_path / "file").exists()
