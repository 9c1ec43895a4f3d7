"""`pdu raritan HOST events`: lines, lost connections, and how it ends: after N events, a time,
Ctrl-C or a broken pipe.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from handlers.raritan.rpc import (
    Structure,
    Time,
    devsettings,
    event as rpc_event,
    pdumodel,
    sensors,
    serial,
    smartlock,
    usermgmt,
    webcam,
)
from handlers.raritan.rpc._runtime.codec import decoder
from handlers.raritan.rpc.idl import Event
from handlers.raritan.rpc.peripheral import GatewaySensorManager
from pdu.core.cli.exit_codes import INTERRUPTED, NOT_SEEN
from pdu.xerus import context, events
from tests.handlers.raritan import declared
from tests.handlers.raritan.declared import Nowhere
from tests.needs import ROOT
from tests.simulators.xerus import Fault, XerusPdu
from tests.waiting import PATIENCE_S, bounded, finished, until

from .results import Run, done


def polling(unit: XerusPdu) -> bool:
    return any(channel.polls for channel in unit.events[0].channels)


def switch(unit: XerusPdu, number: int, on: bool) -> None:
    """Switch an outlet while the command listens."""
    with unit.lock:
        outlet = unit.units[0].outlets[number - 1]
        outlet.setPowerState(int(on))


@pytest.fixture
def busy(unit: XerusPdu) -> Iterator[None]:
    """Outlet 2 is switched again and again while the test runs."""
    over = threading.Event()

    def work() -> None:
        on, polls = False, 0
        while not over.wait(0.02):
            now = sum(channel.polls for channel in unit.events[0].channels)
            if now > polls:  # the command has polled again
                switch(unit, 2, on)
                on, polls = not on, now

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    yield
    over.set()
    finished(thread)


def test_each_event_is_a_line_that_names_the_outlet_and_what_changed(run: Run, busy: None) -> None:
    lines = done(run("events", "--count", "4")).splitlines()
    assert len(lines) == 4
    assert any("outlet/2 'web'  state changed: powerState on → off" in line for line in lines)
    assert not any("outletState" in line for line in lines)


def test_the_name_of_an_event_comes_from_the_unit_even_if_the_binding_does_not_know_it() -> None:
    added = usermgmt.AccountAdded(username="operator", actUserName="admin", actIpAddr="192.0.2.1")
    assert "account added: username operator, by admin from 192.0.2.1" in events.format_line(
        added, "unit"
    )
    name = "pdumodel.Outlet_9_0_0.RelayWornEvent:1.0.0"
    new = decoder(Event)({"type": name, "value": {"source": None, "cycles": 7}}, Nowhere())
    assert events.format_line(new, "").endswith("  unit  relay worn")
    assert json.loads(events.format_json(new, ""))["event"] == "pdumodel.Outlet.RelayWornEvent"


def test_time_stamps_are_not_changes() -> None:
    reading = sensors.NumericSensor.Reading
    old, new = reading(value=4.0), reading(value=5.0, timestamp=Time(2030, 1, 2))
    line = events.format_line(
        sensors.NumericSensor.StateChangedEvent(oldReading=old, newReading=new), "outlet/1/current"
    )
    assert line.endswith("state changed: value 4 → 5")


def test_in_json_a_field_replaces_neither_type_of_its_event_nor_the_name_of_the_source() -> None:
    dip = pdumodel.VoltageMonitoringSensor.Event(duration=20)
    found = json.loads(
        events.format_json(
            pdumodel.VoltageMonitoringSensor.EventOccurredEvent(event=dip), "inlet/1/voltage"
        )
    )
    assert (
        found["event"] == "pdumodel.VoltageMonitoringSensor.EventOccurredEvent"
        and found["event_"]["duration"] == 20
    )
    found = json.loads(events.format_json(webcam.WebcamAddedEvent(name="door"), "unit"))
    assert (found["name"], found["name_"]) == ("unit", "door")


def test_each_text_of_binding_that_is_named_like_a_secret_is_hidden_or_known_to_be_none() -> None:
    none = {
        "authServerName",
        "code",
        "commonName",
        "key",
        "pinnedDeviceType",
        "romCode",
        "sshPublicKey",
    }
    texts = {
        name
        for cls in declared.classes(Structure)
        for name, hint in declared.hints(cls).items()
        if hint is str
    }
    named = {
        name
        for name in texts
        if re.search("(?i)auth|code|comm|cred|key|pass|pin|psk|pwd|secret|token", name)
    }
    assert named == none | set(context.SECRET_FIELDS) and not none & set(context.SECRET_FIELDS)


def test_no_event_shows_a_secret() -> None:
    access = smartlock.DoorAccessControl
    rules = [
        access.DoorAccessRule(
            name="staff", keypadCondition1=access.KeypadCondition(enabled=True, pin=pin)
        )
        for pin in ("", "4711", "0815")
    ]
    # older firmware sends the settings
    account = decoder(Event)(
        {
            "type": "usermgmt.AccountChanged:1.0.0",
            "value": {
                "oldSettings": {"snmpV3Settings": {"privPassphrase": ""}},
                "newSettings": {"snmpV3Settings": {"privPassphrase": "4711"}},
            },
        },
        Nowhere(),
    )
    entry = rpc_event.DataPushService.EntryAddedEvent(
        settings=rpc_event.DataPushService.EntrySettings(password="4711")
    )
    package, changed = (
        GatewaySensorManager.ConfigurationPackage,
        GatewaySensorManager.ConfigurationChangedEvent,
    )
    remote = [
        changed(configuration={"1": package(devices=[one])})
        for one in (
            GatewaySensorManager.RemoteSnmpV1V2Device(community="4711"),
            GatewaySensorManager.RemoteSnmpV3Device(privacyPassphrase="0815"),
        )
    ]
    configuration = devsettings.Snmp.Configuration
    community = devsettings.Snmp.ConfigurationChangedEvent(
        oldConfig=configuration(), newConfig=configuration(readComm="4711", writeComm="0815")
    )
    for event, shown in (
        (community, "readComm  → (not shown), writeComm  → (not shown)"),
        (
            access.DoorAccessRuleChangedEvent(oldRule=rules[0], newRule=rules[1]),
            "keypadCondition1.pin  → (not shown)",
        ),
        (
            access.DoorAccessRuleChangedEvent(oldRule=rules[1], newRule=rules[2]),
            "keypadCondition1.pin (not shown) → (not shown)",
        ),
        (access.DoorAccessRuleAddedEvent(rule=rules[1]), "rule.keypadCondition1.pin (not shown)"),
        (account, "snmpV3Settings.privPassphrase  → (not shown)"),
        (serial.GsmModem.SimPinUpdatedEvent(newPin="4711"), "sim pin updated: (not shown)"),
        (entry, "settings.password (not shown)"),
        (remote[0], '"devices": [{"community": "(not shown)"'),
        (remote[1], "configuration changed: configuration {"),
    ):
        line, found = events.format_line(event, "unit"), events.format_json(event, "unit")
        assert shown in line and "(not shown)" in found
        assert not any(secret in text for secret in ("4711", "0815") for text in (line, found)), (
            line,
            found,
        )
    unset = access.DoorAccessRuleAddedEvent(rule=rules[0])
    assert '"pin": ""' in events.format_json(unset, "unit")
    assert "(not shown)" not in events.format_line(unset, "unit")


def test_a_new_name_is_shown_with_the_old_one_and_a_user_without_an_empty_address() -> None:
    renamed = usermgmt.AccountRenamed(username="al", newUsername="bob", actUserName="admin")
    assert events.format_line(renamed, "unit").endswith(
        "Z  unit  account renamed: al → bob, by admin"
    )


def test_with_json_each_event_is_one_object_on_one_line(run: Run, busy: None) -> None:
    lines = [
        json.loads(line)
        for line in done(run("events", "--json", "--all", "--count", "8")).splitlines()
    ]
    assert len(lines) == 8 and all(
        {"time", "event", "source", "name"} <= set(line) for line in lines
    )
    change = next(line for line in lines if line["event"] == "pdumodel.Outlet.PowerControlEvent")
    assert change["name"] == "outlet/2 'web'" and change["state"] in ("PS_ON", "PS_OFF")


def test_listening_ends_after_its_time_and_too_few_events_have_an_exit_code(
    run: Run, unit: XerusPdu
) -> None:
    assert run("events", "--for", "0.2") == (0, "", "")
    code, out, err = run("events", "--for", "0.2", "--count", "1")
    assert (code, out) == (
        NOT_SEEN,
        "",
    ) and err == f"not-seen: {unit.host}:{unit.port}: 0 of 1 events came within 0.2 s\n"


def started(unit: XerusPdu, tmp_path: Path, *words: str) -> subprocess.Popen[str]:
    """Start the command in a process, and wait until it polls for events."""
    (tmp_path / "ca.pem").write_text(unit.ca_pem, encoding="ascii")
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "pdu",
            "raritan",
            f"{unit.host}:{unit.port}",
            "events",
            "--ca-pem",
            str(tmp_path / "ca.pem"),
            *words,
        ],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PDU_PASSWORD": unit.password},
    )
    if not until(lambda: polling(unit)):
        process.kill()
        raise AssertionError(process.communicate(timeout=PATIENCE_S))
    return process


@pytest.mark.sample(1)
@pytest.mark.parametrize("words", [[], ["--json"]])
def test_ctrl_c_ends_the_command_quietly_and_releases_the_channel(
    unit: XerusPdu, tmp_path: Path, words: list[str]
) -> None:
    process = started(unit, tmp_path, *words)
    with bounded(process):
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=PATIENCE_S)
        assert (process.returncode, out, err) == (INTERRUPTED, "", "") and not unit.events[
            0
        ].channels


def test_a_lost_connection_is_reported_once_and_listening_continues(
    unit: XerusPdu, tmp_path: Path
) -> None:
    process = started(unit, tmp_path, "--count", "2")
    with bounded(process):
        unit.faults.order(Fault.CLOSE_BEFORE, 2)
        unit.close_connections()
        switch(unit, 1, False)
        out, err = process.communicate(timeout=PATIENCE_S)
        lines = err.splitlines()
        assert process.returncode == 0 and "state changed" in out and len(lines) == 2
        assert (
            "listening again as soon as the unit answers" in lines[0]
            and "listening again after" in lines[1]
        )
        assert lines[1].endswith("at most the events in transit were lost")


@pytest.mark.sample(1)
@pytest.mark.parametrize("json_", [False, True])
def test_a_lost_channel_leaves_a_record_among_the_events(
    unit: XerusPdu, tmp_path: Path, json_: bool
) -> None:
    process = started(unit, tmp_path, "--count", "2", *["--json"] * json_)
    with bounded(process):
        with unit.lock:
            unit.events[0].destroyChannel(unit.events[0].channels[0])
        assert until(lambda: polling(unit))
        switch(unit, 1, False)
        out, err = process.communicate(timeout=PATIENCE_S)
        gap, *others = out.splitlines()
        time = r"(20..-..-..T..:..:..Z)"
        assert process.returncode == 0 and len(others) == 2
        told = re.search(f"so the events from {time} to {time} are missing$", err)
        assert told is not None
        if json_:
            found = json.loads(gap)
            assert (found["event"], found["missing"]) == (None, {"from": told[1], "to": told[2]})
            assert (
                list(found)[:4]
                == list(json.loads(others[0]))[:4]
                == ["time", "event", "source", "name"]
            )
        else:
            assert re.fullmatch(f"{time}  events from {told[1]} to {told[2]} are missing", gap)
