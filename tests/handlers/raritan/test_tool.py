"""The administrators' tool on simulated units: what it prints, what it does, how it ends."""
from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Callable, Iterator, List, Tuple

import pytest

from handlers.ending import READER_GONE
from handlers.raritan.tool import cli
from handlers.raritan.tool.job import text
from tests.needs import ROOT
from tests.simulators.xerus import Fault, Model, XerusPdu, image

Run = Callable[..., Tuple[int, str, str]]
MODEL = Model(outlets=4, phases=3, in_rush_guard_ms=0, cycle_delay_s=0, names={2: "web"}, disabled=(4,))


@pytest.fixture
def unit() -> Iterator[XerusPdu]:
    with XerusPdu(MODEL, links={3: Model(outlets=2, in_rush_guard_ms=0)}) as pdu:
        yield pdu


@pytest.fixture
def run(unit: XerusPdu, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs one command on the unit: exit code, standard output, standard error."""
    ca_file = tmp_path / "ca.pem"
    ca_file.write_text(unit.ca_pem, encoding="ascii")
    monkeypatch.setenv("RARITAN_PASSWORD", unit.password)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))

    def one(*words: str) -> Tuple[int, str, str]:
        capsys.readouterr()
        code = cli.main([f"{unit.host}:{unit.port}", words[0], "--ca", str(ca_file), "--wait", "5", *words[1:]])
        out, err = capsys.readouterr()
        assert unit.password not in out + err
        return code, out, err

    return one


def done(result: Tuple[int, str, str]) -> str:
    code, out, err = result
    assert code == 0, err
    return out


def told(run: Run, *words: str) -> Any:
    return json.loads(done(run(*words, "--json")))


# ---- looking -----------------------------------------------------------------------------------------------

def test_info_says_what_the_unit_is(run: Run) -> None:
    out = done(run("info"))
    assert "PX3-5190R" in out and "outlets" in out
    assert told(run, "info")["metadata"]["nameplate"]["manufacturer"] == "Raritan"


def test_outlets_are_a_table_and_agree_with_the_books(run: Run, unit: XerusPdu) -> None:
    lines = done(run("outlets")).splitlines()
    assert lines[0].split()[:4] == ["outlet", "label", "name", "state"] and "web" in lines[2]
    rows = told(run, "outlets")["outlets"]
    assert [row["state"] for row in rows] == ["up"] * 4
    assert [row["kWh"] for row in rows] == pytest.approx(list(unit.books().port_energy_kwh.values())[:4])


def test_outlets_of_a_link_unit(run: Run) -> None:
    assert len(told(run, "outlets", "--link", "3")["outlets"]) == 2


def test_sensors_of_inlet_lines_outlets_and_slots(run: Run) -> None:
    rows = {row["sensor"]: row for row in told(run, "sensors")["sensors"]}
    assert rows["inlet/1/L2/current"]["unit"] == "A" and rows["outlet/1/activeEnergy"]["unit"] == "Wh"
    assert any(name.startswith("slot/") for name in rows)
    assert "inlet/1/current" in done(run("sensors"))


def test_thresholds_are_shown_and_changed(run: Run) -> None:
    assert "upperCritical" in done(run("thresholds", "inlet/1/L1/current"))
    changed = told(run, "thresholds", "outlet/1/current", "upperCritical=12", "upperWarning=10", "lowerWarning=off",
                   "--yes")
    assert (changed["upperCritical"], changed["upperCriticalActive"], changed["lowerWarningActive"]) == (12.0, True, False)


@pytest.mark.parametrize("words", [["outlet/x/current"], ["nothing"], ["outlet/1/current", "middle=3"],
                                   ["outlet/1/current", "upperCritical=much"], ["outlet/1/../../snmp"]])
def test_what_is_no_sensor_or_no_threshold_is_said_so(run: Run, words: List[str]) -> None:
    code, _, err = run("thresholds", *words)
    assert code == 2 and err.startswith("settings: ")


# ---- switching ---------------------------------------------------------------------------------------------

def test_outlets_are_switched_one_several_and_all(run: Run, unit: XerusPdu) -> None:
    def states() -> List[Any]:
        return [unit.books().states[str(number)] for number in (1, 2, 3)]

    assert done(run("switch", "1", "off", "--yes")).split() == ["outlet", "1", "down"]
    assert states() == [False, True, True]
    assert told(run, "switch", "1", "2", "off", "--yes") == {"outlets": {"1": "down", "2": "down"}, "done": True}
    assert told(run, "switch", "1", "2", "3", "on", "--yes")["done"] and states() == [True, True, True]


def test_an_outlet_that_is_named_twice_is_switched_once(run: Run, unit: XerusPdu) -> None:
    assert told(run, "switch", "2", "2", "off", "--yes") == {"outlets": {"2": "down"}, "done": True}
    assert [name for name, _ in unit.books().writes if "PowerState" in name] == ["outlet.1.setPowerState"]


@pytest.mark.parametrize("prefixed", [True, False])
def test_what_is_done_to_a_link_unit_is_never_done_to_the_primary_one(monkeypatch: pytest.MonkeyPatch, prefixed: bool,
                                                                      capsys: pytest.CaptureFixture[str]) -> None:
    """Whether the references that a link unit hands out carry its id is not documented."""
    model = Model(outlets=2, in_rush_guard_ms=0, cycle_delay_s=0)
    with XerusPdu(model, links={3: model}, prefix_links=prefixed) as pdu:
        monkeypatch.setenv("RARITAN_PASSWORD", pdu.password)

        def run(*words: str) -> str:
            assert cli.main([f"{pdu.host}:{pdu.port}", words[0], "--fingerprint", pdu.fingerprint, "--link", "3", "--yes",
                             "--wait", "5", *words[1:]]) == 0
            return capsys.readouterr().out

        run("switch", "1", "off")
        assert pdu.books().states == {"1": True, "2": True, "3.1": False, "3.2": True}
        run("switch", "1", "2", "on")
        run("cycle", "2")
        run("sequence", "2,1", "--delay", "700")
        assert pdu.units[0].outlets[0].settings["sequenceDelay"] == 0
        assert pdu.units[3].outlets[0].settings["sequenceDelay"] == 700
        pdu.units[3].outlets[1].current = 7.5
        row = next(line for line in run("sensors").splitlines() if line.startswith("outlet/2/current "))
        assert row.split()[1] == "7.5" and run("outlets").splitlines()[2].split()[3] == "7.5"
        run("thresholds", row.split()[-1].replace("/link/3", ""), "upperCritical=9")
        assert "upperCritical          9" in run("thresholds", "outlet/2/current")
        assert cli.main([f"{pdu.host}:{pdu.port}", "thresholds", "outlet/2/current", "--no-verify"]) == 0
        assert "upperCritical          off" in capsys.readouterr().out
        assert all(name.startswith("3/") for name, _ in pdu.books().writes)


@pytest.mark.parametrize("fault", [Fault.DROP_AFTER_WRITE, Fault.HTML])
def test_a_command_without_an_answer_may_or_may_not_have_switched(run: Run, unit: XerusPdu, fault: Fault) -> None:
    unit.faults.order(fault, method="setPowerState")
    code, _, err = run("switch", "1", "off", "--yes")
    assert code == 3 and "may or may not have switched" in err


@pytest.mark.parametrize("method, words", [("startUpdate", ["firmware", "update"]), ("installPendingKeyPair", ["cert", "install"]),
                                           ("addLinkUnit", ["links", "add", "2", "192.0.2.50"])])
def test_what_must_not_be_sent_twice_says_so_when_no_answer_came(run: Run, unit: XerusPdu, tmp_path: Path, method: str,
                                                                 words: List[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RARITAN_LINK_PASSWORD", "legrand")
    (tmp_path / "image").write_bytes(image("4.4.1.6-53300"))
    run("firmware", "upload", str(tmp_path / "image"))
    unit.faults.order(Fault.DROP_AFTER_WRITE, method=method)
    code, _, err = run(*words, "--yes")
    assert code == 3 and "may or may not" in err and "before you try again" in err


def test_a_unit_that_is_silent_for_a_while_after_the_command_is_looked_at_again(run: Run, unit: XerusPdu) -> None:
    unit.faults.order(Fault.STATUS, 2, method="getState", status=503)
    assert done(run("switch", "1", "off", "--yes")).split() == ["outlet", "1", "down"]
    unit.faults.order(Fault.STATUS, None, method="getState", status=503)
    code, out, _ = run("switch", "1", "off", "--yes", "--wait", "0.5")
    assert code == 9 and "unknown" in out
    unit.faults.clear()
    unit.faults.order(Fault.STATUS, None, method="getState", status=401)
    before = unit.books().requests
    assert run("switch", "1", "off", "--yes")[0] == 4 and unit.books().requests == before + 3


def test_cycling_ends_when_the_outlet_is_on_again(run: Run, unit: XerusPdu) -> None:
    assert told(run, "cycle", "2", "--yes")["done"]
    assert [name for name, _ in unit.books().writes if "cycle" in name] == ["outlet.1.cyclePowerState"]


def test_a_dangerous_act_without_a_yes_is_not_done(run: Run, unit: XerusPdu) -> None:
    for words in (["switch", "1", "off"], ["cycle", "all"], ["firmware", "reboot"], ["cert", "install"], ["sequence", "cancel"],
                  ["links", "release", "3"], ["network", "bridge", "on"], ["servers", "add", "h"], ["snmp", "v2=no"],
                  ["thresholds", "outlet/1/current", "upperCritical=1"], ["firmware", "update", "no-such-file"]):
        code, _, err = run(*words)
        assert code == 12 and "--yes" in err, words
    assert not [entry for entry in unit.books().writes if "set" in entry[0] or "cycle" in entry[0]]


def test_a_person_is_asked_and_anything_but_yes_is_no(run: Run, unit: XerusPdu, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal:
        def __init__(self, answer: str) -> None:
            self.answer = answer

        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            return self.answer

    for answer, code in (("", 12), ("n\n", 12), ("yes\n", 0)):
        monkeypatch.setattr(sys, "stdin", Terminal(answer))
        found, _, err = run("switch", "1", "off")
        assert found == code and f"switch 1 off on {unit.host}?" in err
    assert f"switch 1 off on link unit 3 of {unit.host}?" in run("switch", "1", "off", "--link", "3")[2]


@pytest.mark.parametrize("words, code", [(["switch", "9", "off"], 7), (["switch", "0", "on"], 7), (["cycle", "x"], 2), (["switch", "1", "toggle"], 2),
                                         (["switch", "4", "off", "--yes"], 6), (["sequence", "1,2"], 2),
                                         (["sequence", "--delay", "5"], 2)])
def test_what_cannot_be_switched_is_said_so(run: Run, words: List[str], code: int) -> None:
    found, out, err = run(*words)
    assert found == code and err and not out


def test_an_outlet_that_does_not_follow_in_time_ends_with_another_code(run: Run, unit: XerusPdu) -> None:
    unit.units[0].relays._delays = unit.units[0].relays._delays._replace(movement=60.0)
    code, out, _ = run("switch", "1", "off", "--yes", "--wait", "0.1")
    assert code == 9 and "outlet 1  up" in out


def test_the_order_is_shown_set_and_taken_back(run: Run) -> None:
    assert told(run, "sequence")["order"] == []
    assert told(run, "sequence", "4,3,2,1", "--delay", "500", "--yes")["order"] == [4, 3, 2, 1]
    code, _, err = run("sequence", "1,2,3,4", "--delay", "soon", "--yes")
    assert code == 2 and "milliseconds" in err and told(run, "sequence")["order"] == [4, 3, 2, 1]
    assert told(run, "sequence", "none", "--yes")["order"] == []
    assert done(run("sequence", "cancel", "--yes")) == "cancelled\n"


# ---- firmware, files, services -----------------------------------------------------------------------------

def test_a_firmware_update_from_file_to_restart(run: Run, tmp_path: Path, unit: XerusPdu) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300", 50_000))
    assert "version" in done(run("firmware"))
    assert told(run, "firmware", "upload", str(path))["image"]["version"] == "4.4.1.6-53300"
    assert done(run("firmware", "discard")) == "the image is discarded\n"
    code, _, err = run("firmware", "update", "--yes")
    assert code == 6 and "upload one first" in err
    updated = told(run, "firmware", "update", str(path), "--yes", "--wait", "30")
    assert updated["last"]["status"] == "SUCCESSFUL" and updated["last"]["imageVersion"] == "4.4.1.6-53300"


@pytest.mark.parametrize("flaw, option", [({"compatible": False}, "--cross"), ({"signed": False}, "--allow-untrusted")])
def test_an_image_that_does_not_fit_needs_to_be_asked_for(run: Run, tmp_path: Path, flaw: Any, option: str) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300", **flaw))
    code, _, err = run("firmware", "update", str(path), "--yes")
    assert code == 6 and option in err


def test_a_file_that_is_no_image_is_called_that(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "image.bin"
    path.write_bytes(b"x" * 100)
    for words in (["update", str(path), "--yes", "--cross"], ["upload", str(path)]):
        code, _, err = run("firmware", *words)
        assert code == 6 and "no firmware image" in err and "--cross" not in err


def test_an_update_is_seen_where_the_unit_keeps_only_so_many_entries_of_its_history(
        run: Run, tmp_path: Path, unit: XerusPdu) -> None:
    class Short(List[Any]):
        def append(self, entry: Any) -> None:
            self[:] = [*self[1:], entry]

    old = {"timestamp": 1, "oldVersion": "4.3.0", "imageVersion": "4.4.0", "imageMD5": "", "status": 0, "product": "",
           "platform": ""}
    unit.firmware.history = Short([old])
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    assert told(run, "firmware", "update", str(path), "--yes", "--wait", "30")["last"]["imageVersion"] == "4.4.1.6-53300"


def test_an_update_that_is_not_over_in_time_ends_with_another_code(run: Run, tmp_path: Path, unit: XerusPdu) -> None:
    unit.update_seconds = 60.0
    path = tmp_path / "image.bin"
    path.write_bytes(image("4.4.1.6-53300"))
    code, out, _ = run("firmware", "update", str(path), "--yes", "--wait", "0.1")
    assert code == 9 and "look at the unit" in out


def test_certificates_are_shown_uploaded_and_installed(run: Run, tmp_path: Path, unit: XerusPdu) -> None:
    key, certificate = unit.authority.issue()
    (tmp_path / "cert.pem").write_bytes(certificate)
    (tmp_path / "key.pem").write_bytes(key)
    assert "valid until" in done(run("cert"))
    assert "not yet in use" in done(run("cert", "upload", str(tmp_path / "cert.pem"), str(tmp_path / "key.pem")))
    assert done(run("cert", "install", "--yes")) == "installed\n"
    out = tmp_path / "active.pem"
    done(run("cert", "download", "--out", str(out)))
    assert out.read_bytes().startswith(b"-----BEGIN CERTIFICATE") and out.stat().st_mode & 0o077 == 0
    code, _, err = run("cert", "download", "--out", str(out))
    assert code == 2 and "exists" in err.lower()
    assert run("cert", "upload", str(out), str(tmp_path / "key.pem"))[0] in (0, 6)
    assert run("cert", "upload", str(tmp_path / "missing"))[0] == 2


@pytest.mark.parametrize("kind", ["raw", "bulk", "backup"])
def test_configurations_go_down_and_up(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "config.txt"
    done(run("config", kind, "get", "--out", str(path)))
    assert "last seen: " in done(run("config", kind, "put", str(path), "--yes"))
    assert told(run, "config", kind, "put", str(path), "--yes")["status"] in ("UPDATE_OK", "RESTORE_OK")
    (tmp_path / "bad").write_bytes(b"\x00nonsense")
    code, _, err = run("config", kind, "put", str(tmp_path / "bad"), "--yes")
    assert code == 6 and "result code" in err


def test_a_configuration_that_is_taken_but_fails_later_is_an_error(run: Run, tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.simulators.xerus.services.config._DONE", 4)
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    code, _, err = run("config", "raw", "put", str(path), "--yes")
    assert code == 6 and "update failed" in err


def test_a_configuration_that_is_not_worked_in_in_time_ends_with_another_code(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "config.txt"
    done(run("config", "raw", "get", "--out", str(path)))
    code, out, _ = run("config", "raw", "put", str(path), "--yes", "--wait", "0")
    assert code == 9 and "update pending" in out


@pytest.mark.parametrize("words", [["cert", "upload", "FILE"], ["cert", "download"], ["config", "raw", "get"],
                                   ["config", "backup", "put", "FILE", "--yes"], ["diag", "--out", "-"], ["eto"], ["pmc", "csv"],
                                   ["pmc", "put", "FILE", "--yes"], ["firmware", "upload", "FILE"]])
def test_files_are_never_taken_for_those_of_a_link_unit(run: Run, tmp_path: Path, unit: XerusPdu, words: List[str]) -> None:
    (tmp_path / "FILE").write_bytes(b"x")
    before = unit.books().requests
    code, _, err = run(*[str(tmp_path / word) if word == "FILE" else word for word in words], "--link", "3")
    assert code == 2 and "leave --link out" in err and unit.books().requests == before


def test_a_file_and_json_do_not_share_one_output(run: Run, tmp_path: Path) -> None:
    code, out, err = run("config", "raw", "get", "--json")
    assert code == 2 and "--out FILE" in json.loads(out)["error"]["reason"]
    assert told(run, "config", "raw", "get", "--out", str(tmp_path / "raw.txt"))["bytes"] > 0


def test_an_encrypted_backup_takes_its_password_from_a_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("very-secret\n", encoding="ascii")
    path = tmp_path / "backup.txt"
    done(run("config", "backup", "get", "--out", str(path), "--config-password-file", str(tmp_path / "word")))
    code, _, err = run("config", "backup", "put", str(path), "--yes")
    assert code == 6 and "very-secret" not in err
    done(run("config", "backup", "put", str(path), "--yes", "--config-password-file", str(tmp_path / "word")))


def test_diagnosis_descriptor_and_power_meter_files(run: Run, tmp_path: Path) -> None:
    done(run("diag", "--out", str(tmp_path / "diag.tgz")))
    assert (tmp_path / "diag.tgz").stat().st_size > 100
    done(run("eto", "--out", str(tmp_path / "eto")))
    done(run("pmc", "csv", "--out", str(tmp_path / "mains.csv")))
    done(run("pmc", "csv", "1", "--out", str(tmp_path / "panel.csv")))
    (tmp_path / "pmc.json").write_text("{}", encoding="ascii")
    assert done(run("pmc", "put", str(tmp_path / "pmc.json"), "--yes")) == "the unit answered: OK\n"
    assert run("pmc", "csv", "9")[0] == 2


def test_snmp_settings_change_and_communities_stay_secret(run: Run, tmp_path: Path, unit: XerusPdu) -> None:
    (tmp_path / "community").write_text("read-me\n", encoding="ascii")
    shown = told(run, "snmp", "v2=yes", "location=rack 7", "--read-community-file", str(tmp_path / "community"), "--yes")
    assert shown["v2"] is True and shown["read community"] == "set" and "read-me" not in str(shown)
    assert unit.snmp.configuration["readComm"] == "read-me" and unit.snmp.configuration["sysLocation"] == "rack 7"
    assert run("snmp", "readComm=public", "--yes")[0] == 2
    unit.snmp.configuration["readComm"] = ""
    code, _, err = run("snmp", "v2=yes", "--yes")
    assert code == 6 and err.startswith(f"refused: {unit.host}: snmp: ")


def test_a_unit_that_is_silent_after_it_took_new_network_settings_took_them(run: Run, unit: XerusPdu) -> None:
    unit.faults.order(Fault.CLOSE_BEFORE, None, method="getSettings", skip=1)
    code, out, _ = run("network", "bridge", "on", "--yes")
    assert code == 9 and "no longer answers" in out


def test_a_download_that_has_no_place_to_go_is_not_begun_and_half_a_file_is_not_kept(run: Run, unit: XerusPdu, tmp_path: Path) -> None:
    before = unit.books().requests
    (tmp_path / "there").write_bytes(b"mine")
    assert run("diag", "--out", str(tmp_path / "there"))[0] == run("diag", "--out", str(tmp_path / "no" / "x"))[0] == 2
    assert unit.books().requests == before and (tmp_path / "there").read_bytes() == b"mine"
    unit.faults.order(Fault.STATUS, status=401)
    assert run("diag", "--out", str(tmp_path / "new"))[0] == 4 and not (tmp_path / "new").exists()


def test_debug_goes_beside_the_result_and_not_into_it(run: Run, tmp_path: Path) -> None:
    code, out, err = run("info", "--debug", "--json")
    assert code == 0 and json.loads(out)["outlets"] == 4 and "performBulk" in err


def test_sensors_of_which_one_is_refused_are_shown_all_the_same(run: Run, unit: XerusPdu) -> None:
    unit.units[0].remove(unit.units[0].outlets[0].sensors.fitted["current"])
    rows = {row["sensor"]: row for row in told(run, "sensors")["sensors"]}
    assert rows["outlet/1/current"]["alarm"] == "not there" and rows["outlet/2/current"]["alarm"] == ""


def test_link_units_are_listed_added_and_released(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RARITAN_LINK_PASSWORD", "legrand")
    assert list(told(run, "links")["linkUnits"]) == ["3"]
    assert list(told(run, "links", "add", "2", "192.0.2.50", "--yes")["linkUnits"]) == ["2", "3"]
    code, _, err = run("links", "add", "2", "192.0.2.51", "--yes")
    assert code == 6 and "in use" in err
    assert list(told(run, "links", "release", "2", "--yes")["linkUnits"]) == ["3"]
    assert run("links", "add", "2")[0] == 2
    assert run("links", "--link", "3")[0] == 2


def test_bridge_and_port_forwarding(run: Run) -> None:
    assert told(run, "network")["interface br0"] is False
    assert told(run, "network", "bridge", "on", "--yes")["interface br0"] is True
    done(run("network", "bridge", "off", "--yes"))
    shown = told(run, "network", "forwarding", "on", "--role", "primary", "--interface", "usb", "--yes")
    assert (shown["role"], shown["downstream interface"]) == ("PRIMARY_UNIT", "usb")
    assert shown["https of unit N"] == "port 50000 + N" and "https of unit N" not in told(run, "network", "forwarding", "off", "--yes")
    assert run("network", "forwarding", "on", "--yes")[0] == 2


def test_watched_servers(run: Run) -> None:
    assert told(run, "servers")["servers"] == []
    added = told(run, "servers", "add", "web.example", "--yes")["servers"]
    assert [row["host"] for row in added] == ["web.example"]
    assert told(run, "servers", "delete", str(added[0]["id"]), "--yes")["servers"] == []
    assert run("servers", "delete", "99", "--yes")[0] == 6


# ---- login and errors --------------------------------------------------------------------------------------

@pytest.mark.parametrize("fault, how, code", [
    (Fault.STATUS, {"status": 401}, 4), (Fault.STATUS, {"status": 503}, 3), (Fault.HTML, {}, 5), (Fault.PRIVILEGE, {}, 4)])
def test_each_kind_of_error_has_its_exit_code_and_one_line(run: Run, unit: XerusPdu, fault: Fault, how: Any, code: int) -> None:
    unit.faults.order(fault, None, **how)
    found, out, err = run("outlets")
    assert found == code and not out and err.count("\n") == 1
    found, out, _ = run("outlets", "--json")
    assert found == code and set(json.loads(out)["error"]) == {"kind", "host", "operation", "reason"}


def test_without_a_password_and_without_a_terminal_it_says_where_one_can_come_from(
        run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RARITAN_PASSWORD")
    code, _, err = run("info")
    assert code == 2 and "RARITAN_PASSWORD" in err


def test_advice_names_the_options_of_the_tool_and_not_the_settings_of_the_handler(
        unit: XerusPdu, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("RARITAN_PASSWORD", unit.password)
    assert cli.main([f"{unit.host}:{unit.port}", "info"]) == 3
    err = capsys.readouterr().err
    assert "--ca or --fingerprint" in err and "--no-verify" in err and "ca_pem" not in err


def test_a_token_and_a_password_file_serve_as_login(run: Run, unit: XerusPdu, tmp_path: Path,
                                                    monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RARITAN_PASSWORD")
    (tmp_path / "password").write_text(unit.password + "\n", encoding="ascii")
    done(run("info", "--password-file", str(tmp_path / "password")))
    (tmp_path / "token").write_text("0" * 32, encoding="ascii")
    assert run("info", "--token-file", str(tmp_path / "token"))[0] == 4


@pytest.mark.parametrize("words", [["--password", "x"], ["--pass", "x"]])
def test_a_secret_is_never_an_argument(run: Run, words: List[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run("info", *words)
    assert caught.value.code == 2


def test_old_firmware_is_served_as_far_as_it_goes(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    with XerusPdu(Model(outlets=2), "3.3") as pdu:
        monkeypatch.setenv("RARITAN_PASSWORD", pdu.password)
        common = ["--fingerprint", pdu.fingerprint]
        for command in ("info", "outlets", "sensors", "sequence", "firmware", "cert", "snmp", "servers"):
            assert cli.main([f"{pdu.host}:{pdu.port}", command, *common]) == 0, capsys.readouterr().err
        for command in ("links", "network"):
            assert cli.main([f"{pdu.host}:{pdu.port}", command, *common]) == 8
            assert "does not offer this" in capsys.readouterr().err


def test_it_runs_as_a_module(unit: XerusPdu) -> None:
    environment = {**os.environ, "RARITAN_PASSWORD": unit.password}
    done_ = subprocess.run([sys.executable, "-m", "handlers.raritan", f"{unit.host}:{unit.port}", "info",
                            "--json", "--no-verify"],
                           cwd=ROOT, capture_output=True, text=True, env=environment, timeout=60)
    assert done_.returncode == 0 and json.loads(done_.stdout)["outlets"] == 4


def shell(unit: XerusPdu, words: str, **more: str) -> "subprocess.CompletedProcess[bytes]":
    """A command line of a POSIX shell; TOOL stands for the tool and the unit's address."""
    tool = f"{sys.executable} -m handlers.raritan {unit.host}:{unit.port}"
    environment = {**os.environ, "RARITAN_PASSWORD": unit.password, **more}
    return subprocess.run(words.replace("TOOL", tool), shell=True, cwd=ROOT, capture_output=True, env=environment, timeout=60)


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_a_terminal_does_not_have_are_shown_as_their_codes(unit: XerusPdu, encoding: str) -> None:
    unit.units[0].outlets[0].settings["name"] = "größe → 1"
    ended = shell(unit, "TOOL outlets --no-verify", PYTHONIOENCODING=encoding)
    assert ended.returncode == 0 and rb"\u2192 1" in ended.stdout and not ended.stderr
    assert shell(unit, "TOOL thresholds --help", PYTHONIOENCODING=encoding).returncode == 0


@pytest.mark.parametrize("closed, code", [(">&-", 0), ("2>&-", 0), ("<&-", 0), ("<&- >&- 2>&-", 0)])
def test_streams_that_the_caller_closed_are_no_trouble(unit: XerusPdu, closed: str, code: int) -> None:
    assert shell(unit, f"TOOL info --no-verify {closed}").returncode == code
    asked = shell(unit, f"TOOL switch 1 off --no-verify {closed}")
    assert asked.returncode == 12 and b"Traceback" not in asked.stderr and not asked.stdout


@pytest.mark.parametrize("words", [["diag", "--out", "-"], ["sensors"]])
def test_it_ends_quietly_when_nobody_reads_on(unit: XerusPdu, words: List[str]) -> None:
    environment = {**os.environ, "RARITAN_PASSWORD": unit.password}
    reader, writer = os.pipe()
    os.close(reader)
    try:
        ended = subprocess.run([sys.executable, "-m", "handlers.raritan", f"{unit.host}:{unit.port}", *words,
                                "--no-verify"], cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True,
                               env=environment, timeout=60)
    finally:
        os.close(writer)
    assert (ended.returncode, ended.stderr) == (READER_GONE, "")


@pytest.mark.parametrize("value, shown", [(5000123.75, "5000123.8"), (0.0046, "0.0046"), (16.0, "16"), (-230.04, "-230.04")])
def test_figures_are_short_and_a_counter_keeps_its_digits(value: float, shown: str) -> None:
    assert text(value) == shown


@pytest.mark.parametrize("words", [["info", "--link", "1"], ["info", "--link", "-3"], ["info", "--link", "x"], ["info", "--wait", "nan"],
                                   ["info", "--wait", "-1"], ["info", "--timeout", "nan"], ["info", "--timeout", "0"]])
def test_figures_that_make_no_sense_are_refused_before_anything_is_sent(run: Run, unit: XerusPdu, words: List[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        run(*words)
    assert caught.value.code == 2 and unit.books().requests == 0


def test_an_empty_variable_is_no_password(run: Run, monkeypatch: pytest.MonkeyPatch, unit: XerusPdu) -> None:
    monkeypatch.setenv("RARITAN_PASSWORD", "")
    code, _, err = run("info")
    assert code == 2 and "RARITAN_PASSWORD" in err and unit.books().requests == 0


def test_the_end_of_input_at_the_question_for_a_password_is_no_password(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def ends(_: str) -> str:
        raise EOFError

    monkeypatch.delenv("RARITAN_PASSWORD")
    monkeypatch.setattr("sys.stdin.isatty", lambda: True)
    monkeypatch.setattr("getpass.getpass", ends)
    assert run("info")[0] == 2


@pytest.mark.parametrize("error, code", [(KeyboardInterrupt(), 130), (ValueError("'x' is no address"), 2), (ImportError(), 2)])
def test_a_search_that_cannot_be_ends_with_a_sentence(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
                                                      error: BaseException, code: int) -> None:
    from handlers.raritan import zeroconf

    def fails(seconds: float, interfaces: Any) -> Any:
        raise error

    monkeypatch.setattr(zeroconf, "discover_devices", fails)
    assert cli.main(["discover", "--seconds", "0.1"]) == code and capsys.readouterr().err.count("\n") == 1


def test_discover_without_a_host(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    from handlers.raritan import zeroconf
    found = [zeroconf.Device("PX3-1 Rack", "PX3-1", "192.0.2.7", 443, "4.4.1")]
    monkeypatch.setattr(zeroconf, "discover_devices", lambda seconds, interfaces: found)
    assert cli.main(["discover", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["address"] == "192.0.2.7"
    assert cli.main(["discover"]) == 0 and "PX3-1 Rack" in capsys.readouterr().out
