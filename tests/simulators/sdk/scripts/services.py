"""The SDK administers a unit: SNMP, servers, network, link units, sessions, slots,
clock, beeper.
"""

from __future__ import annotations

from typing import Any

from .script import make, module


def snmp(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("devsettings").Snmp("/snmp", agent)
    configuration = proxy.getConfiguration()
    configuration.v2enable, configuration.readComm = True, ""
    refused = proxy.setConfiguration(configuration)
    configuration.readComm, configuration.writeComm = "public", "private"
    return {
        "refused": refused,
        "set": proxy.setConfiguration(configuration),
        "read": proxy.getConfiguration().readComm,
        "engine": proxy.getV3EngineId(),
    }


def servers(agent: Any, given: Any) -> dict[str, Any]:
    servermon = module("servermon")
    proxy = servermon.ServerMonitor("/servermon", agent)
    target = module("pdumodel").Outlet("/model/pdu/0/outlet/0", agent)
    power = getattr(servermon.ServerMonitor, "ServerPowerSettings", None)
    by_time = power and servermon.ServerMonitor.ServerPowerCheckMethod.TIMER
    settings = make(
        servermon.ServerMonitor.ServerSettings,
        host="192.0.2.1",
        enabled=True,
        pingInterval=5,
        retryInterval=1,
        activationCount=1,
        failureCount=3,
        resumeDelay=1,
        resumeCount=1,
        powerSettings=power
        and make(
            power,
            enabled=True,
            target=target,
            powerCheck=by_time,
            powerThreshold=0.0,
            timeout=1,
            shutdownCmd="halt",
            username="u",
            password="p",
            sshPort=22,
        ),
    )
    added = proxy.addServer(settings)
    again = proxy.addServer(settings)
    settings.host = "192.0.2.2"
    found = {
        "added": list(added),
        "again": again[0],
        "modified": proxy.modifyServer(added[1], settings),
        "hosts": {number: server.settings.host for number, server in proxy.listServers().items()},
        "reachable": proxy.getServer(added[1])[1].status.reachable.val,
    }
    if hasattr(proxy, "powerControl"):
        found["power"] = [proxy.powerControl(added[1], False), target.getState().powerState.val]
    return {**found, "deleted": proxy.deleteServer(added[1]), "gone": proxy.deleteServer(added[1])}


def network(agent: Any, given: Any) -> dict[str, Any]:
    net = module("net")
    proxy = net.Net("/net", agent)
    if not hasattr(proxy, "getSettings"):
        before = proxy.getNetworkConfigIPv4()[0]
        before.hostname = "simulated"
        return {
            "set": proxy.setNetworkConfigIPv4(before),
            "hostname": proxy.getNetworkConfigIPv4()[0].hostname,
        }
    settings = proxy.getSettings()
    settings.ifMap["br0"].enabled = True
    forwarding = settings.common.portForwarding
    forwarding.enabled = True
    wrong = proxy.setSettings(settings)
    name = (
        "primaryUnitDownstreamIfName"
        if hasattr(forwarding, "primaryUnitDownstreamIfName")
        else "masterDownstreamIfName"
    )
    setattr(forwarding, name, "usb")
    found = {"without downstream": wrong, "set": proxy.setSettings(settings)}
    after = proxy.getSettings()
    return {
        **found,
        "bridge": after.ifMap["br0"].enabled,
        "forwarding": after.common.portForwarding.enabled,
        "role": after.common.portForwarding.role.val,
        "interfaces": sorted(proxy.getInfo().ifMap),
        "mappings": [one.appProtoName for one in proxy.getPortForwardingProtocolMappings()],
    }


def cascade(agent: Any, given: Any) -> dict[str, Any]:
    manager = module("cascading").CascadeManager("/cascade", agent)
    firmware, pdumodel = module("firmware"), module("pdumodel")
    before = manager.getStatus()
    outlet = pdumodel.Outlet("/model/pdu/2/outlet/1", agent)
    by_reference = pdumodel.Pdu("/link/2/model/pdu/0", agent).getOutlets()[1]
    found = {
        "role": before.role.val,
        "links": sorted(before.linkUnits),
        "version": firmware.Firmware("/link/2/firmware", agent).getVersion(),
        "label": outlet.getMetaData().label,
        "off": outlet.setPowerState(pdumodel.Outlet.PowerState.PS_OFF),
        "seen": by_reference.getState().powerState.val,
    }
    codes = [
        manager.addLinkUnit(2, "192.0.2.40", "admin", "legrand", ""),
        manager.addLinkUnit(3, "198.51.100.1", "admin", "legrand", ""),
        manager.addLinkUnit(3, "192.0.2.40", "admin", "wrong", ""),
        manager.addLinkUnit(3, "192.0.2.11", "admin", "legrand", ""),
        manager.addLinkUnit(3, "192.0.2.40", "admin", "legrand", ""),
    ]
    after = sorted(manager.getStatus().linkUnits)
    return {
        **found,
        "codes": codes,
        "after": after,
        "released": manager.releaseLinkUnit(3),
        "left": sorted(manager.getStatus().linkUnits),
    }


def session(agent: Any, given: Any) -> dict[str, Any]:
    package, pdumodel = module("session"), module("pdumodel")
    manager = package.SessionManager("/session", agent)
    code, opened, token = manager.newSession()
    agent.set_auth_token(token)
    label = pdumodel.Outlet("/model/pdu/0/outlet/0", agent).getMetaData().label
    current = manager.getCurrentSession()
    manager.touchCurrentSession(True)
    manager.closeCurrentSession(package.SessionManager.CloseReason.CLOSE_REASON_LOGOUT)
    try:
        manager.getSessions()
        closed = False
    except module("").HttpException:
        closed = True
    return {
        "code": code,
        "same": opened.sessionId == current.sessionId,
        "user": current.username,
        "label": label,
        "closed": closed,
        "token": len(token),
    }


def peripherals(agent: Any, given: Any) -> dict[str, Any]:
    pdu = module("pdumodel").Pdu("/model/pdu/0", agent)
    manager = pdu.getPeripheralDeviceManager()
    slots = manager.getDeviceSlots()
    device = slots[0].getDevice()
    settings = slots[0].getSettings()
    settings.name = "front"
    actuator = next(
        slot.getDevice()
        for slot in slots
        if slot.getDevice() and slot.getDevice().deviceID.isActuator
    )
    return {
        "slots": len(slots),
        "reading": device.device.getReading().value,
        "set": slots[0].setSettings(settings),
        "name": slots[0].getSettings().name,
        "empty": slots[-1].getDevice() is None,
        "actuator": [actuator.device.setState(1), actuator.device.getState().value],
        "moved": slots[-1].assign(device.deviceID),
        "left": slots[0].getDevice() is None,
        "unassigned": slots[-1].unassign(),
        "known": len(manager.getDiscoveredDevices()),
        "manager": manager.setSettings(manager.getSettings()),
    }


def clock(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("datetime").DateTime("/datetime", agent)
    zones: list[Any] = proxy.getZoneInfos(True)
    configuration = proxy.getCfg()
    configuration.zoneCfg.id = zones[1].id
    code = proxy.setCfg(configuration)
    zone, _, offset, _ = proxy.getTime(True)
    configuration.zoneCfg.id = 999
    return {"code": code, "zone": zone.name, "offset": offset, "wrong": proxy.setCfg(configuration)}


def beeper(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("pdumodel").Pdu("/model/pdu/0", agent).getBeeper()
    proxy.activate(True, "test", 60000)
    state = proxy.getState()
    proxy.mute(True)
    proxy.activate(False, "", 0)
    return {
        "active": state[0].val,
        "reason": state[1],
        "muted": proxy.isMuted(),
        "quiet": proxy.getState()[0].val,
    }
