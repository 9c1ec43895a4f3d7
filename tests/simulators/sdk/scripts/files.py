"""The SDK handles firmware, certificates, configurations and downloads."""

from __future__ import annotations

import base64
import time
from typing import Any

from .script import make, module

_PATIENCE, _PAUSE = 50.0, 0.1  # seconds


def _helper(package: str, *names: str) -> Any:
    """The first of the named helpers that the module has; the names differ between releases."""
    found = module(package)
    return next(getattr(found, name) for name in names if hasattr(found, name))


def firmware(agent: Any, given: str) -> dict[str, Any]:
    """Uploads an image (base64), starts the update, and reads the progress page until it shows
    NONE. Raises TimeoutError.
    """
    package = module("firmware")
    proxy = package.Firmware("/firmware", agent)
    before = proxy.getImageInfo()[0]
    package.upload(agent, base64.b64decode(given))
    status = proxy.getImageStatus()
    present, info = proxy.getImageInfo()
    found: dict[str, Any] = {
        "before": before,
        "state": status.state.val,
        "done": status.size_done,
        "present": present,
        "version": info.version,
        "good": info.compatible and info.signature_good,
    }
    proxy.startUpdate([])
    page = package.FirmwareUpdateStatus("/cgi-bin/fwupdate_progress.cgi", agent)
    states: list[str] = []
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            state = page.getStatus().state
        except module("").HttpException:
            state = "GONE"
        if state not in states[-1:]:
            states.append(state)
        if state == "NONE":
            break
        time.sleep(_PAUSE)
    else:
        raise TimeoutError(f"the update is not finished after {_PATIENCE:g} s: {', '.join(states)}")
    history = proxy.getUpdateHistory()
    return {
        **found,
        "states": states,
        "now": proxy.getVersion(),
        "history": [history[0].imageVersion, history[0].status.val],
    }


def reboot(agent: Any, given: Any) -> dict[str, Any]:
    proxy = module("firmware").Firmware("/firmware", agent)
    proxy.reboot()
    deadline = time.monotonic() + _PATIENCE
    down = False
    while time.monotonic() < deadline:
        try:
            version = proxy.getVersion()
            if down:
                return {"version": version}
        except module("").HttpException:
            down = True
        time.sleep(_PAUSE)
    return {"version": None}


def certificate(agent: Any, given: dict[str, str]) -> dict[str, Any]:
    """Uploads bad and good pairs, and installs a good one.

    `given` has a key, its certificate and another key, as PEM.
    """
    package = module("cert")
    proxy = package.ServerSSLCert("/server_ssl_cert", agent)
    key, chain, other = (given[name].encode() for name in ("key", "certificate", "other"))
    codes = [
        package.upload(agent, chain, other),
        package.upload(agent, b"no certificate", key),
        package.upload(agent, chain, b"no key"),
        package.upload(agent, chain, key),
        package.upload(agent, chain, key),
    ]
    info = proxy.getInfo()
    found: dict[str, Any] = {
        "codes": codes,
        "pending": info.havePendingCert,
        "issuer": info.pendingCertInfo.issuer.organizationalUnit,
    }
    found["installed"] = proxy.installPendingKeyPair()
    active = package.download(agent)
    return {
        **found,
        "active": active.decode(),
        "pending after": proxy.getInfo().havePendingCert,
        "nothing to install": proxy.installPendingKeyPair(),
    }


def plain_certificate(agent: Any, given: dict[str, str]) -> dict[str, Any]:
    """Uploads and installs the certificate and key of `given` in release 3.6, whose `upload`
    returns nothing.
    """
    package = module("cert")
    proxy = package.ServerSSLCert("/server_ssl_cert", agent)
    package.upload(agent, given["certificate"].encode(), given["key"].encode())
    pending = proxy.getInfo().havePendingCert
    return {
        "pending": pending,
        "installed": proxy.installPendingKeyPair(),
        "active": package.download(agent).decode(),
    }


def requests(agent: Any, given: Any) -> dict[str, Any]:
    """The unit makes two keys: one with a certificate request, one with a
    self-signed certificate.
    """
    package = module("cert")
    proxy = package.ServerSSLCert("/server_ssl_cert", agent)
    cert = package.ServerSSLCert
    subject = make(
        cert.CommonAttributes,
        country="DE",
        stateOrProvince="",
        locality="",
        organization="Example",
        organizationalUnit="",
        commonName="pdu.example.org",
        emailAddress="",
    )
    old = {"keyLength": 2048, "rsaKeyLength": 2048, "names": ["pdu.example.org"]}
    kind = hasattr(cert, "KeyType") and cert.KeyType.KEY_TYPE_RSA
    curve = hasattr(cert, "EllipticCurve") and cert.EllipticCurve.EC_CURVE_UNKNOWN
    key = hasattr(cert, "KeyInfo") and make(
        cert.KeyInfo, type=kind, ecCurve=curve, rsaKeyLength=2048, inSecureElement=False
    )
    wanted = make(
        cert.ReqInfo, subject=subject, keyType=kind, ellipticCurve=curve, keyInfo=key, **old
    )
    found = {
        "generated": proxy.generateUnsignedKeyPair(wanted, ""),
        "again": proxy.generateUnsignedKeyPair(wanted, ""),
        "request": proxy.getInfo().pendingReqInfo.subject.commonName,
        "early": proxy.installPendingKeyPair(),
    }
    proxy.deletePending()
    return {
        **found,
        "gone": proxy.getInfo().havePendingReq,
        "signed": proxy.generateSelfSignedKeyPair(wanted, 30),
        "certificate": proxy.getInfo().pendingCertInfo.subject.commonName,
    }


def raw(agent: Any, given: Any) -> dict[str, Any]:
    package = module("rawcfg")
    text = _helper("rawcfg", "download", "download_rawcfg")(agent)
    changed = text.replace(b"pdu.name=", b"pdu.name=rack 7")
    codes = [int(package.upload(agent, data)) for data in (b"nonsense", b"#! magic\n", changed)]
    return {
        "codes": codes,
        "status": _finished(package.RawConfiguration("/rawcfg", agent)),
        "name": module("pdumodel").Pdu("/model/pdu/0", agent).getSettings().name,
    }


def bulk(agent: Any, given: Any) -> dict[str, Any]:
    package = module("bulkcfg")
    download = _helper("bulkcfg", "download", "download_bulkcfg")
    plain = download(agent)
    codes = [int(package.upload(agent, data)) for data in (b"nonsense", plain + b" ", plain)]
    proxy = package.BulkConfiguration("/bulkcfg", agent)
    return {
        "codes": codes,
        "status": _finished(proxy),
        "backup as bulk": int(package.upload(agent, download(agent, backup=True))),
    }


def backup(agent: Any, given: Any) -> dict[str, Any]:
    package = module("bulkcfg")
    download = _helper("bulkcfg", "download", "download_bulkcfg")
    pdu = module("pdumodel").Pdu("/model/pdu/0", agent)
    _rename(pdu, "rack 7")
    data = download(agent, backup=True)
    _rename(pdu, "rack 8")
    codes = [
        int(package.upload(agent, one, backup=True)) for one in (b"nonsense", download(agent), data)
    ]
    return {
        "codes": codes,
        "status": _finished(package.BulkConfiguration("/bulkcfg", agent)),
        "name": pdu.getSettings().name,
    }


def _rename(pdu: Any, name: str) -> None:
    settings = pdu.getSettings()
    settings.name = name
    assert pdu.setSettings(settings) == 0


def sealed_backup(agent: Any, given: Any) -> dict[str, Any]:
    """Downloads a backup with a password, and uploads it with a wrong and the right one.

    From release 4.0 on.
    """
    package = module("bulkcfg")
    data = package.download(agent, backup=True, password="secret")
    return {
        "readable": b"pdu.name" in data,
        "codes": [
            int(package.upload(agent, data, backup=True, password=password))
            for password in ("guess", "secret")
        ],
    }


def sealed(agent: Any, given: Any) -> dict[str, Any]:
    """Transfers configurations with passwords, in clear text, with skipped checks and for link
    units. From release 4.0 on.
    """
    package = module("bulkcfg")
    closed = package.download(agent, password="secret")
    clear = package.download(agent, clear_text=True)
    found = {
        "wrong password": package.upload(agent, closed, password="guess"),
        "clear text is readable": b"pdu.name" in clear,
        "sealed text is readable": b"pdu.name" in closed,
        "unknown link": package.upload(agent, clear, link_ids=[7]),
        "wrong check": package.upload(agent, clear, skip_check="everything"),
    }
    found["right"] = package.upload(
        agent, closed, password="secret", skip_check="firmware_version,model", link_ids=[1]
    )
    return found


def _finished(proxy: Any) -> int:
    deadline = time.monotonic() + _PATIENCE
    status = proxy.getStatus()[0].val
    while status == 2 and time.monotonic() < deadline:
        time.sleep(_PAUSE)
        status = proxy.getStatus()[0].val
    return int(status)


def data(agent: Any, given: Any) -> dict[str, Any]:
    pdumodel = module("pdumodel")
    try:
        answer = pdumodel.upload_pmc_config(agent, b'{"inlet.0": "Main feed"}')
    except AttributeError:  # release 3.6 sends the file and fails on the answer
        answer = None
    return {
        "diag": _helper("diag", "download", "download_diag")(agent)[:2].hex(),
        "eto": len(pdumodel.download_eto(agent)),
        "pmc": answer,
        "mains": pdumodel.download_powermeter_csv(agent).decode(),
        "panel": len(pdumodel.download_panel_csv(agent, 1).splitlines()),
    }


def profiles(agent: Any, given: Any) -> dict[str, Any]:
    bulkcfg = module("bulkcfg")
    proxy = bulkcfg.BulkConfiguration("/bulkcfg", agent)
    profile = make(
        bulkcfg.BulkConfiguration.FilterProfile,
        name="no snmp",
        description="leaves SNMP out",
        filterNameToTypeMap={"snmp": bulkcfg.BulkConfiguration.FilterType.BLACKLIST},
    )
    found = {
        "added": proxy.addFilterProfile(profile),
        "again": proxy.addFilterProfile(profile),
        "modified": proxy.modifyFilterProfile(profile),
        "default": proxy.selectDefaultFilterProfile("no snmp"),
        "name": proxy.getDefaultFilterProfileName(),
        "is default": proxy.deleteFilterProfile("no snmp"),
        "filters": [one.name for one in proxy.getFilters()],
        "settings": proxy.setSettings(proxy.getSettings()),
    }
    back = proxy.getFilterProfiles()[0].name
    return {
        **found,
        "back": proxy.selectDefaultFilterProfile(back),
        "deleted": proxy.deleteFilterProfile("no snmp"),
    }
