"""Commands for certificates, configurations, other files, SNMP, link units, network and servers."""

from __future__ import annotations

import base64
import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from handlers.raritan.rpc._runtime.codec import decode_structure
from handlers.raritan.rpc.cascading import CascadeManager
from pdu.core.cli.exit_codes import code_of
from pdu.devices.raritan.context import Context
from tests.simulators.xerus import Fault, XerusPdu
from tests.simulators.xerus.sensors import NumericSensor
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
        (["pmc", "put"], 0, "pmc csv"),
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


def test_a_configuration_that_takes_too_long_has_a_separate_exit_code(
    run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    code, out, _ = run("config", "raw", "put", str(path), "--yes", "--wait", "0")
    assert code == 9 and "update pending" in out


@pytest.mark.parametrize(
    "words",
    [
        ["cert", "upload", "FILE"],
        ["cert", "download"],
        ["config", "raw", "get"],
        ["config", "backup", "put", "FILE", "--yes"],
        ["diag", "--out", "-"],
        ["eto"],
        ["pmc", "csv"],
        ["pmc", "put", "FILE", "--yes"],
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
        "handlers.raritan.rpc.pdumodel.download_eto", lambda agent: b"\x1b[2Jone\r\ntwo\n"
    )
    monkeypatch.setattr("sys.stdout.isatty", lambda: terminal)
    assert done(run("eto")) == written


@pytest.mark.parametrize(
    "words", [["config", "raw", "put"], ["config", "bulk", "put"], ["pmc", "put"]]
)
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
        ["pmc", "put", "FILE", "--out", "FILE", "--yes"],
        ["pmc", "csv", ""],
        ["config", "backup", "get", "--units", ""],
        ["network", "--unit-role", "primary"],
        ["network", "bridge", "on", "--interface", "usb", "--yes"],
        ["network", "forwarding", "off", "--unit-role", "expansion", "--yes"],
        ["network", "forwarding", "on", "--unit-role", "expansion", "--interface", "usb", "--yes"],
        ["links", "release", "3", "--link-user", "root", "--yes"],
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
    assert (code, out) == (2, "") and err.startswith("settings: ") and unit.books().requests == 0


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


def test_the_commands_diag_and_eto_and_pmc_transfer_their_files(run: Run, tmp_path: Path) -> None:
    done(run("diag", "--out", str(tmp_path / "diag.tgz")))
    assert (tmp_path / "diag.tgz").stat().st_size > 100
    done(run("eto", "--out", str(tmp_path / "eto")))
    done(run("pmc", "csv", "--out", str(tmp_path / "mains.csv")))
    done(run("pmc", "csv", "1", "--out", str(tmp_path / "panel.csv")))
    assert (
        len({(tmp_path / name).read_bytes() for name in ("eto", "mains.csv", "panel.csv")} - {b""})
        == 3
    )
    (tmp_path / "pmc.json").write_text("{}", encoding="ascii")
    assert done(run("pmc", "put", str(tmp_path / "pmc.json"), "--yes")) == "the unit answered: OK\n"
    assert run("pmc", "csv", "9")[0] == 2


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


def test_an_answer_that_repeats_the_login_is_not_shown(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    (tmp_path / "pmc.json").write_text("{}", encoding="ascii")
    for more in ([], ["--json"]):
        unit.faults.order(Fault.ECHO)
        out = done(run("pmc", "put", str(tmp_path / "pmc.json"), "--yes", *more))
        assert "not shown: it holds the login" in out and "Basic" not in out


def test_snmp_settings_change_and_communities_stay_secret(
    run: Run, tmp_path: Path, unit: XerusPdu
) -> None:
    (tmp_path / "community").write_text("read-me\n", encoding="ascii")
    shown = facts(
        run,
        "snmp",
        "v2=yes",
        "location=rack 7",
        "--secret-file",
        f"read_community={tmp_path / 'community'}",
        "--yes",
    )
    assert shown["v2"] is True and shown["read community"] == "set" and "read-me" not in str(shown)
    assert (
        unit.snmp.configuration["readComm"] == "read-me"
        and unit.snmp.configuration["sysLocation"] == "rack 7"
    )
    assert run("snmp", "readComm=public", "--yes")[0] == 2
    assert (
        run("snmp", "location", "--yes")[0] == 2
        and unit.snmp.configuration["sysLocation"] == "rack 7"
    )
    unit.snmp.configuration["readComm"] = ""
    code, _, err = run("snmp", "v2=yes", "--yes")
    assert code == 6 and err.startswith(f"refused: {unit.host}:{unit.port}: snmp: ")


@pytest.mark.parametrize(
    "words, variable",
    [
        (["snmp", "location=\udce9"], ""),
        (["servers", "add", "\udce9"], ""),
        (["links", "add", "2", "\udce9"], ""),
        (["network", "forwarding", "on", "--unit-role", "primary", "--interface", "\udce9"], ""),
        (["snmp", "v2=yes"], "PDU_READ_COMMUNITY"),
        (["links", "add", "2", "192.0.2.50"], "PDU_LINK_PASSWORD"),
        (["config", "backup", "get"], "PDU_CONFIG_PASSWORD"),
    ],
)
def test_bytes_that_are_not_utf8_are_refused_and_not_written(
    run: Run, unit: XerusPdu, words: list[str], variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_LINK_PASSWORD", "legrand")
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


@pytest.mark.parametrize(
    "words, own, others",
    [
        (["snmp", "location=rack 7"], "sysLocation", "sysContact"),
        (["thresholds", "outlet/1/current", "upperCritical=9"], "upperCritical", "lowerCritical"),
        (["sequence", "4,3,2,1"], "outletPowerStateSequence", "inRushGuardDelay"),
        (["network", "bridge", "on"], "br0", "eth2"),
        (["network", "forwarding", "on", "--unit-role", "expansion"], "portForwarding", "eth2"),
    ],
)
def test_a_setting_that_others_change_before_the_question_is_answered_keeps_their_value(
    run: Run,
    unit: XerusPdu,
    words: list[str],
    own: str,
    others: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    current = unit.units[0].outlets[0].sensors.fitted["current"]
    assert isinstance(current, NumericSensor)

    def settings() -> dict[str, Any]:
        interfaces = {name: one["enabled"] for name, one in unit.net.settings["ifMap"].items()}
        forwarding = {"portForwarding": unit.net.settings["common"]["portForwarding"]["enabled"]}
        return {
            **unit.snmp.configuration,
            **current.thresholds,
            **unit.units[0].settings,
            **interfaces,
            **forwarding,
        }

    def others_change(context: Context, what: str) -> None:
        unit.snmp.configuration["sysContact"] = "somebody else"
        current.thresholds["lowerCritical"] = 1.0
        unit.units[0].settings["inRushGuardDelay"] = 300
        unit.net.settings["ifMap"]["eth2"]["enabled"] = False

    monkeypatch.setattr(Context, "confirm", others_change)
    before = settings()
    done(run(*words))
    after = settings()
    assert after[own] != before.get(own) and after[others] != before[others]


def test_silence_after_new_network_settings_has_a_separate_exit_code(
    run: Run, unit: XerusPdu
) -> None:
    unit.faults.order(Fault.CLOSE_BEFORE, None, method="getSettings", skip=1)
    code, out, _ = run("network", "bridge", "on", "--yes")
    assert code == 9 and "no longer gives a usable answer" in out


@pytest.mark.parametrize("status", [401, 404])
def test_another_unit_at_the_address_after_a_network_change_is_not_reported_as_a_refusal(
    run: Run, unit: XerusPdu, status: int
) -> None:
    unit.faults.order(Fault.STATUS, None, method="getSettings", skip=1, status=status)
    code, _, err = run("network", "bridge", "on", "--yes")
    assert code == 9 and "the unit accepted the change, but cannot be read afterwards" in err


def test_an_unanswered_change_of_network_settings_is_reported_as_possibly_done(
    run: Run, unit: XerusPdu
) -> None:
    unit.faults.order(Fault.DROP_AFTER_WRITE, method="setSettings")
    code, _, err = run("network", "bridge", "on", "--yes")
    assert (
        code == 3
        and "the network settings may or may not have changed; check with 'network'" in err
    )


@pytest.mark.parametrize(
    "method, words",
    [
        ("getConfiguration", ["snmp", "location=rack 7"]),
        ("getThresholds", ["thresholds", "outlet/1/current", "upperCritical=9"]),
        ("performBulk", ["sequence", "4,3,2,1"]),
        ("getStatus", ["links", "add", "2", "192.0.2.50"]),
        ("listServers", ["servers", "add", "web.example"]),
    ],
)
def test_a_change_that_cannot_be_read_afterwards_is_reported_as_accepted(
    run: Run, unit: XerusPdu, method: str, words: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_LINK_PASSWORD", "legrand")
    unit.faults.order(
        Fault.STATUS,
        None,
        method=method,
        skip=int(words[0] not in ("links", "servers")),
        status=503,
    )
    code, _, err = run(*words, "--yes")
    assert code == 9 and err.startswith(
        f"not-seen: {unit.host}:{unit.port}: {words[0]}: the unit accepted the change, but cannot"
        " be read"
    )
    unit.faults.clear()
    unit.faults.order(Fault.STATUS, None, method=method, status=503)
    assert run(*words[: 1 + (words[0] == "thresholds")])[0] == 3


def test_an_unwritable_target_starts_no_download_and_a_failed_download_leaves_no_file(
    run: Run, unit: XerusPdu, tmp_path: Path
) -> None:
    before = unit.books().requests
    (tmp_path / "there").write_bytes(b"mine")
    assert (
        run("diag", "--out", str(tmp_path / "there"))[0]
        == run("diag", "--out", str(tmp_path / "no" / "x"))[0]
        == 2
    )
    assert unit.books().requests == before and (tmp_path / "there").read_bytes() == b"mine"
    unit.faults.order(Fault.STATUS, status=401)
    assert run("diag", "--out", str(tmp_path / "new"))[0] == 4 and not (tmp_path / "new").exists()


def test_link_units_are_listed_added_and_released(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PDU_LINK_PASSWORD", "legrand")
    assert list(facts(run, "links")["linkUnits"]) == ["3"]
    assert list(facts(run, "links", "add", "2", "192.0.2.50", "--yes")["linkUnits"]) == ["2", "3"]
    code, _, err = run("links", "add", "2", "192.0.2.51", "--yes")
    assert code == 6 and "in use" in err
    assert list(facts(run, "links", "release", "2", "--yes")["linkUnits"]) == ["3"]
    assert run("links", "add", "2")[0] == 2
    assert run("links", "--link", "3")[0] == 2


def test_an_answer_without_the_list_of_link_units_is_an_error_and_not_an_empty_list(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def without_a_list(manager: CascadeManager) -> CascadeManager.Status:
        return decode_structure(CascadeManager.Status, {"role": 1}, manager.agent)

    monkeypatch.setattr(CascadeManager, "getStatus", without_a_list)
    for words, code in (("links",), 5), (("links", "release", "3", "--yes"), 9):
        found, out, err = run(*words)
        assert (found, out) == (code, "") and "the list of link units is missing" in err
    assert "linked units" not in run("outlets", "--link", "7")[2]


def test_bridge_and_port_forwarding_are_shown_and_changed(run: Run) -> None:
    assert facts(run, "network")["interface br0"] is False
    assert facts(run, "network", "bridge", "on", "--yes")["interface br0"] is True
    done(run("network", "bridge", "off", "--yes"))
    shown = facts(
        run, "network", "forwarding", "on", "--unit-role", "primary", "--interface", "usb", "--yes"
    )
    assert (shown["role"], shown["downstream interface"]) == ("PRIMARY_UNIT", "usb")
    assert shown["https of unit N"] == "port 50000 + N"
    assert "https of unit N" not in facts(run, "network", "forwarding", "off", "--yes")
    assert run("network", "forwarding", "on", "--yes")[0] == 2


def test_a_unit_without_the_interface_of_the_bridge_cannot_bridge(run: Run, unit: XerusPdu) -> None:
    del unit.net.settings["ifMap"]["br0"]
    code, _, err = run("network", "bridge", "on", "--yes")
    assert code == 8 and "no interface br0: it cannot bridge" in err and not unit.books().writes


def test_the_name_of_an_interface_cannot_control_the_terminal(run: Run, unit: XerusPdu) -> None:
    interfaces = unit.net.settings["ifMap"]
    interfaces["a\x1b[31m\u2028b"] = interfaces["eth1"]
    out = done(run("network"))
    assert "interface a\\x1b[31m\\u2028b  yes\n" in out and out.replace("\n", "").isprintable()


def test_watched_servers_are_listed_added_and_deleted(run: Run) -> None:
    assert facts(run, "servers")["servers"] == []
    added = facts(run, "servers", "add", "web.example", "--yes")["servers"]
    assert [row["host"] for row in added] == ["web.example"]
    assert facts(run, "servers", "delete", str(added[0]["id"]), "--yes")["servers"] == []
    assert run("servers", "delete", "99", "--yes")[0] == 6


@pytest.mark.parametrize("out", ["-", "file"])
def test_a_file_that_sends_the_login_back_is_not_kept(
    unit: XerusPdu, run: Run, tmp_path: Path, out: str
) -> None:
    told = base64.b64encode(f"{unit.user}:{unit.password}".encode()).decode()
    unit.units[0].model = dataclasses.replace(
        unit.units[0].model, serial=f"Authorization: Basic {told}"
    )
    code, shown, error = run("eto", "--out", out if out == "-" else str(tmp_path / out))
    assert (
        code == code_of("protocol")
        and told[:12] not in shown + error
        and "holds the login" in error
    )
    assert not (tmp_path / "file").exists()
