"""Commands for certificates, configurations, and the file for the vendor's support."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Callable, Optional, Union

from handlers.raritan.rpc import bulkcfg, cert, diag, rawcfg, scripts
from handlers.raritan.rpc.cert import ServerSSLCert
from handlers.shared.errors import Denied, ProtocolError, Refused, SettingsError, Unreachable

from ..core.cli.error_output import reason
from ..core.cli.exit_codes import DONE, NOT_SEEN
from ..core.cli.groups import Commands, HostCommand
from ..core.cli.options import Argument, Parameters, one_of, option
from ..core.cli.output import Result, facts
from ..core.cli.shared_options import OUT, STANDARD_OUTPUT
from ..core.files.whole_files import read_file
from .context import (
    WAIT,
    Context,
    action_name,
    facts_result,
    number,
    plain,
    raise_for_code,
    read_again,
    save,
    send_once,
)

_CERT_ACTIONS = "show, upload CERT [KEY], install, discard, download [TAG] --out FILE"
_LOOK_S = 0.5
_APPLY_S = 60.0
_STDOUT = "-"  # the value of --out for the standard output
_CONFIG_ACTIONS = "get --out FILE, or put FILE"
_INSTALL_CODES = {
    ServerSSLCert.ERR_BUSY: "the unit is busy",
    **{
        getattr(ServerSSLCert, name): name[len("ERR_INSTALL_") :].lower().replace("_", " ")
        for name in vars(ServerSSLCert)
        if name.startswith("ERR_INSTALL_")
    },
}


def _check_code(code: scripts.ResultCode, what: str) -> None:
    raise_for_code(code, what, {code: code.text})


# ---- certificates --------------------------------------------------------------------------------


def certificate(context: Context) -> Result:
    """Run one action on the TLS certificate: 1 round trip; 2 for an upload."""
    name = action_name(context, _CERT, _CERT_ACTIONS)
    if context.options.file and name not in ("upload", "download"):
        raise SettingsError(f"cert {name} takes no file")
    return _CERT[name](context, context.proxy(ServerSSLCert, "/server_ssl_cert"))


def _show_certificate(context: Context, proxy: ServerSSLCert) -> Result:
    info = proxy.getInfo()
    active = info.activeCertInfo
    names = [name for name in (active.subject.commonName, *active.names) if name]
    return facts_result(
        {
            "subject": ", ".join(dict.fromkeys(names)),
            "issuer": active.issuer.commonName,
            "valid from": active.invalidBefore,
            "valid until": active.invalidAfter,
            "serial number": active.serialNumber,
            "RSA bits": active.keyInfo.rsaKeyLength or None,
            "pending request": info.havePendingReq,
            "pending certificate": info.havePendingCert,
        },
        info,
    )


def _upload_certificate(context: Context, proxy: ServerSSLCert) -> Result:
    files: list[str] = context.options.file
    if not 1 <= len(files) <= 2:
        raise SettingsError(
            "cert upload takes a certificate, and its key unless the unit generated that key"
        )
    data = [read_file(path) for path in files]
    for path, content in zip(files, data):
        # an empty key would not be sent, as if the unit had generated it
        if not content.strip():
            raise SettingsError(f"{path} is empty")
    _check_code(
        cert.upload(context.files, data[0], data[1] if len(data) > 1 else None), "the certificate"
    )
    pending = read_again(True, proxy.getInfo).pendingCertInfo
    return Result(
        plain(pending),
        [
            "pending, not yet in use; install it with: cert install",
            *facts({"subject": pending.subject.commonName, "valid until": pending.invalidAfter}),
        ],
    )


def _install_certificate(context: Context, proxy: ServerSSLCert) -> Result:
    context.confirm(
        "install the pending certificate (clients that have pinned the present one will refuse to"
        " connect)"
    )
    code = send_once(
        "the certificate may or may not have been installed", "cert", proxy.installPendingKeyPair
    )
    raise_for_code(code, "the certificate", _INSTALL_CODES)
    return Result({"installed": True}, ["installed"])


def _discard_certificate(context: Context, proxy: ServerSSLCert) -> Result:
    context.confirm("discard the pending certificate and key")
    send_once(
        "the pending certificate may or may not have been discarded", "cert", proxy.deletePending
    )
    return Result({"discarded": True}, ["discarded"])


def _download_certificate(context: Context, proxy: ServerSSLCert) -> Result:
    if len(context.options.file) > 1:
        raise SettingsError("cert download takes at most one tag")
    tag = context.options.file[0] if context.options.file else "active_cert"
    if tag not in cert.TAGS:
        raise SettingsError(
            f"{tag[:20]!r} cannot be downloaded; give one of {', '.join(cert.TAGS)}"
        )
    return save(context, cert.download, tag)


_CERT: Mapping[str, Callable[[Context, ServerSSLCert], Result]] = {
    "show": _show_certificate,
    "upload": _upload_certificate,
    "install": _install_certificate,
    "discard": _discard_certificate,
    "download": _download_certificate,
}


# ---- configurations ------------------------------------------------------------------------------


def config(context: Context) -> Result:
    """Download or upload a raw, bulk or backup configuration.

    A download takes 1 round trip; an upload takes 2, and 1 more for each look at the unit's status.
    """
    kind, action = context.options.kind, context.options.action
    if kind not in ("raw", "bulk", "backup") or action not in ("get", "put"):
        raise SettingsError("give raw, bulk or backup, then get --out FILE or put FILE")
    if action == "put" and not context.options.file:
        raise SettingsError("config put needs a file")
    if action == "get" and context.options.file:
        raise SettingsError("config get takes no file: give --out FILE")
    if kind == "raw":
        return _raw(context, action)
    return _bulk(context, action, backup=kind == "backup")


def _raw(context: Context, action: str) -> Result:
    if action == "get":
        return save(context, rawcfg.download, backup=True)
    agent, data = context.files, read_file(context.options.file)
    return _put(
        context,
        rawcfg.RawConfiguration("/rawcfg", agent),
        "replace the configuration with this file",
        lambda: rawcfg.upload(agent, data, context.progress),
    )


def _bulk(context: Context, action: str, backup: bool) -> Result:
    options = context.options
    units = _units(options.units)
    password = context.secret("config_password", "configuration password", is_needed=False)
    if action == "get":
        return save(
            context,
            bulkcfg.download,
            backup,
            password,
            options.clear_text,
            units,
            options.filter_profile or "",
            backup=True,
        )
    agent, data = context.files, read_file(options.file)
    return _put(
        context,
        bulkcfg.BulkConfiguration("/bulkcfg", agent),
        "restore this backup" if backup else "apply this bulk configuration",
        lambda: bulkcfg.upload(
            agent, data, backup, password, options.skip_check or "", units, context.progress
        ),
    )


def _put(
    context: Context,
    proxy: Union[rawcfg.RawConfiguration, bulkcfg.BulkConfiguration],
    what: str,
    upload: Callable[[], scripts.ResultCode],
) -> Result:
    """Ask, upload, and read the status until the unit has applied the file, refuses the login, or
    --wait is over.

    The exit code is NOT_SEEN in the last two cases. Raises Refused if the unit does not accept the
    file or cannot apply it, Unreachable if it may or may not have accepted it. Applying the file
    may restart the unit's services.

    The unit reports the state and the time of the last file. Until one of them changes, they belong
    to an earlier file.
    """
    context.confirm(what)
    earlier: object = proxy.getStatus()
    look = f"config {context.options.kind} get"
    _check_code(
        send_once("the configuration may or may not have been changed", look, upload),
        "the configuration",
    )
    outcome = note = ""
    for _ in context.looks(_LOOK_S):
        try:
            state = proxy.getStatus()
        except Denied as error:
            # the new configuration may have another login; trying again may block the account
            note = f"not-seen: {context.host}: {reason(error)}"
            break
        except (Unreachable, ProtocolError, Refused):
            context.tell("the unit may be restarting")
            continue
        if state == earlier:
            continue
        earlier, outcome = None, state[0].name
        if outcome.endswith("_FAILED"):
            raise Refused(
                f"the device accepted the file, but could not apply it ({_words(outcome)})", outcome
            )
        if outcome.endswith("_OK"):
            break
    return Result(
        {"accepted": True, "status": outcome},
        [f"accepted; last status: {_words(outcome) or 'not known'}"],
        DONE if outcome.endswith("_OK") else NOT_SEEN,
        note=note,
    )


def _words(name: str) -> str:
    return name.lower().replace("_", " ")


def _units(unit_words: Optional[str]) -> list[int]:
    if unit_words is None:
        return []
    units = [number(word) for word in unit_words.split(",")]
    if min(units) < 1:
        raise SettingsError("--units takes link ids, separated by commas; 1 is the unit itself")
    return units


# ---- the file for the vendor's support ----------------------------------------------------------


def diagnosis(context: Context) -> Result:
    """Download the diagnostic file: 1 slow round trip."""
    return save(context, diag.download)


def _out_option(action: str) -> Parameters:
    """--out of an action that prints without it."""
    return OUT(default=_STDOUT, show_default=STANDARD_OUTPUT, requires=[one_of("action", action)])


_NOT_RAW = one_of("kind", "bulk", "backup")
_GET, _PUT = one_of("action", "get"), one_of("action", "put")


COMMANDS: Commands = {
    "cert": HostCommand(
        certificate,
        [
            Argument("ACTION?", _CERT_ACTIONS),
            Argument("FILE*", "files, or the tag to download"),
            *_out_option("download"),
        ],
        examples=("cert", "cert upload unit.pem unit.key"),
    ),
    "config": HostCommand(
        config,
        [
            Argument("KIND", "raw, bulk or backup"),
            Argument("ACTION", _CONFIG_ACTIONS),
            Argument(
                "FILE?", "for put; PDU_CONFIG_PASSWORD decrypts an encrypted bulk or backup file"
            ),
            *_out_option("get"),
            *option(
                "--clear-text",
                "as clear text; without it, PDU_CONFIG_PASSWORD, if set, encrypts the file",
                requires=[_NOT_RAW, _GET],
            ),
            *option("--filter-profile", "a filter profile", "NAME", requires=[_NOT_RAW, _GET]),
            *option(
                "--units",
                "link ids, separated by commas; 1 is the unit itself",
                "IDS",
                requires=[_NOT_RAW],
            ),
            *option(
                "--skip-check",
                "model, firmware_version, or both separated by a comma",
                "WHAT",
                requires=[_NOT_RAW, _PUT],
            ),
            *WAIT(default=_APPLY_S, show_default=True, requires=[_PUT]),
        ],
        examples=("config raw get --out unit.txt", "config bulk put rack.txt --yes"),
    ),
    "diag": HostCommand(
        diagnosis,
        OUT(required=True),
        examples=("diag --out diagnosis.tgz", "diag --out - --username admin"),
    ),
}
