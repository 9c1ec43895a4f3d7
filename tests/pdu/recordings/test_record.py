"""Recording devices: what a recording keeps, what it replaces, and what a handler reads from its
replay.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping

import pytest

from handlers.shared.errors import Denied, ProtocolError, Refused, SettingsError, Unreachable
from pdu.loading.handler_loading import load
from pdu.recordings import handler_recordings
from pdu.recordings.recording_formats import RecordingOptions
from pdu.recordings.snmp import recording as snmp_recording, snmprec
from pdu.recordings.snmp.recorded_rows import (
    ANY_FAMILY,
    RecordedRows,
    Rows,
    SnmpRow as HeldRow,
    arcs,
    detect_device,
    dotted,
)
from pdu.recordings.snmp.recording_format import (
    compare_rows,
    find_device,
    require_what_the_handler_reads,
)
from pdu.recordings.snmp.scrubbing import has_same_answers, scrubbed
from pdu.recordings.web import har
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.tool_api import INTEGER, OCTETS
from tests import foreign_files
from tests.handlers.redfish import tree as redfish
from tests.needs import localhost, program
from tests.pdu.recordings.planted_devices import (
    HANDLERS,
    UNITS,
    Unit,
    read,
    recorded,
    recording_of,
    replayed,
)
from tests.pdu.recordings.recording_formats import names, record
from tests.ports import refusing
from tests.servers.snmpd import AUTH_PASSWORD, USERS, Snmpd
from tests.simulators import netio
from tests.simulators.nut_server import Cut, NutServer, StaticDevice, SwitchedPdu, User
from tests.simulators.redfish import Model as RedfishModel, Pdu, RedfishService
from tests.simulators.snmp_agent import BUILT_IN, Agent, Device, Faults, Row, write_snmprec
from tests.simulators.snmp_agent.ber import Binding
from tests.simulators.snmp_agent.devices import apc
from tests.simulators.snmp_units import fixture, fixtures
from tests.simulators.unit_servers import PASSWORD, USER, HttpServer

_ENTERPRISES = (1, 3, 6, 1, 4, 1)


def test_every_kind_of_device_is_tested() -> None:
    # a handler of `pdu new` has its own test
    assert {"nut", "raritan", "redfish", "snmp"} == set(UNITS) <= set(names())


@HANDLERS
def test_a_replayed_recording_reads_as_the_device_did(handler: str) -> None:
    before, recording = recording_of(handler)
    assert before.states
    assert before.load is not None
    with replayed(handler, recording.text) as replay:
        assert read(replay) == before


def snmp_data(agent: Agent, settings: Mapping[str, str] = {}, **fields: str) -> PduSnmpData:
    """The form of the agent; `fields` are other fields of SNMP than the usual ones."""
    snmp_params = {"port": str(agent.port), "community": "public", "retries": "0", **fields}
    return PduSnmpData(agent.host, snmp_params, dict(settings))


def redfish_data(address: str) -> PduData:
    return PduData(address, {"scheme": "http", "username": "any", "password": "any"})


def parsed(device: Mapping[str, Row]) -> Rows:
    return snmprec.parse(write_snmprec(device)).rows


def scrub(rows: Rows) -> Rows:
    return scrubbed(rows, PduSnmpData("192.0.2.1", {"community": "public"}))


class SkippingAgent(Agent):
    """An agent whose GETNEXT for an OID outside of `skipped_tree` passes over this tree: only a
    walk that begins inside the tree shows its rows.
    """

    skipped_tree: tuple[int, ...]

    def _next(self, oid: tuple[int, ...]) -> Binding:
        tree = self.skipped_tree
        next_oid, value = super()._next(oid)
        enters_tree = next_oid[: len(tree)] == tree and oid[: len(tree)] != tree
        if not enters_tree:
            return next_oid, value
        after_tree = (*tree[:-1], tree[-1] + 1)
        return self._next(after_tree)


_EASY = "1.3.6.1.4.1.318.1.1.30"


@pytest.mark.parametrize(
    "settings",
    [
        pytest.param({}, id="detected"),
        pytest.param({"profile": "apc-easy-epdu"}, id="profile in the settings"),
    ],
)
@pytest.mark.parametrize(
    "skipped_tree",
    [
        pytest.param("1.3.6.1.4.1.318", id="the vendor"),
        pytest.param(_EASY, id="the family"),
        pytest.param(f"{_EASY}.6.1.1", id="the table of outlets"),
    ],
)
def test_a_tree_that_the_walk_of_the_whole_device_skips_is_recorded(
    skipped_tree: str, settings: Mapping[str, str]
) -> None:
    skipping_agent = SkippingAgent(fixture("apc-easy-epdu").device())
    skipping_agent.skipped_tree = arcs(skipped_tree)
    with skipping_agent as agent:
        recording = record("snmp", snmp_data(agent, settings), RecordingOptions())
        state_of_outlet_1 = f"{_EASY}.6.1.1.4.1|"
        assert state_of_outlet_1 in recording.text
        assert "It reads as the family apc-easy-epdu" in recording.notes[0]
        oids = [arcs(line.partition("|")[0]) for line in recording.text.splitlines()]
        assert oids == sorted(oids)


@pytest.mark.parametrize(
    "name, lost",
    [
        # nothing else is of this family alone
        pytest.param("apc-easy-epdu", f"{_EASY}.6.1.1", id="the outlets"),
        pytest.param("apc-rpdu2", "1.3.6.1.4.1.318.1.1.26.9.2.3.1.5.3", id="one outlet"),
        pytest.param("geist-v5", "1.3.6.1.4.1.21239", id="all"),
    ],
)
def test_a_recording_without_what_the_handler_reads_is_an_error(name: str, lost: str) -> None:
    rows = parsed(fixture(name).device().rows())
    device = RecordedRows(rows)
    require_what_the_handler_reads(rows, device, ANY_FAMILY)
    lost_tree = arcs(lost)
    remaining_rows = {oid: row for oid, row in rows.items() if oid[: len(lost_tree)] != lost_tree}
    assert len(remaining_rows) < len(rows)

    with pytest.raises(ProtocolError, match="record it again"):
        require_what_the_handler_reads(remaining_rows, device, ANY_FAMILY)


def test_a_recording_of_a_redfish_service_without_power_equipment_has_a_note() -> None:
    with redfish.serving(redfish.Tree({"/redfish/v1": {"RedfishVersion": "1.16.0"}})) as address:
        recording = record("redfish", redfish_data(address), RecordingOptions())
    assert recording.notes == [
        "The handler's reading needs these, so they stay: 1.16.0.",
        "The handler read no outlets: the file has what the device answered.",
    ]


def test_a_redfish_service_of_which_the_account_may_read_a_part_is_recorded() -> None:
    tree = redfish.Tree(redfish.unit())
    tree.special[f"{redfish.OUTLETS}/1"] = lambda _: redfish.Answer(None, 403)

    with redfish.serving(tree) as address:
        recording = record("redfish", redfish_data(address), RecordingOptions())

    status_by_request = {
        answer.request: answer.status for answer in har.parse(recording.text).answers
    }
    assert status_by_request[f"GET {redfish.OUTLETS}/1"] == 403
    assert status_by_request[f"GET {redfish.OUTLETS}/2"] == 200


def test_a_redfish_account_that_may_read_nothing_below_the_root_is_denied() -> None:
    tree = redfish.Tree(redfish.unit())
    for path in tree.resources:
        if path != "/redfish/v1":
            tree.special[path] = lambda _: redfish.Answer(None, 403)

    with redfish.serving(tree) as address, pytest.raises(Denied):
        record("redfish", redfish_data(address), RecordingOptions())


@pytest.mark.parametrize("session", ["basic", "session", "auto"])
def test_a_refused_login_is_not_tried_again_because_that_may_block_the_account(
    session: str,
) -> None:
    model = RedfishModel((Pdu(outlets=("1",)),))
    with RedfishService(model) as unit:
        form = {
            "port": str(unit.port),
            "ca_pem": unit.ca_pem,
            "username": unit.user,
            "password": "wrong",
            "session": session,
        }
        with pytest.raises(Denied):
            record("redfish", PduData(unit.host, form), RecordingOptions())

    statuses = [request.status for request in unit.log]
    assert statuses.count(401) == 1


@pytest.mark.parametrize("status", [400, 500])
def test_a_session_login_that_fails_in_another_way_is_not_tried_again_either(status: int) -> None:
    tree = redfish.Tree(redfish.unit())
    distribution = {"@odata.id": "/redfish/v1/PowerDistribution"}
    tree.resources["/redfish/v1"]["PowerDistribution"] = distribution
    for path in ("PowerEquipment", "PowerDistribution"):
        tree.special[f"/redfish/v1/{path}"] = lambda _: redfish.Answer(None, 401)
    sessions = "/redfish/v1/SessionService/Sessions"
    tree.special[sessions] = lambda _: redfish.Answer(None, status)
    with redfish.serving(tree) as address:
        form = {**redfish_data(address).custom_params, "session": "auto"}
        with pytest.raises(Refused):
            record("redfish", PduData(address, form), RecordingOptions())
    assert [request.method for request in tree.requests].count("POST") == 1


def test_each_scrubbed_synthetic_unit_reads_as_before() -> None:
    for unit in fixtures():
        rows = parsed(unit.device().rows())
        device = detect_device(rows)
        clean = scrub(rows)
        assert len(clean) == len(rows), unit.name
        if device is not None:
            assert has_same_answers(device, detect_device(clean)), unit.name


@pytest.mark.parametrize("octets", ["5db8d822", "0d5d0eefdd7f9c01"])
def test_octets_that_the_family_does_not_read_are_replaced_whatever_they_look_like(
    octets: str,
) -> None:
    rows = parsed(fixture("hpe-mapdu3_metered").device().rows())
    unread = arcs("1.3.6.1.4.1.232.165.99.1.0")
    rows[unread] = HeldRow(OCTETS, bytes.fromhex(octets))

    clean = scrub(rows)
    assert clean[unread].value == bytes(len(octets) // 2)


@pytest.mark.parametrize("address", ["10.77.41.9", "172.16.200.7"])
def test_the_own_address_of_the_device_stays_in_no_index(address: str) -> None:
    rows = parsed(fixture("hpe-mapdu3_metered").device().rows())
    rows[arcs(f"1.3.6.1.4.1.232.165.99.1.{address}")] = HeldRow(INTEGER, 1)
    clean = scrubbed(rows, PduSnmpData(address, {"community": "public"}))
    assert [dotted(oid) for oid in clean if dotted(oid).endswith(f".{address}")] == []
    assert len(clean) == len(rows)


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_an_outlets_name_is_replaced_also_where_its_column_is_needed(encoding: str) -> None:
    rows = parsed(fixture("hpe-mapdu3_metered").device().rows())
    device, *_ = find_device(rows, "hpe-mapdu3")
    assert device is not None
    assert device.outlets is not None
    assert device.outlets.name is not None
    names = device.tables[device.outlets.name].values()
    oid = next(oid for oid, row in rows.items() if row.raw in names)
    rows[oid] = rows[oid]._replace(value="Büro Kundenmeier".encode(encoding))

    clean = scrub(rows)

    name = str(clean[oid].raw)
    assert "name-" in name
    assert not re.search("ro|Kundenmeier", name)


@pytest.mark.parametrize(
    "community, reads_as_the_device",
    [
        pytest.param("public", True, id="another text"),
        # then the energy is replaced
        pytest.param("2345678", False, id="the same digits as the energy"),
    ],
)
def test_a_note_says_whether_the_scrubbed_recording_still_reads_as_the_device_does(
    community: str, reads_as_the_device: bool
) -> None:
    device = fixture("synaccess-netbooter").device().rows()
    device["1.3.6.1.4.1.21728.3.5.7.0"] = Row(4, b"2345678")  # the energy
    rows = parsed(device)

    clean = scrubbed(rows, PduSnmpData("192.0.2.1", {"community": community}))
    note = compare_rows(rows, clean, RecordedRows(rows), ANY_FAMILY)

    assert ("as the device does" in note[0]) is reads_as_the_device


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
        (note,) = record("snmp", snmp_data(agent, settings), RecordingOptions()).notes
    assert note.startswith(begin)
    assert "metered_only" not in note or "-s metered_only=yes" in note


def test_an_unknown_setting_is_refused_before_a_device_is_recorded() -> None:
    with Agent(fixture("ip9258").device()) as agent, pytest.raises(SettingsError, match="nonsense"):
        record("snmp", snmp_data(agent, {"nonsense": "1"}), RecordingOptions())
    assert not agent.counts


def test_a_recording_is_not_read_as_a_family_that_does_not_exist() -> None:
    rows = snmprec.parse("1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.99999\n").rows
    with pytest.raises(SettingsError, match="'apc-nosuch' is neither a family .* nor a file"):
        find_device(rows, "apc-nosuch")


def test_the_user_and_the_host_of_the_login_are_not_in_a_recording() -> None:
    result = {"device.model": "started by mschmidt from localhost"}
    device = StaticDevice("pdu", {"outlet.1.status": "on", **result})
    with NutServer([device], users=[User("mschmidt", "any", commands=frozenset())]) as server:
        login = {"port": str(server.port), "username": "mschmidt", "password": "any"}
        text = recorded(Unit("nut", PduData(localhost(), login)))
    assert "device.model: started by name-1 from host-1.example" in text
    assert "mschmidt" not in text
    assert "localhost" not in text


@pytest.mark.parametrize("handler", ["raritan", "redfish"])
def test_a_recording_that_stops_at_its_limit_says_so(
    handler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(recording_of(handler)[1].notes) == 1  # what stays
    with UNITS[handler]() as unit:
        for module in ("recordings.web.further_reads", "recordings.web.recorder"):
            monkeypatch.setattr(f"pdu.{module}.MOST", 20)
        (_, note) = record(handler, unit.data, RecordingOptions()).notes
    assert note.startswith("The recording may be incomplete: recording ends after 20 ")


def test_a_recording_continues_after_lost_answers() -> None:
    """The agent has 291 rows, falls silent after 270 or more, and answers again while the recorder
    waits.
    """
    messages: list[str] = []
    with Agent(apc.rpdu2(outlets=8), faults=Faults(walk_silent_after=270)) as agent:

        def end_silence(_: float) -> None:
            agent.faults.walk_silent_after = None

        options = RecordingOptions(patience=60.0, tell=messages.append, sleep=end_silence)
        interrupted = record("snmp", snmp_data(agent, timeout="2"), options)
        requests = agent.requests
    with Agent(apc.rpdu2(outlets=8)) as whole:
        uninterrupted = record("snmp", snmp_data(whole), RecordingOptions())

    assert interrupted.text == uninterrupted.text
    assert "no answer; trying again" in messages
    assert requests < 1.3 * whole.requests


@pytest.mark.parametrize(
    "faults, reason",
    [
        (Faults(walk_error="authorizationError", walk_error_after=270), "authorizationError"),
        (Faults(walk_silent_after=270), "no SNMP answer"),
    ],
    ids=["an error", "silence"],
)
def test_a_recording_that_a_fault_ends_keeps_what_was_read_and_says_where_it_stopped(
    faults: Faults, reason: str
) -> None:
    with Agent(apc.rpdu2(outlets=8), faults=faults) as agent:
        recording = record("snmp", snmp_data(agent, timeout="1"), RecordingOptions())

    rows = snmprec.parse(recording.text).rows
    assert 200 <= len(rows) < 291
    stops = [note for note in recording.notes if note.startswith("The recording is not whole")]
    (stop,) = stops
    last_oid = ".".join(map(str, max(rows)))
    assert f"it stopped after {last_oid} (" in stop
    assert reason in stop


@pytest.mark.parametrize("version", ["1", "2"])
def test_all_that_was_read_before_an_agent_fell_silent_is_kept(version: str) -> None:
    """It answers no request for the 61st of the vendor's objects."""
    oids = map(arcs, apc.rpdu2(outlets=8).device.rows())
    vendors_oids = sorted(oid for oid in oids if oid[:6] == _ENTERPRISES)
    silent_from = ".".join(map(str, vendors_oids[60]))

    with Agent(apc.rpdu2(outlets=8), faults=Faults(walk_silent_from=silent_from)) as agent:
        data = snmp_data(agent, version=version, timeout="0.3")
        recording = record("snmp", data, RecordingOptions())

    recorded_oids = snmprec.parse(recording.text).rows
    assert [oid for oid in recorded_oids if oid[:6] == _ENTERPRISES] == vendors_oids[:60]
    last_oid = ".".join(map(str, vendors_oids[59]))
    assert f"it stopped after {last_oid} (" in recording.notes[0]


def test_an_object_whose_index_becomes_that_of_another_is_said_to_be_missing() -> None:
    """The stand-in of 10.99.2.3 is 192.0.2.1, of RFC 5737."""
    table = "1.3.6.1.4.1.99999.1.1"
    rows = {}
    for number, address in enumerate(("10.99.2.3", "192.0.2.1"), 1):
        octets = bytes(map(int, address.split(".")))
        rows[f"{table}.8.{number}"] = Row(64, octets)
        rows[f"{table}.9.{address}"] = Row(2, number)
    with Agent(Device(rows)) as agent:
        recording = record("snmp", snmp_data(agent), RecordingOptions())
    assert len(snmprec.parse(recording.text).rows) == len(rows) - 1
    assert any(note.startswith("The recording lacks 1 object: ") for note in recording.notes)


def test_a_walk_without_an_end_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snmp_recording, "_MOST_ROWS", 200)
    with (
        Agent(apc.rpdu2(outlets=8)) as agent,
        pytest.raises(ProtocolError, match="did not end after 200 objects"),
    ):
        record("snmp", snmp_data(agent), RecordingOptions())


def test_an_agent_that_answers_no_getbulk_is_recorded_whole() -> None:
    device = apc.rpdu2(outlets=8)
    with Agent(device, faults=Faults(no_bulk=True)) as agent:
        data = snmp_data(agent, retries="2", timeout="2")
        without_bulk = record("snmp", data, RecordingOptions())
    with Agent(device) as agent:
        data = snmp_data(agent, retries="2", timeout="2")
        with_bulk = record("snmp", data, RecordingOptions())
    assert without_bulk.text == with_bulk.text


@pytest.mark.parametrize("after_missing", ["first", "end"])
def test_an_agent_that_continues_only_from_its_objects_is_recorded_whole(
    after_missing: str,
) -> None:
    """To the root of a tree it answers its first object, or the end of its objects. Between the
    system group and the vendor's objects it has a row that no recording holds."""
    rows = apc.rpdu2(outlets=8).device.rows()
    device = Device({**rows, "1.3.6.1.2.1.2.1.0": Row(0x02, 2)})

    with Agent(device, faults=Faults(after_missing=after_missing)) as agent:
        recording = record("snmp", snmp_data(agent), RecordingOptions())
    with Agent(device) as usual_agent:
        expected = record("snmp", snmp_data(usual_agent), RecordingOptions())

    assert snmprec.parse(recording.text).rows.keys() == snmprec.parse(expected.text).rows.keys()
    assert not any(note.startswith("The recording is not whole") for note in recording.notes)


def test_a_nut_server_that_closes_the_connection_is_asked_again() -> None:
    pauses: list[float] = []
    requests: list[str] = []

    def close_before_the_first_pause(request: str, answer: bytes) -> bytes:
        requests.append(request)
        if request.startswith("LIST VAR") and not pauses:
            return Cut(b"")
        return answer

    with NutServer([SwitchedPdu("pdu", outlets=4)]) as server:
        server.faults.rewrite = close_before_the_first_pause
        options = RecordingOptions(patience=60.0, sleep=pauses.append)
        data = PduData(server.host, {"port": str(server.port)})
        text = record("nut", data, options).text

    assert pauses
    assert requests.count("LIST VAR pdu") >= 2
    assert "outlet.4.status: on" in text


def _never_sleep(_: float) -> None:
    raise AssertionError("waited")


def test_an_agent_that_never_answered_is_not_waited_for() -> None:
    options = RecordingOptions(patience=60.0, sleep=_never_sleep)
    with Agent(BUILT_IN["apc-rpdu2"](), faults=Faults(silent=True)) as agent:
        with pytest.raises(Unreachable):
            record("snmp", snmp_data(agent, timeout="0.1"), options)


@pytest.mark.parametrize("handler", ["raritan", "redfish", "nut"])
def test_a_closed_port_is_not_waited_for(handler: str) -> None:
    options = RecordingOptions(patience=60.0, sleep=_never_sleep)
    with refusing() as port:
        login = {"port": str(port), "username": "any", "password": "any"}
        with pytest.raises(Unreachable):
            handler_recordings.recorded(load(handler), PduData("127.0.0.1", login), options)


@pytest.mark.against("Net-SNMP snmpd")
def test_a_real_agent_is_recorded_over_snmpv3() -> None:
    program("snmpd")
    user = next(user for user in USERS if user.priv == "AES")
    with Snmpd(BUILT_IN["apc-rpdu"](), users=[user]) as server:
        data = PduSnmpData(server.host, {"port": str(server.port), **user.params()})
        recording = record("snmp", data, RecordingOptions())

    assert AUTH_PASSWORD not in recording.text
    with replayed("snmp", recording.text) as unit:
        states = read(unit).states
    assert len(states) == len(BUILT_IN["apc-rpdu"]().relays)


def test_dumps_of_real_devices_read_the_same_after_recording_them_from_a_replay() -> None:
    for name in foreign_files.names("nut/dumps"):
        with replayed("nut", foreign_files.text("nut/dumps", f"{name}.dev")) as unit:
            before, text = read(unit), recorded(unit)
        with replayed("nut", text) as replay:
            assert read(replay) == before, name


def test_what_is_tried_of_a_recording_is_no_warning_of_the_pdu(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with HttpServer(netio.SimulatedPdu()) as unit:
        login = {"scheme": "http", "username": USER, "password": PASSWORD}
        data = PduData(f"127.0.0.1:{unit.port}", login)
        text = record("netio", data, RecordingOptions()).text
    assert '"GET /netio.json#/Outputs/7/Load": 0' in text  # an outlet is off, and its meter shows 0
    assert [row.message for row in caplog.records if row.levelno >= logging.WARNING] == []
    assert logging.root.manager.disable == logging.NOTSET
