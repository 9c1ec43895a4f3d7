"""`pdu check --dcimanager`: the file from which DCImanager imports PDUs."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from pdu import root
from pdu.loading.handler_loading import load
from pdu.monitoring.check_result import judge_reading
from pdu.monitoring.equipment_csv import EquipmentFile, write
from pdu.pdu_list.device_list import read_device_list
from pdu.pdu_list.logins import DeviceLogin
from pdu.reading.parts import Reading
from pdu.reading.polling import Target
from tests.dcimanager.equipment_csv import import_pdus
from tests.dcimanager.local_build import registered
from tests.dcimanager.manager import DciManager
from tests.peers import PEERS

from .halls import Hall, run

FIELDS = "name,size,handler,ip,ports_count,snmp_version,snmp_community,snmp_port,rack,note"


def test_the_file_has_a_line_of_known_fields_for_each_pdu_and_is_private(
    small: Hall, tmp_path: Path
) -> None:
    file = tmp_path / "import.csv"
    words = ("--dcimanager", file, "--columns", FIELDS)
    result = run("check", small.list(), "--auth", small.logins, *words)
    assert result.returncode == 0, result.stderr
    head, *lines = file.read_text("utf-8").splitlines()
    assert head == "#pdu" and not any(line.endswith(",") for line in lines)
    assert file.stat().st_mode & 0o777 == 0o600
    rows = {row[0]: dict(zip(FIELDS.split(","), row)) for row in csv.reader(lines)}
    assert {*rows} == {*PEERS}
    for name, row in rows.items():
        peer = small.peers[name]
        assert row["handler"] == f"pdu_{name}" and row["ip"] == peer.address
        assert int(row["ports_count"]) == len(peer.books().states) and row["size"] == ""
        for key in ("version", "community", "port"):
            # other protocols' logins are no fields of the form's SNMP part
            usual = "2" if (name, key) == ("snmp", "version") else ""
            assert row.get(f"snmp_{key}", "") == peer.snmp.get(key, usual)
        assert peer.settings.get("password", "no secret") not in file.read_text("utf-8")
    unwritten = [
        f"port {small.peers[name].settings['port']} of {name}"
        for name in PEERS
        if name != "snmp"  # the only one whose port has a field on the page
    ]
    listed = ", ".join([*unwritten[:5], f"{len(unwritten) - 5} more port"])
    assert f"known, but without a field in the file: {listed}; " in result.stderr
    assert "empty: size, rack, note" in result.stderr
    assert "delete it after the import" in result.stderr


def test_the_stand_in_imports_the_file_and_polls_the_pdus(small: Hall, tmp_path: Path) -> None:
    file = tmp_path / "import.csv"
    words = ("--dcimanager", file, "--columns", FIELDS)
    assert run("check", small.list(), "--auth", small.logins, *words).returncode == 0
    with DciManager(call_seconds=60) as manager:
        registered(manager)
        pdus = import_pdus(manager, file.read_bytes(), FIELDS.split(","))
        assert [pdu.name for pdu in pdus] == [*PEERS]
        manager.poll()
        (snmp,) = [pdu for pdu in pdus if pdu.name == "snmp"]
        assert snmp.last_poll is not None and snmp.last_poll.ok, snmp.last_poll
        assert len(snmp.ports) == len(small.peers["snmp"].books().states)


def test_the_usual_port_of_a_protocol_is_not_named(tmp_path: Path) -> None:
    (tmp_path / "hall.csv").write_text(
        "name,handler,address,settings\na,nut,192.0.2.1,device=x\nb,redfish,192.0.2.1:8443,\n"
        "c,jaws,192.0.2.1,scheme=http\n"
    )
    devices = read_device_list(str(tmp_path / "hall.csv")).devices
    login = DeviceLogin("x", {}, {"password": "p"})
    targets = [Target(device, load(device.handler), login) for device in devices]
    file = EquipmentFile(str(tmp_path / "import.csv"), ["name", "ip"])
    sentence = write(file, targets, [judge_reading(device, Reading()) for device in devices])
    assert "known, but without a field in the file: port 8443 of b;" in sentence


@pytest.mark.parametrize(
    "words, error",
    [
        (["--dcimanager", "{new}"], "--dcimanager needs --columns"),
        (["--columns", "name,ip"], "--columns needs --dcimanager"),
        (["--dcimanager", "{old}", "--columns", "name,ip"], "exists, and is not replaced"),
        (["--dcimanager", "{new}", "--columns", "size,rack"], "neither the name nor the address"),
        (["--dcimanager", "{new}", "--columns", "name,ip,name"], "names 'name' twice"),
        (["--dcimanager", "{new}/x.csv", "--columns", "name,ip"], "there is no folder"),
        (["--dcimanager", "--columns", "name,ip"], "looks like an option"),
    ],
)
def test_a_mistake_is_named_before_a_pdu_is_read(
    words: list[str], error: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "hall.csv").write_text("name,handler,address\na,nut,192.0.2.1\n")
    (tmp_path / "old").write_text("kept")
    places = {"new": str(tmp_path / "new"), "old": str(tmp_path / "old")}
    given = [word.format(**places) for word in words]
    assert root.run(["check", str(tmp_path / "hall.csv"), *given]) == 2
    assert error in capsys.readouterr().err
    assert not (tmp_path / "new").exists() and (tmp_path / "old").read_text() == "kept"
