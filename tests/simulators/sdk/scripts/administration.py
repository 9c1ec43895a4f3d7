"""The SDK makes rarely used calls, from load shedding to bulk requests."""

from __future__ import annotations

from typing import Any

from .script import make, module


def _pdu(agent: Any) -> Any:
    return module("pdumodel").Pdu("/model/pdu/0", agent)


def load_shedding(agent: Any, given: Any) -> dict[str, Any]:
    """Makes an outlet non-critical, then starts and ends load shedding, which switches this outlet
    off and on again.
    """
    pdu = _pdu(agent)
    outlets = pdu.getOutlets()
    settings = outlets[1].getSettings()
    settings.nonCritical = True
    outlets[1].setSettings(settings)
    pdu.setLoadSheddingActive(True)
    shed = [outlet.getState().powerState.val for outlet in outlets[:2]]
    active = pdu.isLoadSheddingActive()
    pdu.setLoadSheddingActive(False)
    return {
        "shed": shed,
        "active": active,
        "after": [outlet.getState().powerState.val for outlet in outlets[:2]],
    }


def failures(agent: Any, given: Any) -> list[Any]:
    """For each reported failure: its component, whether it is an outlet's inconsistent power state,
    and whether it persists.
    """
    fitness = module("fitness")
    return [
        [
            one.componentId,
            one.type == fitness.HardwareHealth.FAILURE_TYPE_OUTLET_POWER_STATE_INCONSISTENT,
            one.isAsserted,
        ]
        for one in fitness.HardwareHealth("/hwhealth", agent).getFailures()
    ]


def parts(agent: Any, given: Any) -> dict[str, Any]:
    """Operates the inlet and its sensors, the transfer switch, the controller, display and buzzer,
    and a feature port.
    """
    pdu, pdumodel = _pdu(agent), module("pdumodel")
    inlet = pdu.getInlets()[0]
    inlet.setEnabled(False)
    sensors = inlet.getSensors()
    sensors.residualCurrent.degauss()
    switch = pdu.getTransferSwitches()[0]
    unit = pdumodel.Unit("/model/unit", agent)
    unit.identify(5)
    unit.muteBuzzer(True)
    port = pdu.getFeaturePorts()[0]
    port.setName("strip")
    mode = port.getProperties().mode
    mode.type, mode.pinnedDeviceType = type(mode.type).PINNED, "Asset Strip"
    pinned = port.setDetectionMode(mode)
    mode.pinnedDeviceType = "Toaster"
    controller = pdu.getControllers()[0]
    return {
        "enabled": inlet.isEnabled(),
        "self test": sensors.residualCurrentStatus.startSelfTest(),
        "type": sensors.current.setType(8, 7),
        "parameters": switch.setParameters({"delay": "5"}),
        "kept": switch.getParameters(),
        "buzzer": unit.getSettings().buzzerMuted,
        "port": port.getProperties().name,
        "pinned": pinned,
        "unknown device": port.setDetectionMode(mode),
        "device": port.getDeviceConfig("Asset Strip"),
        "reset": controller.reset() if hasattr(controller, "reset") else 0,
    }


def new_parts(agent: Any, given: Any) -> dict[str, Any]:
    """Makes calls that are new in firmware 4.0 (waveform) and 4.4 (service mode, ports)."""
    pdu, pdumodel = _pdu(agent), module("pdumodel")
    outlet = pdu.getOutlets()[0]
    found: dict[str, Any] = {"samples": outlet.getPoleWaveform(pdumodel.PowerLine.L1).sampleRate}
    if hasattr(outlet, "setServiceModeEnabled"):
        found["service"] = [outlet.setServiceModeEnabled(True), outlet.getState().inServiceMode]
        kinds = (
            module("peripheral").PortType.DEV_PORT,
            module("portsmodel").Port.DeviceTypeId.UNSPECIFIED,
        )
        found["ports"] = len(pdu.getPorts(*kinds))
    return found


def slots(agent: Any, given: Any) -> dict[str, Any]:
    manager, peripheral = _pdu(agent).getPeripheralDeviceManager(), module("peripheral")
    device = manager.getDeviceSlot(0).getDevice()
    address = make(
        peripheral.Address,
        position=device.position,
        type=device.deviceID.type,
        isActuator=False,
        channel=0,
    )
    slot = manager.getDeviceSlot(6)
    return {
        "outside": manager.getDeviceSlot(99) is None,
        "assigned": slot.assignAddress(device.packageClass, address),
        "serial": slot.getDevice().deviceID.serial == device.deviceID.serial,
        "wrong": slot.assignAddress("no such class", address),
    }


def beeper(agent: Any, given: Any) -> dict[str, Any]:
    proxy = _pdu(agent).getBeeper()
    proxy.activate(True, "test", 60000)
    proxy.muteCurrentActivation()
    return {"muted": proxy.getState()[2]}


def people(agent: Any, given: Any) -> dict[str, Any]:
    usermgmt = module("usermgmt")
    manager, roles = (
        usermgmt.UserManager("/auth/user", agent),
        usermgmt.RoleManager("/auth/role", agent),
    )
    info = usermgmt.User("/auth/user/viewer", agent).getInfo()
    found: dict[str, Any] = {
        "created": manager.createAccountFull("rosa", "a-password", info),
        "viewers": [account.name for account in manager.getAccountsByRole("Viewer")],
    }
    if hasattr(manager, "renameAccount"):
        found["renamed"] = [
            manager.renameAccount("rosa", "viewer"),
            manager.renameAccount("rosa", "rita"),
        ]
    preferences = manager.getDefaultPreferences()
    preferences.lengthUnit = type(preferences.lengthUnit).FEET
    user = usermgmt.User("/auth/currentUser", agent)
    found["preferences"] = [
        manager.setDefaultPreferences(preferences),
        user.setPreferences(preferences),
        user.getInfo().preferences.lengthUnit.val,
    ]
    role = roles.getAllRoles()[0].info
    role.locked = False
    found["role"] = [
        roles.createRoleFull("Guest", role),
        roles.createRoleFull("Guest", role),
        roles.deleteRole("Guest"),
        roles.deleteRole("Guest"),
        roles.deleteRole("Admin"),
    ]
    authentication = module("auth").AuthManager("/auth", agent)
    policy = authentication.getPolicy()
    found["local"] = authentication.setPolicy(policy)
    policy.type = module("auth").Type.LDAP
    return {**found, "ldap": authentication.setPolicy(policy)}


def sessions(agent: Any, given: Any) -> dict[str, Any]:
    package = module("session")
    manager = package.SessionManager("/session", agent)
    opened = manager.newSession()[1]
    manager.closeSession(
        opened.sessionId, package.SessionManager.CloseReason.CLOSE_REASON_FORCED_DISCONNECT
    )
    return {"open": len(manager.getSessions()), "history": len(manager.getSessionHistory())}


def firmware(agent: Any, given: Any) -> dict[str, Any]:
    """If the SDK has `upload`, uploads a file that is not an image and discards it.

    Then resets the unit to factory defaults.
    """
    package = module("firmware")
    proxy = package.Firmware("/firmware", agent)
    found: dict[str, Any] = {}
    if hasattr(package, "upload"):
        package.upload(agent, b"no image")
        found["valid"] = proxy.getImageInfo()[1].valid
        proxy.discardImage()
    found["present"] = proxy.getImageInfo()[0]
    proxy.factoryReset()
    return found


def low_memory(agent: Any, given: Any) -> dict[str, Any]:
    package = module("firmware")
    package.upload(agent, b"image", {"lowMemoryUpload": "1", "allowLowMemoryDowngrade": "1"})
    return {"state": package.Firmware("/firmware", agent).getImageStatus().state.val}


def certificate(agent: Any, given: dict[str, str]) -> dict[str, Any]:
    """Sends PEM over JSON-RPC. `given` has a key and its certificate."""
    proxy = module("cert").ServerSSLCert("/server_ssl_cert", agent)
    found: dict[str, Any] = {
        "no key": proxy.setPendingCertChainPEM(given["certificate"]),
        "bad key": proxy.setPendingKeyAndCertChainPEM("no key", given["certificate"], ""),
        "set": proxy.setPendingKeyAndCertChainPEM(given["key"], given["certificate"], ""),
        "again": proxy.setPendingKeyAndCertChainPEM(given["key"], given["certificate"], ""),
    }
    found["sealed"] = "ENCRYPTED" in proxy.getPendingKeyPEM(
        "secret"
    ) and "ENCRYPTED" in proxy.getActiveKeyPEM("secret")
    return {
        **found,
        "chain": proxy.getPendingCertChainPEM() == given["certificate"],
        "request": proxy.getPendingRequestPEM(),
    }


def logs(agent: Any, given: Any) -> dict[str, Any]:
    diag = module("diag")
    proxy = diag.DiagLogSettings("/diag", agent)
    code = proxy.setLogLevelForAllCtxNames(diag.DiagLogSettings.LogLevel.LOG_LEVEL_TRACE)
    return {
        "set": code,
        "levels": sorted({entry.logLevel.val for entry in proxy.getLogLevelsForAllCtxNames()}),
    }


def linking(agent: Any, given: Any) -> dict[str, Any]:
    manager = module("cascading").CascadeManager("/cascade", agent)
    found: dict[str, Any] = {"requested": manager.requestLink("token")}
    manager.finalizeLink("token")
    manager.unlink()
    if hasattr(manager, "getPrimaryUnitSettings"):
        settings = manager.getPrimaryUnitSettings()
        settings.allowOffTimeRangeCerts = True
        found["settings"] = [
            manager.setPrimaryUnitSettings(settings),
            manager.getPrimaryUnitSettings().allowOffTimeRangeCerts,
        ]
    if hasattr(manager, "addLinkUnit2"):
        found["added"] = manager.addLinkUnit2(4, "192.0.2.44", "admin", "legrand", "", True)
    return {**found, "links": sorted(manager.getStatus().linkUnits)}


def old_network(agent: Any, given: Any) -> dict[str, Any]:
    """Changes network settings through the methods of firmware up to 3.3."""
    proxy = module("net").Net("/net", agent)
    services = proxy.getNetworkConfigServices()
    services[0].port = 8443
    lan = proxy.getNetworkConfigInterface()[1]
    codes = [proxy.setNetworkConfigServices(services), proxy.setNetworkConfigLan(lan)]
    services[0].port = 0
    return {
        "codes": codes,
        "wrong": proxy.setNetworkConfigServices(services),
        "port": proxy.getNetworkConfigServices()[0].port,
    }


def clock(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("datetime").DateTime("/datetime", agent)
    key = getattr(module("datetime").DateTime, "NtpAuthKey", None)
    more = (
        [0, make(key, type=module("datetime").DateTime.NtpAuthKeyType.SHA256, dataHex="")]
        if key
        else []
    )
    return {
        "answers": proxy.checkNtpServer("127.0.0.1", *more),
        "silent": proxy.checkNtpServer("192.0.2.1", *more),
    }


def names(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("jsonrpc").NameService("/ns", agent)
    return {
        "label": proxy.lookup("/model/pdu/0/outlet/2").getMetaData().label,
        "unknown": proxy.lookup("/nowhere") is None,
    }


def bulks(agent: Any, given: Any) -> dict[str, Any]:
    """Calls the bulk interface directly: the new form, the old form, and the one with a time limit,
    which the simulator lacks.
    """
    bulkrpc = module("bulkrpc")
    proxy = bulkrpc.BulkRequest("/bulk", agent)
    inner = {"jsonrpc": "2.0", "method": "getOutlets", "params": {}, "id": 1}
    request = bulkrpc.BulkRequest.Request("/model/pdu/0", inner)
    found: dict[str, Any] = {"new": len(proxy.performBulk([request])[0].json["result"]["_ret_"])}
    text = bulkrpc.Request("/model/pdu/0", '{"jsonrpc": "2.0", "method": "getOutlets", "id": 1}')
    found["old"] = proxy.performRequest([text])[0].statcode
    try:
        proxy.performBulkTimeout([request], 100)
        found["limit"] = True
    except module("").JsonRpcErrorException:
        found["limit"] = False
    return found
