"""Jobs of the vendor's documentation with the vendor's SDK: the client binding, the PDU data model,
cascading and linking.
"""

from __future__ import annotations

import base64
import time
from typing import Any

from .script import module

PDU, OUTLET = "/model/pdu/0", "/model/pdu/0/outlet/0"
_PATIENCE_S, _PAUSE_S = 300.0, 0.02


def _pdu(agent: Any) -> Any:
    return module("pdumodel").Pdu(PDU, agent)


def _states(outlets: list[Any]) -> list[int]:
    return [outlet.getState().powerState.val for outlet in outlets]


# ---- PDU data model ------------------------------------------------------------------------------


def switching(agent: Any) -> Any:
    """Switches outlets 1, 3 (disabled) and 4 (without a relay) off; codes and states."""
    outlets = _pdu(agent).getOutlets()
    off = module("pdumodel").Outlet.PowerState.PS_OFF
    codes = [outlets[number].setPowerState(off) for number in (0, 2, 3)]
    return [codes, _states(outlets[:3])]


def several(agent: Any) -> Any:
    """Switches outlets 1 and 2 off, then all; cycles one, two and all without an off time."""
    pdu = _pdu(agent)
    off = module("pdumodel").Outlet.PowerState.PS_OFF
    outlets = pdu.getOutlets()[:2]
    return [
        [pdu.setMultipleOutletPowerStates([1], off, False), *_states(outlets)],
        [pdu.setAllOutletPowerStates(off), *_states(outlets)],
        [outlets[0].cyclePowerState(), *_states(outlets)],
        [pdu.cycleMultipleOutletPowerStates([0], False), *_states(outlets)],
        [pdu.cycleAllOutletPowerStates(), *_states(outlets)],
    ]


def sequence(agent: Any) -> Any:
    """Sets a wrong and a right order, and switches all outlets on with a long pause after each."""
    pdu = _pdu(agent)
    outlet = module("pdumodel").Outlet(OUTLET, agent)
    pdu.setAllOutletPowerStates(outlet.PowerState.PS_OFF)
    settings = pdu.getSettings()
    own = outlet.getSettings()
    settings.outletPowerStateSequence = [0, 0, 1]
    codes = [pdu.setSettings(settings)]
    settings.outletPowerStateSequence = [0, 1, 2, 3, 4, 5, 6, 7, 8]
    own.sequenceDelay = 3_600_000
    codes += [pdu.setSettings(settings), outlet.setSettings(own)]
    codes += [pdu.setAllOutletPowerStates(outlet.PowerState.PS_ON)]
    state = pdu.getOutletSequenceState()
    pdu.cancelOutletSequence()
    after = pdu.getOutletSequenceState()
    return [codes, state.sequenceRunning, state.nextOutletToSwitch, after.sequenceRunning]


def sensors(agent: Any) -> Any:
    """Reads, sets a threshold, and the names of the sensors' classes."""
    outlet = _pdu(agent).getOutlets()[0].getSensors()
    thresholds = outlet.current.getThresholds()
    thresholds.lowerWarning, thresholds.lowerWarningActive = 1.0, True
    code = outlet.current.setThresholds(thresholds)
    kinds = (outlet.current, outlet.activeEnergy, outlet.outletState)
    return [
        outlet.activeEnergy.getReading().value,
        [code, outlet.current.getThresholds().lowerWarning],
        [type(sensor).__name__ for sensor in kinds],
    ]


def slots(agent: Any) -> Any:
    """Names of the peripheral slots in one bulk, and the value of the first device."""
    peripheral_slots = _pdu(agent).getPeripheralDeviceManager().getDeviceSlots()
    bulk = module("").BulkRequestHelper(agent)
    for slot in [*peripheral_slots[:4], module("peripheral").DeviceSlot("/nowhere", agent)]:
        bulk.add_request(slot.getSettings)
    *settings, error = bulk.perform_bulk(raise_subreq_failure=False)
    reading = peripheral_slots[0].getDevice().device.getReading()
    return [
        [slot_settings.name for slot_settings in settings],
        isinstance(error, Exception),
        reading.value,
    ]


def events(agent: Any) -> Any:
    """Switches outlet 1 off; class, source and user of its events and its sensor's."""
    event = module("event")
    idl = module("idl")
    sensor = module("sensors").NumericSensor
    outlet = module("pdumodel").Outlet("/model/outlet/0", agent)
    service = event.Service("/eventservice", agent)
    channel = service.createChannel()
    channel.demandEvent(idl.Event, outlet)
    channel.demandEventTypes([sensor.ReadingChangedEvent])
    outlet.setPowerState(outlet.PowerState.PS_OFF)
    _, notices = channel.pollEvents()
    service.destroyChannel(channel)
    return sorted(
        [
            type(notice).__name__,
            notice.source.target.rpartition("/")[2],
            getattr(notice, "actUserName", None),
        ]
        for notice in notices
        if "outlet.0" in notice.source.target or "O0Current" in notice.source.target
    )


# ---- client binding ------------------------------------------------------------------------------


def snmp(agent: Any) -> Any:
    proxy = module("devsettings").Snmp("/snmp", agent)
    configuration = proxy.getConfiguration()
    configuration.v2enable, configuration.readComm = True, ""
    codes = [proxy.setConfiguration(configuration)]
    configuration.readComm = "public"
    codes.append(proxy.setConfiguration(configuration))
    return [codes, proxy.getConfiguration().readComm, bool(proxy.getV3EngineId())]


def servers(agent: Any) -> Any:
    monitored = module("servermon").ServerMonitor("/servermon", agent).listServers()
    return [
        [number, server.settings.host, server.status.reachable.val]
        for number, server in monitored.items()
    ]


def session(agent: Any) -> Any:
    """Opens a session, uses its token and logs out; a sentence if the token still serves then."""
    manager = module("session").SessionManager("/session", agent)
    code, opened, token = manager.newSession()
    agent.set_auth_token(token)
    current = manager.getCurrentSession()
    manager.closeCurrentSession(manager.CloseReason.CLOSE_REASON_LOGOUT)
    try:
        manager.getSessions()
    except module("").HttpException:
        return [code, current.sessionId == opened.sessionId, current.username]
    return "the token is still accepted"


def firmware(agent: Any, image: str) -> Any:
    """Uploads an image (base64) and updates; the new version and the newest result."""
    package = module("firmware")
    proxy = package.Firmware("/firmware", agent)
    package.upload(agent, base64.b64decode(image))
    present, info = proxy.getImageInfo()
    proxy.startUpdate([])
    deadline = time.monotonic() + _PATIENCE_S
    while time.monotonic() < deadline:
        try:
            if proxy.getVersion() == info.version:
                return [present, info.version, proxy.getUpdateHistory()[-1].status.val]
        except module("").HttpException:  # the unit updates or restarts
            time.sleep(_PAUSE_S)
    return "the update did not end"


def certificate(agent: Any, key: str, chain: str, other: str) -> Any:
    """Uploads bad and good pairs (PEM), and installs the good one: the result code of each step,
    whether the unit said that the pair waits, and whether it uses it then.
    """
    package = module("cert")
    proxy = package.ServerSSLCert("/server_ssl_cert", agent)
    codes = []
    for certificate_pem, key_pem in (
        (chain, other),
        ("no certificate", key),
        (chain, "no key"),
        (chain, key),
        (chain, key),  # refused, because a pair waits already
    ):
        codes.append(package.upload(agent, certificate_pem.encode(), key_pem.encode()))
    info = proxy.getInfo()
    codes.append(proxy.installPendingKeyPair())
    codes.append(proxy.installPendingKeyPair())  # refused, because none waits any more
    downloaded = package.download(agent).decode()
    return [codes, info.havePendingCert, downloaded == chain]


def raw(agent: Any) -> Any:
    package = module("rawcfg")
    download = getattr(package, "download", None) or package.download_rawcfg
    text = download(agent).replace(b"pdu.name=", b"pdu.name=rack 7")
    codes = [int(package.upload(agent, data)) for data in (b"nonsense", b"#! magic\n", text)]
    _finished(package.RawConfiguration("/rawcfg", agent))
    return [codes, _pdu(agent).getSettings().name]


def bulk_configuration(agent: Any) -> Any:
    package = module("bulkcfg")
    download = getattr(package, "download", None) or package.download_bulkcfg
    plain = download(agent)
    backup = download(agent, backup=True)
    codes = [int(package.upload(agent, data)) for data in (b"nonsense", backup, plain)]
    _finished(package.BulkConfiguration("/bulkcfg", agent))
    return [*codes, int(package.upload(agent, backup, backup=True))]


def _finished(job: Any) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while job.getStatus()[0].val == 2 and time.monotonic() < deadline:
        time.sleep(_PAUSE_S)


def files(agent: Any) -> Any:
    """Diagnostics (gzip), the ETO descriptor, and the figures of mains and a panel."""
    pdumodel = module("pdumodel")
    diag = module("diag")
    download = getattr(diag, "download", None) or diag.download_diag
    mains = pdumodel.download_powermeter_csv(agent)
    panel = pdumodel.download_panel_csv(agent, 1)
    return [
        download(agent)[:2].hex(),
        b"serial" in pdumodel.download_eto(agent),
        len(mains.splitlines()),
        len(panel.splitlines()),
    ]


# ---- cascading and linking -----------------------------------------------------------------------


def network(agent: Any) -> Any:
    """Port forwarding without and with the downstream interface, and a bridge."""
    proxy = module("net").Net("/net", agent)
    settings = proxy.getSettings()
    forwarding = settings.common.portForwarding
    settings.ifMap["br0"].enabled = forwarding.enabled = True
    codes = [proxy.setSettings(settings)]
    name = next(name for name in forwarding.elements if name.endswith("DownstreamIfName"))
    setattr(forwarding, name, "usb")
    codes.append(proxy.setSettings(settings))
    after = proxy.getSettings()
    return [codes, after.ifMap["br0"].enabled, after.common.portForwarding.enabled]


def link_units(agent: Any) -> Any:
    """Reads and switches link unit 2, and links and releases unit 3."""
    manager = module("cascading").CascadeManager("/cascade", agent)
    outlet = module("pdumodel").Outlet("/model/pdu/2/outlet/1", agent)
    same = module("pdumodel").Pdu("/link/2/model/pdu/0", agent).getOutlets()[1]
    outlet.setPowerState(outlet.PowerState.PS_OFF)
    logins = [
        (2, "192.0.2.40", "legrand"),
        (3, "198.51.100.1", "legrand"),
        (3, "192.0.2.40", "wrong"),
        (3, "192.0.2.40", "legrand"),
    ]
    codes = [
        manager.addLinkUnit(link, host, "admin", password, "") for link, host, password in logins
    ]
    linked = sorted(manager.getStatus().linkUnits)
    return [_states([outlet, same]), codes, linked, manager.releaseLinkUnit(3)]


# ---- types ---------------------------------------------------------------------------------------


def types(agent: Any, interfaces: list[str]) -> Any:
    """Interface → its type with version in this release."""
    return {
        name: getattr(module(name.partition(".")[0]), name.partition(".")[2])("/", agent).idlType
        for name in interfaces
    }
