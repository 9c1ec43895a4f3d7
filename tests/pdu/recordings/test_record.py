"""Recording devices: what a recording keeps, what it replaces, and what a handler reads from its
replay.
"""

from __future__ import annotations

import re

import pytest

from handlers.shared.errors import (
    Denied,
    SettingsError,
    Unreachable,
)
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.snmp import snmprec
from pdu.recordings.snmp.recorded_rows import RecordedRows, SnmpRow as HeldRow, arcs
from pdu.recordings.snmp.recording import scrubbed
from pdu.recordings.snmp.recording_format import compare_rows, find_device
from pdu_common.connection import PduData, PduSnmpData
from tests import foreign_files
from tests.handlers.redfish import tree as redfish
from tests.needs import localhost, program
from tests.pdu.recordings import planted_devices
from tests.pdu.recordings.planted_devices import (
    HANDLERS,
    PLANTED,
    UNITS,
    Unit,
    read,
    recorded,
    recording_of,
    replayed,
)
from tests.pdu.recordings.recording_formats import kind, names
from tests.ports import refusing
from tests.recordings import fixture
from tests.servers.snmpd import AUTH_PASSWORD, USERS, Snmpd
from tests.simulators.nut_server import Cut, NutServer, StaticDevice, SwitchedPdu, User
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import (
    BUILT_IN,
    Agent,
    Device,
    Faults,
    Row,
    write_snmprec,
)
from tests.simulators.snmp_agent.devices import apc

_ENTERPRISES = (1, 3, 6, 1, 4, 1)


def test_every_kind_of_device_is_tested() -> None:
    # a handler of `pdu new` has its own test
    assert {"nut", "raritan", "redfish", "snmp"} == set(UNITS) <= set(names())


@HANDLERS
def test_a_replayed_recording_reads_as_the_device_did(handler: str) -> None:
    before, recording = recording_of(handler)
    assert before.states and before.load is not None
    with replayed(handler, recording.text) as again:
        assert read(again) == before


def test_a_recording_of_a_redfish_service_without_power_equipment_has_a_note() -> None:
    with redfish.serving(redfish.Tree({"/redfish/v1": {"RedfishVersion": "1.16.0"}})) as address:
        made = kind("redfish").record(
            PduData(address, {"scheme": "http", "username": "any", "password": "any"}),
            RecordingOptions(),
        )
    assert made.notes == [
        "No power equipment was found, so the recording contains only the service root."
    ]


def test_redfish_resources_that_the_account_may_not_read_are_left_out_with_a_note() -> None:
    tree, outlets = redfish.Tree(redfish.unit()), redfish.OUTLETS
    tree.special[f"{outlets}/1"] = lambda _: redfish.Answer(None, 403)
    with redfish.serving(tree) as address:
        data = PduData(address, {"scheme": "http", "username": "any", "password": "any"})
        made = kind("redfish").record(data, RecordingOptions())
        assert made.notes == ["The recording leaves out 1 resource that could not be read."]
        assert f'"{outlets}/1": ' not in made.text and f'"{outlets}/2": ' in made.text
        for path in tree.resources:
            tree.special[path] = lambda _: redfish.Answer(None, 403)
        del tree.special["/redfish/v1"]
        with pytest.raises(Denied):
            kind("redfish").record(data, RecordingOptions())


@pytest.mark.parametrize("session", ["basic", "session", "auto"])
def test_a_refused_login_is_not_tried_again_because_that_may_block_the_account(
    session: str,
) -> None:
    with RedfishService(RedfishModel((Pdu(outlets=("1",)),))) as unit:
        data = PduData(
            unit.host,
            {
                "port": str(unit.port),
                "username": unit.user,
                "password": "wrong",
                "ca_pem": unit.ca_pem,
                "session": session,
            },
        )
        with pytest.raises(Denied):
            kind("redfish").record(data, RecordingOptions())
        assert sum(one.status == 401 for one in unit.log) == 1


@HANDLERS
def test_a_recording_holds_no_name_address_serial_number_or_secret(handler: str) -> None:
    with UNITS[handler]() as unit:
        text, kept = (
            recording_of(handler)[1].text,
            recorded(unit, "names", "addresses", "serials", "contacts", "locations"),
        )
    squeezed = text.lower().replace(" ", "").replace("-", "").replace(":", "")
    found = [
        value
        for value in PLANTED
        if value.lower() in text.lower()
        or value.lower().replace("-", "").replace(":", "") in squeezed
        or value.encode().hex() in text.lower()
    ]
    assert not found
    assert [value for value in PLANTED if value in kept], "nothing was planted"
    assert not [value for value in planted_devices.SECRETS if value in kept]


@pytest.mark.parametrize(
    "kind_of_address, octets, replaced",
    [
        (1, "c0a8071e", "c0000202"),
        (1, "ffffff00", "ffffff00"),
        (2, "5db8d822", "5db8d822"),
        (1, "5db8d822", "c0000202"),
        (2, "20010db885a3000000008a2e03707334", "20010db8" + 23 * "0" + "1"),
        (7, "c0a8071e", "c0000202"),
        (7, "00000a0b", "00000a0b"),
        (7, "fd0000120034000000000000000000a7", "20010db8" + 23 * "0" + "1"),
    ],
)
def test_an_address_in_octets_is_replaced_if_it_is_private_or_the_column_before_it_holds_its_type(
    kind_of_address: int, octets: str, replaced: str
) -> None:
    """InetAddressType: 1 ipv4, 2 ipv6. Source: RFC 4001, section 3."""
    entry = "1.3.6.1.4.1.99999.1.1"
    rows = snmprec.parse(f"{entry}.4.1|2|{kind_of_address}\n{entry}.5.1|4x|{octets}\n").rows
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert clean[arcs(f"{entry}.5.1")] == HeldRow(4, bytes.fromhex(replaced))


@pytest.mark.parametrize("octets", ["5db8d822", "0d5d0eefdd7f9c01"])
def test_octets_that_the_family_does_not_read_are_replaced_whatever_they_look_like(
    octets: str,
) -> None:
    device = fixture("hpe-mapdu3_metered").device().rows()
    rows = snmprec.parse(write_snmprec(device)).rows
    entry = arcs("1.3.6.1.4.1.232.165.99.1.0")
    rows[entry] = HeldRow(4, bytes.fromhex(octets))
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert clean[entry].value == bytes(len(octets) // 2)
    kept = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}), ["addresses"])
    assert kept[entry] == rows[entry]


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_an_outlets_name_is_replaced_also_where_its_column_is_needed(encoding: str) -> None:
    rows = snmprec.parse(write_snmprec(fixture("hpe-mapdu3_metered").device().rows())).rows
    found, *_ = find_device(rows, "hpe-mapdu3")
    assert found is not None and found.outlets is not None and found.outlets.name is not None
    names = found.outlets.name.rows(found.reader).values()
    named = next(oid for oid, row in rows.items() if row.raw in names)
    rows[named] = rows[named]._replace(value="Büro Kundenmeier".encode(encoding))
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    assert "name-" in str(clean[named].raw)
    assert not re.search("ro|Kundenmeier", str(clean[named].raw))


@pytest.mark.parametrize(
    "energy, same",
    [("6.5", True), ("2345678", False)],
    ids=["the energy stays", "the energy is replaced"],
)
def test_a_note_says_whether_the_scrubbed_recording_still_reads_as_the_device_does(
    energy: str, same: bool
) -> None:
    netbooter, name = "1.3.6.1.4.1.21728.3", b"2345678"
    device = fixture("synaccess-netbooter").device().rows()
    device.update(
        {
            f"{netbooter}.5.7.0": Row(4, energy.encode()),
            f"{netbooter}.2.1.1.2.0": Row(4, name),
        }
    )
    rows = snmprec.parse(write_snmprec(device)).rows
    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))
    note = compare_rows(rows, clean, RecordedRows(rows))
    assert ("as the device does" in note[0]) is same


NOTES = """
geist-v5_inlet | metered_only=yes | It reads as the family geist-v5 with 0 outlets, as the device
geist-v5_inlet | | The handler does not read it: the PDU has meters of the family 'geist-v5' but
ip9258 | | No family is detected: record it again with -s profile=FAMILY if you know its family
ip9258 | profile=apc-rpdu | The handler does not read it: the device has no outlets or meters of
ip9258 | profile=ip9258 | It reads as the family ip9258 with 4 outlets, as the device does.
"""


@pytest.mark.parametrize("line", NOTES.strip().splitlines())
def test_the_note_about_a_recording_heeds_the_settings(line: str) -> None:
    name, setting, begin = (cell.strip() for cell in line.split("|"))
    settings = dict([setting.split("=")]) if setting else {}
    with Agent(fixture(name).device()) as agent:
        data = PduSnmpData(agent.host, {"port": str(agent.port), "community": "public"}, settings)
        (note,) = kind("snmp").record(data, RecordingOptions()).notes
    assert note.startswith(begin)
    assert "metered_only" not in note or "-s metered_only=yes" in note


def test_an_unknown_setting_is_refused_before_a_device_is_recorded() -> None:
    with Agent(fixture("ip9258").device()) as agent, pytest.raises(SettingsError, match="nonsense"):
        kind("snmp").record(
            PduSnmpData(agent.host, {"port": str(agent.port)}, {"nonsense": "1"}),
            RecordingOptions(),
        )
    assert not agent.counts


def test_a_recording_is_not_read_as_a_family_that_does_not_exist() -> None:
    rows = snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999\n").rows
    with pytest.raises(SettingsError, match="'apc-nosuch' is neither a family .* nor a file"):
        find_device(rows, "apc-nosuch")


def test_the_user_and_the_host_of_the_login_are_not_in_a_recording() -> None:
    device = StaticDevice(
        "pdu", {"outlet.1.status": "on", "ups.test.result": "started by mschmidt from localhost"}
    )
    with NutServer([device], users=[User("mschmidt", "any", commands=frozenset())]) as server:
        text = recorded(
            Unit(
                "nut",
                PduData(
                    localhost(),
                    {"port": str(server.port), "username": "mschmidt", "password": "any"},
                ),
            )
        )
    assert "ups.test.result: started by name-1 from host-1.example" in text
    assert "mschmidt" not in text and "localhost" not in text


@pytest.mark.parametrize(
    "handler, limit",
    [
        ("raritan", "recordings.raritan.recording.MOST_CALLS"),
        ("redfish", "recordings.redfish.recording.MOST_RESOURCES"),
    ],
)
def test_a_recording_that_stops_at_its_limit_says_so(
    handler: str, limit: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not recording_of(handler)[1].notes
    with UNITS[handler]() as unit:
        monkeypatch.setattr(f"pdu.{limit}", 20)
        notes = kind(handler).record(unit.data, RecordingOptions()).notes
    assert len(notes) == 1
    assert notes[0].startswith("The recording may be incomplete: recording ends after 20 ")


@pytest.mark.sample(1)
@pytest.mark.parametrize("version", ["2"])
def test_a_recording_continues_after_lost_answers(version: str) -> None:
    """The agent has 291 rows, falls silent after 270 or more, and answers again while the recorder
    waits.
    """
    with Agent(apc.rpdu2(outlets=8), faults=Faults(walk_silent_after=270)) as agent:
        messages: list[str] = []

        def sleep(_: float) -> None:
            agent.faults.walk_silent_after = None

        data = PduSnmpData(
            agent.host,
            {
                "port": str(agent.port),
                "community": "public",
                "version": version,
                "timeout": "2",
                "retries": "0",
            },
        )
        text = (
            kind("snmp")
            .record(data, RecordingOptions(patience=60.0, tell=messages.append, sleep=sleep))
            .text
        )
        requests = agent.requests
    with Agent(apc.rpdu2(outlets=8)) as whole:
        again = PduSnmpData(
            whole.host, {"port": str(whole.port), "community": "public", "version": version}
        )
        assert kind("snmp").record(again, RecordingOptions()).text == text
        assert "no answer; trying again" in messages and requests < 1.3 * whole.requests


@pytest.mark.parametrize(
    "faults, reason",
    [
        (Faults(walk_error="authorizationError", walk_error_after=270), "authorizationError"),
        (Faults(walk_silent_after=270), "no SNMP answer"),
    ],
)
def test_a_recording_that_a_fault_ends_keeps_what_was_read_and_says_where_it_stopped(
    faults: Faults, reason: str
) -> None:
    with Agent(apc.rpdu2(outlets=8), faults=faults) as agent:
        params = {"port": str(agent.port), "community": "public", "timeout": "1", "retries": "0"}
        recording = kind("snmp").record(PduSnmpData(agent.host, params), RecordingOptions())
    rows = snmprec.parse(recording.text).rows
    assert 200 <= len(rows) < 291
    (stop,) = [note for note in recording.notes if note.startswith("The recording is not whole")]
    assert f"it stopped after {'.'.join(map(str, max(rows)))} (" in stop and reason in stop


@pytest.mark.parametrize("version", ["2"])
def test_all_that_was_read_before_an_agent_fell_silent_is_kept(version: str) -> None:
    """It answers no request for the 61st of the vendor's objects, which is less than one page."""
    vendors = sorted(
        oid for oid in map(arcs, apc.rpdu2(outlets=8).device.rows()) if oid[:6] == _ENTERPRISES
    )
    silent_from = ".".join(map(str, vendors[60]))
    with Agent(apc.rpdu2(outlets=8), faults=Faults(walk_silent_from=silent_from)) as agent:
        params = {
            "port": str(agent.port),
            "community": "public",
            "version": version,
            "timeout": "1",
            "retries": "0",
        }
        recording = kind("snmp").record(PduSnmpData(agent.host, params), RecordingOptions())
    recorded_rows = snmprec.parse(recording.text).rows
    assert [oid for oid in recorded_rows if oid[:6] == _ENTERPRISES] == vendors[:60]
    assert f"it stopped after {'.'.join(map(str, vendors[59]))} (" in recording.notes[0]


@pytest.mark.parametrize("version", ["2"])
@pytest.mark.parametrize("after_missing", ["first", "end"])
def test_an_agent_that_continues_only_from_its_objects_is_recorded_whole(
    after_missing: str, version: str
) -> None:
    """To the root of a tree it answers its first object, or the end of its objects. Between the
    system group and the vendor's objects it has a row that no recording holds."""
    device = Device({**apc.rpdu2(outlets=8).device.rows(), "1.3.6.1.2.1.2.1.0": Row(0x02, 2)})
    with Agent(device, faults=Faults(after_missing=after_missing)) as agent:
        params = {"port": str(agent.port), "community": "public", "version": version}
        recording = kind("snmp").record(PduSnmpData(agent.host, params), RecordingOptions())
    with Agent(device) as usual:
        params["port"] = str(usual.port)
        whole = kind("snmp").record(PduSnmpData(usual.host, params), RecordingOptions())
    assert snmprec.parse(recording.text).rows.keys() == snmprec.parse(whole.text).rows.keys()
    assert not any(note.startswith("The recording is not whole") for note in recording.notes)


def test_a_nut_server_that_closes_the_connection_is_asked_again() -> None:
    with NutServer([SwitchedPdu("pdu", outlets=4)]) as server:
        pauses: list[float] = []
        asked: list[str] = []

        def rewrite(request: str, answer: bytes) -> bytes:
            asked.append(request)
            return Cut(b"") if request.startswith("LIST VAR") and not pauses else answer

        def sleep(seconds: float) -> None:
            pauses.append(seconds)

        server.faults.rewrite = rewrite
        text = (
            kind("nut")
            .record(
                PduData(server.host, {"port": str(server.port)}),
                RecordingOptions(patience=60.0, sleep=sleep),
            )
            .text
        )
    assert pauses and asked.count("LIST VAR pdu") >= 2 and "outlet.4.status: on" in text


def test_a_device_that_never_answered_is_not_waited_for() -> None:
    def sleep(_: float) -> None:
        raise AssertionError("waited")

    with Agent(BUILT_IN["apc-rpdu2"](), faults=Faults(silent=True)) as agent:
        params = {"port": str(agent.port), "community": "public", "timeout": "0.1", "retries": "0"}
        with pytest.raises(Unreachable):
            kind("snmp").record(
                PduSnmpData(agent.host, params), RecordingOptions(patience=60.0, sleep=sleep)
            )
    with refusing() as port:
        for handler in ("raritan", "redfish", "nut"):
            settings = {"port": str(port), "username": "any", "password": "any"}
            with pytest.raises(Unreachable):
                kind(handler).record(
                    PduData("127.0.0.1", settings), RecordingOptions(patience=60.0, sleep=sleep)
                )


@pytest.mark.against("Net-SNMP snmpd")
def test_a_real_agent_is_recorded_over_snmpv3() -> None:
    program("snmpd")
    user = next(user for user in USERS if user.priv == "AES")
    with Snmpd(BUILT_IN["apc-rpdu"](), users=[user]) as server:
        text = (
            kind("snmp")
            .record(
                PduSnmpData(server.host, {"port": str(server.port), **user.params()}),
                RecordingOptions(),
            )
            .text
        )
    with replayed("snmp", text) as unit:
        assert len(read(unit).states) == len(BUILT_IN["apc-rpdu"]().relays)
    assert AUTH_PASSWORD not in text


def test_dumps_of_real_devices_read_the_same_after_recording_them_from_a_replay() -> None:
    for name in foreign_files.names("nut/dumps"):
        with replayed("nut", foreign_files.text("nut/dumps", f"{name}.dev")) as unit:
            before, text = read(unit), recorded(unit)
        with replayed("nut", text) as again:
            assert read(again) == before, name
