"""The client against a simulated server: prices in round trips, deadlines, faults."""
from __future__ import annotations

import contextlib
import itertools
import socket
import threading
from typing import Callable, Iterator, List, Optional

import pytest

from handlers.errors import Denied, PduHandlerError, ProtocolError, Refused, SettingsError, Unreachable
from handlers.nut import messages
from handlers.nut.client import NutClient
from handlers.nut.failures import DataStale, DriverNotConnected, NotProven
from handlers.nut.starttls import Tls
from tests.chains import kept
from tests.handlers.nut.given import SILENCE_S, client
from tests.servers.scripted import serving
from tests.simulators.nut_server import ADMIN, Cut, Driver, NutServer, StaticDevice, SwitchedPdu, User
from tests.waiting import PATIENCE_S, finished

MON = User("mon", "monpw", upsmon="primary")
VIEWER = User("viewer", "viewpw")


@pytest.fixture
def server() -> Iterator[NutServer]:
    with NutServer([SwitchedPdu("pdu", 48), StaticDevice("ups", {"ups.status": "OL"}, ["load.off"])],
                   [ADMIN, MON, VIEWER]) as made:
        yield made


def named(server: NutServer, user: User) -> NutClient:
    return NutClient(server.host, server.port, username=user.name, password=user.password, timeout=PATIENCE_S)


def listen(server: NutServer) -> List[str]:
    """Every request that the server hears from now on."""
    heard: List[str] = []

    def note(line: str, answer: bytes) -> bytes:
        heard.append(line)
        return answer
    server.faults.rewrite = note
    return heard


def trips(server: NutServer, call: Callable[[], object]) -> int:
    before = server.books().requests
    call()
    return server.books().requests - before


def test_variables_commands_and_writable_variables_are_one_round_trip(server: NutServer) -> None:
    with client(server) as nut:
        assert trips(server, lambda: nut.snapshots(["pdu", "ups"], writable=True)) == 1
        seen = nut.snapshots(["pdu"], writable=True)["pdu"]
    assert len(seen.variables) > 300 and len(seen.commands) == 144 and len(seen.writable) == 48
    assert server.books().connections == 1


def test_a_reading_sends_neither_user_nor_password(server: NutServer) -> None:
    heard = listen(server)
    with named(server, ADMIN) as nut:
        nut.devices()
        nut.snapshots(["pdu"], writable=True)
        nut.variable("pdu", "ups.status")
        assert not [line for line in heard if line.startswith(("USERNAME", "PASSWORD"))]
        nut.set("pdu", "outlet.1.desc", "x")
        nut.set("pdu", "outlet.1.desc", "y")
    assert [line.split()[0] for line in heard].count("PASSWORD") == 1


def test_everything_can_be_asked(server: NutServer) -> None:
    with named(server, MON) as nut:
        assert list(nut.devices()) == ["pdu", "ups"] and nut.variables("ups") == {"ups.status": "OL"}
        assert nut.commands("ups") == {"load.off": ""} and "outlet.1.desc" in nut.writable("pdu")
        assert trips(server, lambda: nut.commands("pdu", describe=True)) == 2
        assert nut.commands("ups", describe=True) == {"load.off": "Description unavailable"}
        assert nut.type("pdu", "outlet.1.desc") == messages.Type(("RW", "STRING"), 64)
        assert nut.type("pdu", "outlet.1.desc").writable
        assert nut.description("pdu").startswith("Simulated") and nut.description("pdu", "ups.status") == "UPS status"
        assert nut.enumeration("pdu", "outlet.1.desc") == [] and nut.ranges("pdu", "outlet.1.desc") == []
        assert nut.version().startswith("Network UPS Tools") and nut.help().startswith("Commands:")
        assert trips(server, nut.protocol_version) == 1 and nut.protocol_version() == "1.3"
        assert nut.logins("pdu") == 0
        nut.login("pdu")
        nut.primary("pdu")
        assert nut.logins("pdu") == 1 and nut.clients("pdu") == ["127.0.0.1"]
        nut.forced_shutdown("ups")
        assert nut.variable("ups", "ups.status") == "FSD OL"
        nut.logout()
        nut.logout()
        assert nut.logins("pdu") == 0


def test_the_newer_name_of_the_protocol_version_is_taken_where_it_is_known(server: NutServer) -> None:
    server.faults.no_protver = False
    with client(server) as nut:
        assert nut.protocol_version() == "1.3"


def test_a_server_before_2_8_knows_master_only(server: NutServer) -> None:
    server.faults.rewrite = lambda line, answer: b"ERR UNKNOWN-COMMAND\n" if line.startswith("PRIMARY") else answer
    with named(server, MON) as nut:
        nut.primary("pdu")
    with named(server, VIEWER) as nut, pytest.raises(Denied):
        nut.primary("pdu")


def test_a_login_goes_out_before_a_reading_only_where_the_server_demands_it_and_then_once(server: NutServer) -> None:
    heard = listen(server)
    server.faults.login_to_read = True
    readings: List[Callable[[NutClient], object]] = [
        lambda nut: nut.devices(), lambda nut: nut.snapshots(["pdu"], writable=True),
        lambda nut: nut.variable("pdu", "outlet.1.status"),
        lambda nut: nut.variables("pdu"), lambda nut: nut.values("pdu", ["outlet.1.status"]), lambda nut: nut.clients("pdu"),
        lambda nut: nut.logins("pdu"), lambda nut: nut.commands("pdu", describe=True)]
    for read in readings:
        heard.clear()
        with named(server, VIEWER) as nut:
            assert read(nut)  == read(nut)
        assert [line.split()[0] for line in heard].count("PASSWORD") == 1
    with NutClient(server.host, server.port, timeout=2) as nut, pytest.raises(Denied, match="give username and password"):
        nut.devices()
    wrong = User(VIEWER.name, "wr0ngsecret")
    with named(server, wrong) as nut:
        heard.clear()
        for _ in range(2):
            with pytest.raises(Denied, match="upsd.users") as caught:
                nut.devices()
            assert wrong.password not in str(caught.value)
        assert [line.split()[0] for line in heard].count("PASSWORD") == 1


@pytest.mark.parametrize("only_rfc", [False, True])
def test_clients_that_a_device_feeds_are_counted_under_nuts_names_and_rfc_9271s(server: NutServer, only_rfc: bool) -> None:
    server.faults.rfc_names = only_rfc
    with named(server, MON) as nut:
        assert nut.logins("pdu") == 0
        nut.login("pdu")
        assert nut.logins("pdu") == 1 and nut.clients("pdu") == ["127.0.0.1"]
        nut.logout()
        assert not nut.is_open and nut.logins("pdu") == 0
    with named(server, VIEWER) as nut, pytest.raises(Denied):
        nut.login("pdu")


@pytest.mark.parametrize("name", ["nosuch", "pdu@127.0.0.1", "[pdu]", "PDU1"])
def test_a_device_that_the_server_does_not_have_lists_those_that_it_has(server: NutServer, name: str) -> None:
    readings: List[Callable[[NutClient], object]] = [lambda nut: nut.snapshots([name]), lambda nut: nut.variables(name),
                                                     lambda nut: nut.variable(name, "ups.status"), lambda nut: nut.commands(name)]
    for read in readings:
        with client(server) as nut, pytest.raises(SettingsError, match="'device'; it has pdu, ups") as caught:
            read(nut)
        assert caught.value.keys == ("device",)


def test_a_device_that_is_called_like_the_password_is_not_named(server: NutServer) -> None:
    """A server that got the password may send it back as the name of a device."""
    with named(server, User(ADMIN.name, "pdu")) as nut, pytest.raises(SettingsError) as caught:
        nut.variables("nosuch")
    assert "it has ***, ups" in str(caught.value)


# ---- writes and their reports --------------------------------------------------------------------------------

def test_a_command_is_user_tracking_and_command_in_one_write_and_then_its_report(server: NutServer) -> None:
    with named(server, ADMIN) as nut:
        assert trips(server, lambda: nut.run("pdu", "outlet.1.load.off")) == 2
        assert trips(server, lambda: nut.run("pdu", "outlet.2.load.off")) == 2
    assert server.books().states["pdu/1"] is False and len(server.books().writes) == 2


@pytest.mark.parametrize("report", ["FAILED", "UNKNOWN", "INVALID-ARGUMENT", "DATA-STALE", "DRIVER-NOT-CONNECTED", "UNKNOWN-UPS",
                                    "FEATURE-NOT-CONFIGURED", "SOMETHING-NEW"])
def test_an_accepted_write_whose_report_is_an_error_may_or_may_not_have_been_done(server: NutServer, report: str) -> None:
    server.faults.tracked = f"ERR {report}"
    writes: List[Callable[[NutClient], bool]] = [lambda nut: nut.run("pdu", "outlet.1.load.off"),
                                                 lambda nut: nut.set("pdu", "outlet.1.desc", "x")]
    for write in writes:
        with named(server, ADMIN) as nut, pytest.raises(NotProven, match=f"may or may not have been done.*{report}") as caught:
            write(nut)
        assert isinstance(caught.value, Unreachable) and caught.value.kind == "not-proven"
    assert len(server.books().writes) == 2


def test_a_driver_that_never_reports_may_or_may_not_have_done_it(server: NutServer) -> None:
    server.faults.tracked = "PENDING"
    nut = NutClient(server.host, server.port, username=ADMIN.name, password=ADMIN.password, timeout=SILENCE_S)
    with nut, pytest.raises(NotProven, match="has not reported"):
        nut.run("pdu", "outlet.1.load.off")
    assert len(server.books().writes) == 1


def test_without_tracking_an_accepted_command_is_not_proven(server: NutServer) -> None:
    server.faults.no_tracking = True
    with named(server, ADMIN) as nut:
        assert nut.run("pdu", "outlet.1.load.off") is False
        assert nut.set("pdu", "outlet.1.desc", "x") is False


def test_rights_are_told_by_the_command_and_never_by_the_ok_behind_a_password(server: NutServer) -> None:
    wrong = User(ADMIN.name, "wrong-secret")
    for user in (wrong, VIEWER):
        with named(server, user) as nut:
            for _ in range(2):
                with pytest.raises(Denied) as caught:
                    nut.run("pdu", "outlet.1.load.off")
                assert user.password not in str(caught.value)
    with NutClient(server.host, server.port) as nut, pytest.raises(Denied, match="username and password"):
        nut.run("pdu", "outlet.1.load.off")
    assert not server.books().writes


def test_a_write_is_never_sent_again(server: NutServer) -> None:
    server.faults.rewrite = lambda line, answer: Cut() if line.startswith("INSTCMD") else answer
    with named(server, ADMIN) as nut:
        with pytest.raises(Unreachable):
            nut.run("pdu", "outlet.1.load.off")
        server.faults.rewrite = None
        assert nut.variable("pdu", "outlet.1.status") == "off"
    assert server.books().writes == [("pdu outlet.1.load.off", "")] and server.books().connections == 2


def test_on_a_new_connection_the_user_is_named_anew(server: NutServer) -> None:
    with named(server, ADMIN) as nut:
        assert nut.run("pdu", "outlet.1.load.off")
        nut.close()
        assert nut.run("pdu", "outlet.1.load.on")


# ---- drivers -------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("driver, kind", [(Driver.STALE, DataStale), (Driver.GONE, DriverNotConnected)])
def test_stale_and_unconnected_drivers_are_errors_of_their_own_kind(server: NutServer, driver: Driver, kind: type) -> None:
    server.faults.drivers["pdu"] = driver
    with named(server, ADMIN) as nut:
        calls: List[Callable[[], object]] = [
            lambda: nut.variables("pdu"), lambda: nut.snapshots(["ups", "pdu"]), lambda: nut.variable("pdu", "outlet.1.status"),
            lambda: nut.run("pdu", "outlet.1.load.off"), lambda: nut.set("pdu", "outlet.1.desc", "x")]
        for call in calls:
            with pytest.raises(kind) as caught:
                call()
            assert isinstance(caught.value, PduHandlerError) and caught.value.kind in ("data-stale", "driver-not-connected")
    assert not server.books().writes


def test_wait_is_waited_for_and_never_taken_for_an_answer(server: NutServer) -> None:
    server.faults.drivers["pdu"] = Driver.WAITED_FOR
    ends = threading.Timer(0.3, server.faults.drivers.clear)
    ends.start()
    with client(server) as nut:
        assert len(nut.snapshots(["pdu"])["pdu"].variables) > 300
    finished(ends)


@pytest.mark.parametrize("read", [
    lambda nut: nut.variables("pdu")["outlet.1.status"], lambda nut: nut.variable("pdu", "outlet.1.status"),
    lambda nut: nut.commands("pdu")["outlet.1.load.off"], lambda nut: nut.writable("pdu")["outlet.1.desc"],
    lambda nut: nut.type("pdu", "outlet.1.desc").writable, lambda nut: nut.enumeration("pdu", "outlet.1.desc"),
    lambda nut: nut.ranges("pdu", "outlet.1.desc")])
def test_no_reading_takes_wait_for_a_device_without_anything(server: NutServer, read: Callable[[NutClient], object]) -> None:
    with client(server) as nut:
        expected = read(nut)
        server.faults.drivers["pdu"] = Driver.WAITED_FOR
        ends = threading.Timer(0.2, server.faults.drivers.clear)
        ends.start()
        assert read(nut) == expected
        finished(ends)
        assert trips(server, lambda: read(nut)) == 1


def test_a_write_while_the_server_waits_for_the_driver_is_not_a_device_that_cannot_do_it(server: NutServer) -> None:
    server.faults.drivers["pdu"] = Driver.WAITED_FOR
    with named(server, ADMIN) as nut:
        writes: List[Callable[[], object]] = [lambda: nut.run("pdu", "outlet.1.load.off"),
                                              lambda: nut.set("pdu", "outlet.1.desc", "x")]
        for write in writes:
            with pytest.raises(DriverNotConnected, match="waits for the driver of pdu"):
                write()
    assert not server.books().writes


def test_a_driver_that_is_waited_for_in_vain_is_not_connected(server: NutServer) -> None:
    server.faults.drivers["pdu"] = Driver.WAITED_FOR
    with client(server, timeout=SILENCE_S) as nut, pytest.raises(DriverNotConnected, match="waits for the driver of pdu"):
        nut.snapshots(["pdu", "ups"])


def test_a_device_that_the_server_does_not_have_names_the_setting(server: NutServer) -> None:
    with client(server) as nut, pytest.raises(SettingsError, match="'device'"):
        nut.variables("nosuch")


# ---- faults of server and network ----------------------------------------------------------------------------

Answer = Callable[[str, bytes], Optional[bytes]]


def silence(line: str, answer: bytes) -> Optional[bytes]:
    return None


def without_end(line: str, answer: bytes) -> Optional[bytes]:
    return answer[:-9]


@pytest.mark.parametrize("rewrite, kind", [
    (silence, Unreachable),
    (lambda line, answer: Cut(), Unreachable),
    (lambda line, answer: Cut(answer[:len(answer) // 2]), Unreachable),
    (without_end, Unreachable),
    (lambda line, answer: b"HTTP/1.1 400 Bad Request\n\n", ProtocolError),
    (lambda line, answer: bytes(range(256)), ProtocolError),
    (lambda line, answer: answer.replace(b"LIST VAR pdu", b"LIST VAR ups"), ProtocolError),
    (lambda line, answer: answer.replace(b'"on"', b'"on'), ProtocolError),
    (lambda line, answer: answer + b"OK\n", ProtocolError),
    (lambda line, answer: b"BEGIN LIST VAR pdu\n" + b'VAR pdu ups.id "x"\n' * 30000, ProtocolError),
    (lambda line, answer: b"x" * 100000, ProtocolError),
    (lambda line, answer: b"ERR SOMETHING-NEW\n", Refused),
], ids=["silence", "closed", "half", "no end", "http", "binary", "other list", "open quote", "too much", "endless", "long line",
        "new ERR"])
def test_a_broken_answer_is_an_error_of_the_tree_and_the_next_request_is_clean(server: NutServer, rewrite: Answer,
                                                                               kind: type) -> None:
    server.faults.rewrite = lambda line, answer: rewrite(line, answer) if line.startswith("LIST VAR") else answer
    with client(server, timeout=SILENCE_S if rewrite in (silence, without_end) else PATIENCE_S) as nut:
        with pytest.raises(kind) as caught:
            nut.variables("pdu")
        error = caught.value
        assert isinstance(error, PduHandlerError) and error.host == server.host and "LIST VAR pdu" in error.operation
        server.faults.rewrite = None
        assert nut.variable("pdu", "outlet.1.status") == "on"


def test_a_server_that_answers_drop_by_drop_cannot_stretch_the_deadline() -> None:
    stop = threading.Event()

    def drip(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"BEGIN LIST VAR pdu\n")
        for drop in itertools.cycle(b'VAR pdu ups.id "x"\n'):
            if stop.wait(0.01):
                return
            connection.sendall(bytes([drop]))

    now = [0.0]

    def clock() -> float:
        now[0] += 0.01
        return now[0]
    with serving(drip) as port:
        nut = NutClient("127.0.0.1", port, timeout=0.5, clock=clock)
        with nut, pytest.raises(Unreachable, match="no answer within 0.5 s"):
            nut.variables("pdu")
        stop.set()


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with NutClient("127.0.0.1", port, timeout=1) as nut, pytest.raises(Unreachable, match="upsd"):
        nut.devices()


@pytest.mark.parametrize("host", ["", "no such host", "x" * 300, "a..b", "host\0"])
def test_a_host_that_is_none_is_unreachable(host: str) -> None:
    with NutClient(host, 1, timeout=1) as nut, pytest.raises(Unreachable):
        nut.devices()


def test_a_port_that_is_none_is_unreachable() -> None:
    with NutClient("127.0.0.1", 99999) as nut, pytest.raises(Unreachable, match="99999"):
        nut.devices()


def test_a_server_that_takes_no_more_connections(server: NutServer) -> None:
    server.faults.closes_at_once = True
    with client(server) as nut, pytest.raises(Unreachable):
        nut.devices()


def test_a_restarted_server_is_found_again(server: NutServer) -> None:
    with client(server) as nut:
        nut.devices()
        server.drop_connections()
        with pytest.raises(Unreachable):
            nut.devices()
        assert list(nut.devices()) == ["pdu", "ups"]


def test_many_requests_go_out_in_writes_that_no_buffer_can_hold_up(server: NutServer) -> None:
    asked = [messages.get_var("pdu", "outlet.1.status") for _ in range(2000)]
    with client(server) as nut:
        answers = nut.ask(*asked)
    assert {answers[request] for request in asked} == {"on"}


SECRETS = ["tops3cret", 'tops3cret "two words" # \\', "tops3cret" * 30]
Back = Callable[[str, bytes], bytes]        # the request and the password as it went over the wire


@pytest.mark.parametrize("secret", SECRETS, ids=["plain", "escaped", "long"])
@pytest.mark.parametrize("rewrite", [
    lambda line, wire: b"BEGIN LIST " + wire + b"\n" if line.startswith("PASSWORD") else b"OK\n",
    lambda line, wire: b"ERR " + wire + b"\n" if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"ERR REFUSED " + wire + b"\n" if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"OK " + wire + b"\n" if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"OK\r" + wire + b"\n" if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"OK\n" + wire + b"\n" if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"x" * 1995 + wire + b"x" * 20000 if line.startswith("INSTCMD") else b"OK\n",
    lambda line, wire: b"OK TRACKING tops3cret\n" if line.startswith("INSTCMD") else b"ERR " + wire + b"\n"
    if line.startswith("GET")
    else b"OK\n"], ids=["list", "code", "extra", "ok", "framing", "unasked", "at the cut", "tracked"])
def test_a_password_that_a_server_sends_back_is_in_no_error(server: NutServer, secret: str, rewrite: Back) -> None:
    wire = messages.password(secret).line[9:-1]
    server.faults.rewrite = lambda line, answer: rewrite(line, wire)
    with named(server, User(ADMIN.name, secret)) as nut, pytest.raises((ProtocolError, Refused, NotProven)) as caught:
        nut.run("pdu", "outlet.1.load.off")
    assert "tops3" not in kept(caught.value) + repr(nut)


def test_a_line_that_comes_late_and_unasked_is_no_answer_to_the_next_request() -> None:
    answered, said = threading.Event(), threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"one\n")
        assert answered.wait(PATIENCE_S)
        connection.sendall(b"two\n")
        said.set()
        connection.recv(100)

    with serving(talk) as port, NutClient("127.0.0.1", port, timeout=PATIENCE_S) as nut:
        assert nut.version() == "one"
        answered.set()
        assert said.wait(PATIENCE_S)
        with pytest.raises(ProtocolError, match="not asked"):
            nut.version()


def test_an_address_of_a_family_that_this_host_cannot_use_is_passed_over(server: NutServer,
                                                                         monkeypatch: pytest.MonkeyPatch) -> None:
    no_family = (255, socket.SOCK_STREAM, 0, "", ("::1", server.port))
    usable = socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    with client(server) as nut:
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [no_family, *usable])
        assert "pdu" in nut.devices()
    with client(server) as nut, pytest.raises(Unreachable):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [no_family])
        nut.devices()


# ---- TLS -----------------------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def secure() -> Iterator[NutServer]:
    with NutServer(tls=True) as made:
        yield made


def over_tls(server: NutServer, tls: Tls, host: str = "127.0.0.1") -> NutClient:
    return NutClient(host, server.port, username=ADMIN.name, password=ADMIN.password, tls=tls, timeout=PATIENCE_S)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_tls_is_verified_against_an_authority(secure: NutServer, host: str) -> None:
    with over_tls(secure, Tls(ca_pem=secure.ca_pem), host) as nut:
        assert nut.run("pdu", "outlet.1.load.off")


def test_tls_is_pinned_to_a_certificate(secure: NutServer) -> None:
    with over_tls(secure, Tls(fingerprint=secure.fingerprint)) as nut:
        assert "pdu" in nut.devices()
    with over_tls(secure, Tls(fingerprint="ab" * 32)) as nut, pytest.raises(Unreachable, match="another certificate"):
        nut.run("pdu", "outlet.1.load.on")


def test_any_certificate_is_taken_where_verify_is_off(secure: NutServer) -> None:
    with over_tls(secure, Tls(verify=False)) as nut:
        assert "pdu" in nut.devices()


def test_a_certificate_of_an_unknown_authority_says_what_to_set(secure: NutServer) -> None:
    with over_tls(secure, Tls()) as nut, pytest.raises(Unreachable, match="ca_pem"):
        nut.devices()


def test_a_bad_ca_is_an_error_with_a_host(secure: NutServer) -> None:
    broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"
    with over_tls(secure, Tls(ca_pem=broken)) as nut, pytest.raises(SettingsError) as caught:
        nut.devices()
    assert caught.value.host == "127.0.0.1"


def test_a_server_without_tls_is_an_error_and_hears_nothing(server: NutServer) -> None:
    heard = listen(server)
    with over_tls(server, Tls()) as nut, pytest.raises(Unreachable, match="tls=no"):
        nut.run("pdu", "outlet.1.load.off")
    assert heard == ["STARTTLS"]


def test_nothing_is_read_ahead_or_sent_behind_starttls(secure: NutServer) -> None:
    heard: List[str] = []

    def inject(line: str, answer: bytes) -> bytes:
        heard.append(line)
        return answer + b"OK\nOK\n" if line == "STARTTLS" else answer
    secure.faults.rewrite = inject
    try:
        with over_tls(secure, Tls(verify=False)) as nut, pytest.raises(ProtocolError):
            nut.run("pdu", "outlet.1.load.off")
        assert heard == ["STARTTLS"]
    finally:
        secure.faults.rewrite = None


def test_a_handshake_that_never_comes_ends_with_the_deadline() -> None:
    def half(connection: socket.socket) -> None:
        connection.recv(100)
        connection.sendall(b"OK STARTTLS\n")
        while connection.recv(100000):
            pass

    with serving(half) as port, NutClient("127.0.0.1", port, tls=Tls(), timeout=0.3) as nut, pytest.raises(Unreachable):
        nut.devices()


def test_a_password_that_cannot_be_sent_is_in_no_error(server: NutServer) -> None:
    for secret in ("tops3cret\ud800", "tops3cret\n", "tops3cret" * 100):
        with named(server, User(ADMIN.name, secret)) as nut, pytest.raises(SettingsError) as caught:
            nut.run("pdu", "outlet.1.load.off")
        assert "tops3" not in kept(caught.value)


@pytest.mark.parametrize("words", ["USERNAME", "PASSWORD", "SET TRACKING", "INSTCMD", "GET TRACKING"])
@pytest.mark.parametrize("rewrite", [
    lambda answer: None, lambda answer: Cut(), lambda answer: Cut(b"O"), lambda answer: b"nonsense\n",
    lambda answer: b"ERR UNKNOWN-COMMAND\n", lambda answer: b"ERR DATA-STALE\n", lambda answer: answer * 2],
                         ids=["silence", "closed", "half", "other", "unknown", "stale", "twice"])
def test_a_command_goes_out_once_at_most_whatever_happens_at_any_step(server: NutServer, words: str,
                                                                      rewrite: Callable[[bytes], Optional[bytes]]) -> None:
    heard: List[str] = []

    def at_that_step(line: str, answer: bytes) -> Optional[bytes]:
        heard.append(line)
        return rewrite(answer) if line.startswith(words) else answer
    server.faults.rewrite = at_that_step
    with NutClient(server.host, server.port, username=ADMIN.name, password=ADMIN.password, timeout=SILENCE_S) as nut:
        with contextlib.suppress(PduHandlerError):
            nut.run("pdu", "outlet.1.load.off")
    assert sum(line.startswith("INSTCMD") for line in heard) == len(server.books().writes) <= 1
