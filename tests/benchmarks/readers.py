"""The ways to read a PDU that are compared, in a separate process (tests/processes/worker.py).

An order is the name of one of ORDERS and its arguments. A `target` has the fields of Target: those
of tests.servers.peers.Peer, and a file with the PEM of its authority.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import logging
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Callable, NamedTuple, Union

from handlers.snmp.handler import SnmpPdu
from pdu.cli import states
from pdu.monitoring import check_result
from pdu.pdu_list import device_list, logins as auth
from pdu.reading import polling
from pdu_common.base_snmp_pdu import BaseSnmpPdu, Element
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.helper import (
    EnumPowerStatus,
    PduPortStatisticView,
    PduPortView,
    PduStatisticView,
    PduView,
)
from tests.processes import orders
from tests.simulators.snmp_agent.devices import apc, rpcm, servertech

#: one reading; returns the number of outlets
Read = Callable[[], int]


class Target(NamedTuple):
    handler: str
    protocol: str
    address: str
    snmp: Mapping[str, str]
    settings: Mapping[str, str]
    ca_file: str

    @property
    def port(self) -> int:
        return int(self.settings["port"])

    @property
    def login(self) -> tuple[str, str]:
        return self.settings["username"], self.settings["password"]

    def data(self) -> Union[PduData, PduSnmpData]:
        if self.protocol == "snmp":
            return PduSnmpData(self.address, dict(self.snmp))
        return PduData(self.address, dict(self.settings))


# ---- as DCImanager polls: make_handler, status, statistic ----


def handler(target: Target) -> Read:
    make = importlib.import_module(f"handlers.{target.handler}.handler").make_handler
    return lambda: _poll(make(target.data()))


def _poll(pdu: Any) -> int:
    """The outlets of a whole poll. Raises RuntimeError if it is not whole."""
    outlets, figures = len(pdu.status().ports), pdu.statistic()
    if not outlets or len(figures.ports) not in (0, outlets) or not figures.load:
        raise RuntimeError(f"{outlets} outlets, {len(figures.ports)} with figures")
    return outlets


#: model -> its columns of states, currents and, if it has one, energies
_PAGE_COLUMNS: Mapping[str, Sequence[str]] = {
    "rpdu2": (f"{apc.RPDU2_STATUS}.5", f"{apc.RPDU2_METERED}.6", f"{apc.RPDU2_METERED}.11"),
    "rpdu": (f"{apc.RPDU_STATUS}.4", f"{apc.RPDU_LOAD}.2"),
    "sentry3": (servertech.STATUS, f"{servertech.INFEED}.7", f"{servertech.OUTLET}.18"),
    "rpcm": (rpcm.STATE, rpcm.MILLIAMPS, rpcm.ENERGY_KWH),
}


class PagePdu(BaseSnmpPdu):
    """A handler as DCImanager's page shows it, for one model: a walk of each column, nothing is
    proven."""

    def __init__(self, pdu_data: PduSnmpData, model: str) -> None:
        super().__init__(pdu_data)
        self._states, self._currents, *self._energies = _PAGE_COLUMNS[model]

    def status(self) -> PduView:
        states = {2: EnumPowerStatus.UP, 1: EnumPowerStatus.DOWN}
        return PduView(
            [
                PduPortView(row.oid_index, states.get(row.value_int, EnumPowerStatus.UNKNOWN))
                for row in self.snmp_walk(self._states)
            ]
        )

    def statistic(self) -> PduStatisticView:
        currents = self.snmp_walk(self._currents)
        energies = [row for column in self._energies for row in self.snmp_walk(column)]
        return PduStatisticView(
            sum(row.value_float for row in currents) / 10,
            sum(row.value_float for row in energies) / 10,
            [PduPortStatisticView(row.oid_index, row.value_float / 10) for row in energies],
        )


Make = Callable[[Any], BaseSnmpPdu]


def _page_handler(target: Target) -> Make:
    return functools.partial(PagePdu, model=target.settings.get("model", "rpdu2"))


def page(target: Target) -> Read:
    return lambda: _poll(_page_handler(target)(target.data()))


def over_pysnmp(handler_of: Callable[[Target], Make], target: Target) -> Read:
    return lambda: _poll(_over_pysnmp(handler_of(target))(target.data()))


def _over_pysnmp(base: Make) -> Make:
    """The handler on a platform whose three calls are pysnmp's."""
    from tests.conformance.pysnmp_calls import PysnmpCalls  # its import takes half a second

    def make(data: PduSnmpData) -> BaseSnmpPdu:
        pdu = base(data)
        calls = PysnmpCalls(data.ip, {key: str(value) for key, value in data.snmp_params.items()})

        def get(oid: str) -> Element:
            return Element(oid, plain_value(calls.get(oid)))

        def walk(oid: str) -> list[Element]:
            rows = calls.walk(oid)
            return [Element(name, plain_value(value), name[len(oid) + 1 :]) for name, value in rows]

        for name, call in (("snmp_get", get), ("snmp_walk", walk), ("snmp_set", calls.set)):
            setattr(pdu, name, call)
        return pdu

    return make


def plain_value(value: Any) -> Any:
    """pysnmp's value as a number or text, None for a missing object."""
    if type(value).__name__ in ("NoSuchObject", "NoSuchInstance"):
        return None
    if hasattr(value, "__bytes__"):  # a text, which may be one of digits
        return bytes(value).decode("latin-1")
    return int(value) if hasattr(value, "__int__") else str(value)


# ---- Raritan: name, state, current, power and energy of each outlet. The same scripts run on the
# vendor's SDK and, with another import, on this project's binding.

_PDU, _SENSORS = "/model/pdu/0", ("current", "activePower", "activeEnergy")


def _rpc(package: str, target: Target) -> tuple[Any, Any, Any]:
    """The package, its module pdumodel, and an agent."""
    rpc = importlib.import_module(package)
    host = f"{target.address}:{target.port}"
    agent = rpc.Agent("https", host, *target.login, disable_certificate_verification=True)
    return rpc, importlib.import_module(f"{package}.pdumodel"), agent


def loop(package: str, target: Target) -> Read:
    """A reading as the SDK's documentation shows it: object by object, sensor by sensor."""
    _, model, agent = _rpc(package, target)

    def read() -> int:
        rows = []
        for outlet in model.Pdu(_PDU, agent).getOutlets():
            sensors = outlet.getSensors()
            values = [getattr(sensors, name).getReading().value for name in _SENSORS]
            rows.append((outlet.getSettings().name, outlet.getState().powerState.val, values))
        return len(rows)

    return read


def bulk(package: str, target: Target) -> Read:
    """Two requests: the outlets, then a bulk of all else with well-known sensor ids."""
    rpc, model, agent = _rpc(package, target)
    kinds = importlib.import_module(f"{package}.sensors")

    def read() -> int:
        outlets = model.Pdu(_PDU, agent).getOutlets()
        helper = rpc.BulkRequestHelper(agent)
        for index, outlet in enumerate(outlets):
            helper.add_request(outlet.getSettings)
            helper.add_request(outlet.getState)
            for name in _SENSORS:
                sensor = kinds.NumericSensor(f"{_PDU}/outlet/{index}/{name}", agent)
                helper.add_request(sensor.getReading)
        return len(helper.perform_bulk(raise_subreq_failure=True)) // (2 + len(_SENSORS))

    return read


# ---- NUT: variables, what can be written, and commands ----


def nut_client(target: Target) -> Read:
    client = importlib.import_module("handlers.nut.client")

    def read() -> int:
        with client.NutClient(target.address, target.port) as nut:
            return int(nut.snapshots(["pdu"], writable=True)["pdu"].variables["outlet.count"])

    return read


def pynutclient(module: str, is_poll: bool, target: Target) -> Read:
    """PyNUTClient, or the facade with its names: variables, and unless it is a poll, what can be
    written, and commands with their descriptions.
    """
    library = importlib.import_module(module)

    def read() -> int:
        nut = library.PyNUTClient(target.address, target.port)
        socket = nut if hasattr(nut, "close") else nut._PyNUTClient__srv_handler
        with contextlib.closing(socket):
            variables = nut.GetUPSVars("pdu")
            assert is_poll or nut.GetRWVars("pdu") and nut.GetUPSCommands("pdu")
        return int(variables[b"outlet.count"])

    return read


# ---- Redfish: states and currents of outlets, lines of mains, energy ----


def redfish_library(target: Target) -> Read:
    reader = importlib.import_module("tests.simulators.dmtf.reader")
    order = ("library", f"https://{target.address}:{target.port}", target.ca_file, *target.login)
    return lambda: len(reader.timed(*order, "basic", "1")[2]["states"])


# ---- a PDU with an HTTP API: what a short script with `requests` reads ----

_PATHS = {
    "jaws": ("/jaws/monitor/outlets", "/jaws/monitor/lines", "/jaws/monitor/cords"),
    "netio": ("/netio.json",),
    "synlink": ("/api/outlets", "/api/inlets"),
}


def requests_script(target: Target) -> Read:
    requests = importlib.import_module("requests")
    url, (user, password) = f"http://{target.address}:{target.port}", target.login

    def read() -> int:
        with requests.Session() as session:
            if target.handler == "synlink":
                session.post(f"{url}/login", json={"username": user, "password": password})
            else:
                session.auth = target.login
            answers = [session.get(url + path).json() for path in _PATHS[target.handler]]
        outlets: Any = answers[0]
        return len(outlets if isinstance(outlets, list) else outlets["Outputs"])

    return read


WAYS: Mapping[str, Callable[[Target], Read]] = {
    "handler": handler,
    "handler over pysnmp": functools.partial(over_pysnmp, lambda target: SnmpPdu),
    "the page's handler": page,
    "the page's handler over pysnmp": functools.partial(over_pysnmp, _page_handler),
    "bulk on the binding": functools.partial(bulk, "handlers.raritan.rpc"),
    "SDK's loop": functools.partial(loop, "raritan.rpc"),
    "SDK's leanest bulk": functools.partial(bulk, "raritan.rpc"),
    "NutClient": nut_client,
    "PyNUT facade": functools.partial(pynutclient, "handlers.nut.pynut", False),
    "PyNUTClient": functools.partial(pynutclient, "PyNUTClient.PyNUT", False),
    "PyNUTClient's variables": functools.partial(pynutclient, "PyNUTClient.PyNUT", True),
    "redfish library": redfish_library,
    "script on requests": requests_script,
}


def read(way: str, target: Sequence[Any], readings: int) -> list[float]:
    """Seconds, CPU seconds and outlets of the last of so many readings; those before it open the
    connection.
    """
    once = WAYS[way](Target(*target))
    for _ in range(readings - 1):
        once()
    begin, cpu = time.perf_counter(), time.process_time()
    outlets = once()
    return [time.perf_counter() - begin, time.process_time() - cpu, outlets]


def read_by_threads(way: str, target: Sequence[Any], polls: int, threads: int) -> list[float]:
    """The seconds of so many polls by so many threads, and how many were whole."""
    once = WAYS[way](Target(*target))

    def is_whole(_: int) -> bool:
        try:
            return once() > 0
        except Exception:  # a poll that fails is what is counted
            return False

    begin = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        whole = sum(pool.map(is_whole, range(polls)))
    return [time.perf_counter() - begin, whole]


def read_until_error(way: str, target: Sequence[Any]) -> float:
    """The seconds until a PDU that does not answer is an error."""
    once, begin = WAYS[way](Target(*target)), time.perf_counter()
    try:
        once()
    except Exception:  # the error is what is timed
        return time.perf_counter() - begin
    raise RuntimeError("a dead unit was read")


def read_list(path: str, logins: str, threads: int) -> dict[str, list[Any]]:
    """The seconds of a poll and the figures, as in the CSV of `pdu check`, of each PDU of a list by
    its name. `threads`: how many are read at a time."""

    def seconds_and_cells(target: polling.Target) -> list[Any]:
        reading = polling.poll(target)
        row = check_result.judge_reading(target.device, reading)
        counts = [row.state_count(state) for state in (states.UP, states.DOWN, states.UNKNOWN)]
        values = (*counts, reading.load_a, reading.energy_kwh)
        return [reading.seconds, ["" if value is None else str(value) for value in values]]

    devices = device_list.read_device_list(path).devices
    with ThreadPoolExecutor(threads) as pool:
        rows = pool.map(
            seconds_and_cells,
            polling.targets(devices, auth.read_logins(logins), auth.environment_login({})),
        )
        return {device.name: values for device, values in zip(devices, rows)}


ORDERS: Mapping[str, Callable[..., Any]] = {
    "read": read,
    "read by threads": read_by_threads,
    "read until error": read_until_error,
    "read list": read_list,
}

if __name__ == "__main__":
    logging.disable(logging.CRITICAL)
    orders.take(lambda name, *arguments: ORDERS[name](*arguments))
