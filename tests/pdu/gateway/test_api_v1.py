"""/v1 and the paths of MAAS, labgrid and pdudaemon, over HTTP against simulated PDUs."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator
from xml.etree import ElementTree

import pytest

from tests.needs import program

from .running import TOKENS, Answer, Gateway, Site

# The usual patterns of MAAS' driver: provisioningserver/drivers/power/webhook.py
MAAS_ON, MAAS_OFF = r"status.*\:.*running", r"status.*\:.*stopped"


@pytest.fixture(autouse=True)
def all_on(here: Site) -> Iterator[None]:
    """Each test begins with all outlets on, and ends with a list of writes that is its own."""
    for name in ("left", "right"):
        for outlet in range(1, 5):
            here.turn(f"{name}/{outlet}", True)
    yield


class Sent:
    """What the PDUs were sent since this was made."""

    def __init__(self, here: Site) -> None:
        self._here, self._before = here, here.writes()

    def __call__(self) -> list[str]:
        left = self._here.writes()
        for one in self._before:
            left.remove(one)
        return sorted(left)


@pytest.fixture
def sent(here: Site) -> Sent:
    return Sent(here)


def test_a_machine_with_two_feeds_is_switched_at_both(running: Gateway, sent: Sent) -> None:
    off = running.switch("srv-1", "off")
    assert off.status == 200 and off.json["done"] and off.json["state"] == "off"
    assert sent() == ["left/1=off", "right/1=off"]
    assert running.ask("GET", "/v1/machines/srv-1").json["state"] == "off"
    restart = running.switch("srv-1", "restart")
    assert restart.json["done"] and restart.json["state"] == "on"
    assert sorted(sent()) == sorted(["left/1=off", "right/1=off"] * 2 + ["left/1=on", "right/1=on"])


def test_mixed_feeds_are_unknown_to_everybody(running: Gateway, here: Site) -> None:
    here.turn("left/1", False)
    found = running.ask("GET", "/v1/machines/srv-1").json
    assert found["state"] == "unknown" and found["reason"] == "left/1 is off, right/1 is on"
    maas = running.ask("GET", "/maas/srv-1/query")
    assert maas.status == 200
    assert not re.search(MAAS_ON, maas.text) and not re.search(MAAS_OFF, maas.text)
    assert running.ask("GET", "/labgrid/srv-1").status == 503
    system = running.ask("GET", "/redfish/v1/Systems/srv-1").json
    assert system["PowerState"] is None


def test_a_key_switches_once(running: Gateway, sent: Sent) -> None:
    first = running.switch("srv-2", "off", "key-1")
    again = running.switch("srv-2", "off", "key-1")
    assert sent() == ["left/2=off"]
    assert again.json == {**first.json, "repeated": True} and first.json["repeated"] is False
    other = running.switch("srv-2", "on", "key-1")
    assert other.status == 422 and sent() == ["left/2=off"]
    assert running.switch("srv-2", "off", "key 1").status == 400


def test_the_figures_are_those_of_the_pdus(running: Gateway, here: Site) -> None:
    figures = running.ask("GET", "/v1/machines/srv-2/outlets").json
    (outlet,) = figures["outlets"]
    assert outlet["energy_kwh"] == here.left.books().port_energy_kwh["2"]
    assert figures["current_a"] == outlet["current_a"] == 0.3
    watts = running.ask("GET", "/redfish/v1/Chassis/srv-2/EnvironmentMetrics").json
    assert watts["PowerWatts"]["Reading"] == figures["power_w"] == outlet["power_w"]
    whole = running.ask("GET", "/v1/status").json["machines"]
    assert [one["machine"] for one in whole] == ["srv-1", "srv-2", "row 1/ünï", "core"]


def test_a_name_with_a_slash_and_letters_beyond_ascii_is_a_machine(
    running: Gateway, sent: Sent
) -> None:
    path = "row%201%2F%C3%BCn%C3%AF"
    assert running.ask("GET", f"/v1/machines/{path}").json["machine"] == "row 1/ünï"
    assert running.ask("POST", f"/maas/{path}/off").status == 200 and sent() == ["right/3=off"]
    members = running.ask("GET", "/redfish/v1/Systems").json["Members"]
    uri = members[2]["@odata.id"]
    assert uri == "/redfish/v1/Systems/row~201~2F~C3~BCn~C3~AF"
    assert running.ask("GET", uri).json["Name"] == "row 1/ünï"


@pytest.mark.parametrize(
    "who, method, path, status",
    [
        ("reader", "GET", "/v1/machines/srv-1", 200),
        ("reader", "POST", "/v1/machines/srv-1/power", 403),
        ("reader", "POST", "/maas/srv-1/off", 403),
        ("reader", "PUT", "/labgrid/srv-1", 403),
        ("reader", "GET", "/power/control/off?alias=srv-1", 403),
        ("reader", "POST", "/redfish/v1/Systems/srv-1/Actions/ComputerSystem.Reset", 403),
        ("reader", "GET", "/v1/machines/core", 404),
        ("one", "GET", "/v1/machines/srv-1", 404),
        ("one", "GET", "/redfish/v1/Systems/srv-1", 404),
        ("one", "GET", "/redfish/v1/Chassis/srv-1/EnvironmentMetrics", 404),
        ("one", "GET", "/maas/srv-1/query", 404),
        ("one", "GET", "/power/control/off?hostname=left&port=1", 404),
        ("one", "GET", "/v1/machines/nobody", 404),
        ("switcher", "GET", "/v1/machines/srv-2", 403),
        ("switcher", "GET", "/v1/status", 403),
        ("switcher", "GET", "/v1/journal", 403),
        ("switcher", "POST", "/v1/machines/srv-2/power", 200),
        ("admin", "POST", "/v1/machines/core/power", 403),
        ("", "GET", "/v1/machines/srv-1", 401),
        ("", "POST", "/maas/srv-1/off", 401),
        ("", "GET", "/redfish/v1/Systems", 401),
        ("", "GET", "/v1/openapi.json", 401),
    ],
)
def test_a_client_does_what_it_may_with_its_own_machines(
    running: Gateway, sent: Sent, who: str, method: str, path: str, status: int
) -> None:
    bodies = {"power": {"action": "off"}, "ComputerSystem.Reset": {"ResetType": "ForceOff"}}
    body: object = bodies.get(path.rpartition("/")[2])
    found = running.ask(method, path, b"0" if method == "PUT" else body, who)
    assert found.status == status, found.text
    assert sent() == (["left/2=off"] if method == "POST" and status == 200 else [])


def test_lists_show_a_client_its_own_machines_only(running: Gateway) -> None:
    assert [
        one["machine"] for one in running.ask("GET", "/v1/machines", who="one").json["machines"]
    ] == ["srv-2"]
    for path in ("/redfish/v1/Systems", "/redfish/v1/Chassis"):
        assert running.ask("GET", path, who="one").json["Members@odata.count"] == 1
    status = running.ask("GET", "/v1/status", who="reader").json["machines"]
    assert [one["machine"] for one in status] == ["srv-1", "srv-2"]


def test_the_journal_shows_commands_with_a_chain_and_no_keys_of_others(running: Gateway) -> None:
    running.switch("srv-2", "off", "mine")
    running.switch("srv-1", "restart", "not-theirs")
    own = running.ask("GET", "/v1/journal?last=3").json["lines"]
    assert [one["event"] for one in own] == ["begin", "step", "end"]
    assert own[0]["key"] == "not-theirs" and own[0]["client"] == "admin"
    assert own[0]["outlets"] == ["left/1", "right/1"] and own[2]["done"] is True
    theirs = running.ask("GET", "/v1/journal", who="one").json["lines"]
    assert theirs and {one["machine"] for one in theirs} == {"srv-2"}
    assert not any("key" in one for one in theirs if one["client"] != "one")
    for wrong in ("0", "-1", "2001", "x", "99999999999999999999", "%00"):
        assert running.ask("GET", f"/v1/journal?last={wrong}").status == 400


# ---- other programs ------------------------------------------------------------------------------


def curl(running: Gateway, *words: str) -> Answer:
    """curl with the token from standard input, as MAAS' webhook sends it: Bearer, or Basic."""
    done = subprocess.run(
        [program("curl"), "-sS", "-K", "-", "-w", "\n%{http_code}", *words],
        input=f'header = "Authorization: Bearer {TOKENS["admin"]}"',
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not done.stderr
    text, _, status = done.stdout.rpartition("\n")
    return Answer(int(status), text, {})


@pytest.mark.against("curl")
def test_maas_webhook_switches_and_asks(running: Gateway, sent: Sent) -> None:
    url = f"{running.url}maas/srv-1"
    assert re.search(MAAS_ON, curl(running, f"{url}/query").text)
    assert curl(running, "-X", "POST", f"{url}/off").status == 200
    off = curl(running, f"{url}/query").text
    assert re.search(MAAS_OFF, off) and not re.search(MAAS_ON, off)
    assert curl(running, "-X", "POST", f"{url}/on/").status == 200
    assert sent() == ["left/1=off", "left/1=on", "right/1=off", "right/1=on"]
    # MAAS sends a GET to ask; nothing else may switch
    assert curl(running, f"{url}/off").status == 405
    assert curl(running, "-X", "POST", f"{url}/restart").status == 404
    assert len(sent()) == 4


def test_labgrids_texts_are_1_and_0_and_nothing_else(running: Gateway, sent: Sent) -> None:
    assert running.ask("GET", "/labgrid/srv-2").text == "1"
    assert running.ask("PUT", "/labgrid/srv-2", b"0").status == 200
    assert running.ask("GET", "/labgrid/srv-2").text == "0"
    assert running.ask("PUT", "/labgrid/srv-2", b"1").status == 200
    for wrong in (b"", b"2", b"1\n", b"on", b"true"):
        assert running.ask("PUT", "/labgrid/srv-2", wrong).status == 400
    assert sent() == ["left/2=off", "left/2=on"]


@pytest.mark.parametrize(
    "query, status",
    [
        ("alias=srv-2", 200),
        ("hostname=left&port=2", 200),
        ("hostname=left&port=2&delay=0", 200),
        ("alias=srv-2&delay=61", 400),
        ("alias=srv-2&delay=nan", 400),
        ("alias=srv-2&hostname=left&port=2", 400),
        ("alias=srv-2&alias=srv-1", 400),
        ("alias=srv-2&token=x", 400),
        ("hostname=left&port=1", 409),
        ("hostname=left&port=3", 404),
        ("hostname=127.0.0.1&port=2", 404),
        ("alias=core", 403),
        ("", 404),
    ],
)
def test_pdudaemons_paths_switch_whole_machines(
    running: Gateway, sent: Sent, query: str, status: int
) -> None:
    assert running.ask("GET", f"/power/control/off?{query}").status == status
    assert sent() == (["left/2=off"] if status == 200 else [])
    assert running.ask("POST", f"/power/control/off?{query}").status == 405
    assert running.ask("HEAD", f"/power/control/off?{query}").status == 405


def test_a_body_is_one_json_object_with_known_keys(running: Gateway, sent: Sent) -> None:
    path = "/v1/machines/srv-2/power"
    as_json = {"Content_Type": "application/json"}
    for body in (
        b"",
        b"[]",
        b"off",
        b'{"action": "off", "action": "on"}',
        b'{"action": "off", "x": 1}',
        b'{"action": "OFF"}',
        b'{"action": ["off"]}',
        b'{"action": null}',
        b'{"action": "restart", "pause_s": true}',
        b'{"action": "restart", "pause_s": 1e9}',
        b'{"action": "restart", "pause_s": NaN}',
        b'{"action": "\xff"}',
        b"[" * 9000,
    ):
        assert running.ask("POST", path, body, **as_json).status == 400, body
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data; x"):
        found = running.ask("POST", path, b'{"action": "off"}', Content_Type=kind)
        assert found.status == 415
    assert sent() == []


def test_answers_are_never_kept_nor_guessed_at(running: Gateway) -> None:
    for path in ("/v1/machines", "/nope", "/redfish/v1/", "/healthz"):
        headers = running.ask("GET", path).headers
        assert headers["cache-control"] == "no-store"
        assert headers["x-content-type-options"] == "nosniff"
        assert not {"set-cookie", "access-control-allow-origin", "server"} & set(headers)
    assert json.loads(running.ask("GET", "/nope").text)["error"]["kind"] == "not-found"
    assert "Basic" not in running.ask("GET", "/v1/machines", who="").headers["www-authenticate"]


def test_the_metadata_and_the_methods_of_redfish(running: Gateway) -> None:
    metadata = running.ask("GET", "/redfish/v1/$metadata", who="")
    assert metadata.status == 200 and metadata.headers["content-type"] == "application/xml"
    document = ElementTree.fromstring(metadata.text)  # noqa: S314 (our own gateway wrote it)
    assert document.tag.endswith("}Edmx")
    assert running.ask("GET", "/redfish/v1", who="").headers["allow"] == "GET, HEAD"
    sessions = running.ask("GET", "/redfish/v1/SessionService/Sessions")
    assert sessions.headers["allow"] == "GET, HEAD, POST"
    newer = running.ask("GET", "/redfish/v1", who="", OData_Version="4.1")
    assert newer.status == 412


def test_redfish_links_a_resource_to_its_schema_and_takes_a_login_at_members(
    running: Gateway,
) -> None:
    for path, schema in (
        ("/redfish/v1", "ServiceRoot.v1_15_0"),
        ("/redfish/v1/Systems", "ComputerSystemCollection"),
        ("/redfish/v1/Systems/srv-1", "ComputerSystem.v1_20_0"),
    ):
        for method in ("GET", "HEAD"):
            link = running.ask(method, path).headers["link"]
            assert link == f"<http://redfish.dmtf.org/schemas/v1/{schema}.json>; rel=describedby"
    assert "link" not in running.ask("GET", "/redfish").headers
    members = "/redfish/v1/SessionService/Sessions/Members"
    login = {"UserName": "one", "Password": TOKENS["one"]}
    session = running.ask("POST", members, login, who="")
    assert session.status == 201
    assert running.ask("POST", members, {**login, "Password": "wrong"}, who="").status == 401
    assert running.ask("GET", members, who="").status == 401
    token = session.headers["x-auth-token"]
    gone = running.ask("DELETE", session.headers["location"], who="", X_Auth_Token=token)
    assert gone.status == 204
