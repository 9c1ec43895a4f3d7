"""The gateway with the programs that it is for: Redfish clients and judges, labgrid."""

from __future__ import annotations

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import witnesses
from tests.needs import peers, program
from tests.pdu.monitoring.halls import HASTY, environment, private
from tests.servers.worker import Worker
from tests.waiting import PATIENCE_S

from .running import TOKENS, Gateway, Site, gateway

SYSTEM = "/redfish/v1/Systems/srv-1"


@pytest.fixture(scope="module")
def secure(here: Site) -> Iterator[Gateway]:
    """A gateway over HTTPS."""
    with gateway(here.folder, "--journal", "secure.jsonl", tls=True, program=HASTY) as made:
        yield made


def run_peer(script: str, running: Gateway, *arguments: str, **variables: str) -> Any:
    """Run a script with the peers' packages, the gateway's URL and a token on standard input."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            f"import sys\nsys.path.append({peers()!r})\n{script}",
        ]
        + [running.url, running.ca, *arguments],
        input=TOKENS["admin"],
        env={**environment(), **variables},
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE_S,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SUSHY = """
import json, sushy
from sushy import auth, exceptions
url, ca = sys.argv[1:3]
token, seen = sys.stdin.read(), []
for login in (auth.SessionOrBasicAuth("admin", token), auth.BasicAuth("admin", token)):
    root = sushy.Sushy(url.rstrip("/"), verify=ca, auth=login)
    system = root.get_system("/redfish/v1/Systems/srv-1")
    for reset in (sushy.RESET_FORCE_OFF, sushy.RESET_ON, sushy.RESET_FORCE_RESTART):
        system.reset_system(reset)
        system.refresh(force=True)
        seen.append(system.power_state.value)
    seen.append(sorted(one.value for one in system.get_allowed_reset_system_values()))
    seen.append([one.name for one in root.get_system_collection().get_members()])
    seen.append([system.boot.enabled.value, system.boot.target.value])
try:
    system.reset_system(sushy.RESET_GRACEFUL_SHUTDOWN)
except exceptions.InvalidParameterValueError as error:
    seen.append("refused")
print(json.dumps(seen))
"""


@pytest.mark.against("sushy")
def test_sushy_as_ironic_uses_it(secure: Gateway, here: Site) -> None:
    once = ["Off", "On", "On", ["ForceOff", "ForceRestart", "On"]]
    once += [["srv-1", "srv-2", "row 1/ünï", "core"], ["Disabled", "None"]]
    before = len(here.writes())
    assert run_peer(SUSHY, secure) == [*once, *once, "refused"]
    assert len(here.writes()) - before == 2 * 2 * 4


def writes(here: Site) -> list[str]:
    """What was sent to the outlet of srv-2."""
    return [write for write in here.writes() if write.startswith("left/2=")]


IMPATIENT_SUSHY = """
import json, sushy
from sushy import auth
url, ca = sys.argv[1:3]
root = sushy.Sushy(url.rstrip("/"), verify=ca, auth=auth.BasicAuth("admin", sys.stdin.read()))
system = root.get_system("/redfish/v1/Systems/srv-2")
for timeout in (3, 60):
    system._conn._default_request_timeout = timeout
    system.reset_system(sushy.RESET_FORCE_RESTART)
print(json.dumps("done"))
"""


@pytest.mark.against("sushy")
def test_a_reset_that_sushy_sends_again_restarts_once_and_a_second_reset_again(here: Site) -> None:
    with gateway(here.folder, "--journal", "slow.jsonl", "--pause", 4) as slow:
        before = len(writes(here))
        assert run_peer(IMPATIENT_SUSHY, slow) == "done"
    assert writes(here)[before:] == ["left/2=off", "left/2=on"] * 2


@pytest.mark.against("DMTF's redfish client")
@pytest.mark.parametrize("login", ["session", "basic"])
def test_dmtfs_client_switches_and_logs_out(secure: Gateway, here: Site, login: str) -> None:
    client = importlib.import_module("redfish").redfish_client(
        base_url=secure.url.rstrip("/"),
        username="admin",
        password=TOKENS["admin"],
        cafile=secure.ca,
        max_retry=1,
    )
    client.login(auth=login)
    for reset, state in (("ForceOff", "Off"), ("On", "On")):
        target = client.get(SYSTEM).dict["Actions"]["#ComputerSystem.Reset"]["target"]
        assert client.post(target, body={"ResetType": reset}).status == 204
        assert client.get(SYSTEM).dict["PowerState"] == state
    for body in ({"ResetType": "GracefulShutdown"}, {}, {"ResetType": ["On"]}):
        refused = client.post(f"{SYSTEM}/Actions/ComputerSystem.Reset", body=body)
        assert refused.status == 400 and "ResetType" in refused.dict["error"]["message"]
    assert client.patch(SYSTEM, body={"Boot": {}}).status == 405
    sessions = client.get("/redfish/v1/SessionService/Sessions").dict
    assert sessions["Members@odata.count"] == (1 if login == "session" else 0)
    client.logout()


def test_a_session_ends_and_is_its_clients_own(secure: Gateway) -> None:
    where = "/redfish/v1/SessionService/Sessions"
    wrong = {"UserName": "reader", "Password": TOKENS["admin"]}
    assert secure.ask("POST", where, wrong, who="").status == 401
    made = secure.ask("POST", where, {**wrong, "Password": TOKENS["reader"]}, who="")
    token, place = made.headers["x-auth-token"], made.headers["location"]
    assert made.status == 201 and TOKENS["reader"] not in made.text and token not in made.text
    assert secure.ask("GET", SYSTEM, who="", X_Auth_Token=token).status == 200
    # a session is for Redfish only, and no other client sees or ends it
    assert secure.ask("GET", "/v1/machines", who="", X_Auth_Token=token).status == 401
    assert secure.ask("GET", place).status == secure.ask("DELETE", place).status == 404
    assert secure.ask("GET", SYSTEM, X_Auth_Token=token).status == 401  # two logins at once
    assert secure.ask("DELETE", place, who="", X_Auth_Token=token).status == 204
    assert secure.ask("GET", SYSTEM, who="", X_Auth_Token=token).status == 401


@pytest.mark.against("Debian's fence_redfish")
def test_fence_redfish_switches_and_fails_for_what_is_unknown(secure: Gateway, here: Site) -> None:
    def fence(action: str) -> tuple[int, str]:
        options = {
            "ip": "127.0.0.1",
            "ipport": secure.port,
            "username": "admin",
            "password": TOKENS["admin"],
            "ssl_insecure": 1,
            "systems_uri": SYSTEM,
            "action": action,
            "power_wait": 0,
        }
        done = subprocess.run(
            [program("fence_redfish")],
            input="".join(f"{key}={value}\n" for key, value in options.items()),
            env=environment(),
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_S,
        )
        return done.returncode, done.stdout + done.stderr

    before = len(here.writes())
    assert fence("reboot")[0] == 0 and len(here.writes()) == before + 4
    assert fence("off")[0] == 0 and len(here.writes()) == before + 6
    here.turn("left/1", True)  # one feed is on: neither on nor off
    code, words = fence("status")
    assert code == 1 and "Unable to get PowerState" in words
    here.turn("right/1", True)


# The types of the façade, and those that they build on: to read all 277 files takes 10 s.
_SCHEMAS = (
    "Chassis",
    "ChassisCollection",
    "ComputerSystem",
    "ComputerSystemCollection",
    "EnvironmentMetrics",
    "Resource",
    "Sensor",
    "ServiceRoot",
    "Session",
    "SessionCollection",
    "SessionService",
)


@pytest.mark.against("DMTF's service validator")
def test_the_validator_finds_nothing(secure: Gateway, tmp_path: Path) -> None:
    for name in _SCHEMAS:
        (tmp_path / f"{name}_v1.xml").symlink_to(witnesses.path("redfish/csdl", f"{name}_v1.xml"))
    schemas = str(tmp_path)
    url = f"https://127.0.0.1:{secure.port}"
    with Worker(Path(), "tests.simulators.dmtf.judges") as judges:
        for login in ("Session", "Basic"):
            passed, failed = judges.order("service", schemas, url, "admin", TOKENS["admin"], login)
            assert failed == [] and passed > 150


LABGRID = """
import json
from labgrid import Target
from labgrid.driver import NetworkPowerDriver, PDUDaemonDriver
from labgrid.resource import NetworkPowerPort, PDUDaemonPort
url, seen = sys.argv[1], []
target = Target("rest")
NetworkPowerPort(target, name=None, model="rest", host=url + "labgrid/srv-1", index=0)
driver = NetworkPowerDriver(target, name=None, delay=0.0)
target.activate(driver)
for do in (driver.off, driver.on, driver.cycle):
    do()
    seen.append(driver.get())
target = Target("pdudaemon")
PDUDaemonPort(target, name=None, host=url[len("http://"):].rstrip("/"), pdu="left", index=2)
driver = PDUDaemonDriver(target, name=None, delay=0.0)
target.activate(driver)
driver.off()
driver.on()
driver.cycle()
print(json.dumps(seen))
"""


@pytest.mark.against("labgrid: its drivers of `rest` and of pdudaemon")
def test_labgrid_switches_by_rest_and_by_pdudaemons_paths(
    running: Gateway, here: Site, tmp_path: Path
) -> None:
    login = f"machine 127.0.0.1 login admin password {TOKENS['admin']}\n"
    netrc = str(private(tmp_path / "netrc", login))
    before = len(here.writes())
    assert run_peer(LABGRID, running, NETRC=netrc) == [False, True, True]
    assert len(here.writes()) - before == 2 * 4 + 4


UNPROVEN = """
import json, requests
from labgrid import Target
from labgrid.driver import NetworkPowerDriver
from labgrid.resource import NetworkPowerPort
target = Target("rest")
NetworkPowerPort(target, name=None, model="rest", host=sys.argv[1] + "labgrid/srv-1", index=0)
driver = NetworkPowerDriver(target, name=None, delay=0.0)
target.activate(driver)
try:
    driver.off()
except requests.HTTPError as error:
    print(json.dumps(error.response.status_code))
"""


@pytest.mark.against("labgrid: its driver of `rest`")
def test_labgrid_fails_if_a_command_is_not_proven(
    running: Gateway, here: Site, tmp_path: Path
) -> None:
    login = f"machine 127.0.0.1 login admin password {TOKENS['admin']}\n"
    netrc = str(private(tmp_path / "netrc", login))
    here.left.faults.ignored = True
    try:
        assert run_peer(UNPROVEN, running, NETRC=netrc) == 424
    finally:
        here.left.faults.ignored = False
    here.turn("right/1", True)
