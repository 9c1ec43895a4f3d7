"""What DCImanager's form would hold, from arguments, files, the environment and prompts; secrets never from arguments."""
from __future__ import annotations

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Dict, Iterable, Tuple, Union

from pdu_common.connection import PduData, PduSnmpData

from .loading import Handler

SNMP_SECRETS = ("community", "auth_password", "priv_password")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options that say how the device is reached."""
    parser.add_argument("-s", "--setting", action="append", default=[], metavar="KEY=VALUE",
                        help="a handler setting, as on DCImanager's form (not for secrets)")
    parser.add_argument("--secret-file", action="append", default=[], metavar="KEY=FILE",
                        help="read a secret (password, token, community, auth_password, priv_password) from a file; "
                             "else the variables PDU_PASSWORD, PDU_COMMUNITY ... are used, else you are asked")
    snmp = parser.add_argument_group("SNMP")
    snmp.add_argument("--snmp-version", choices=("1", "2", "3"), default="2", help="2 is v2c, the default")
    snmp.add_argument("--snmp-port", default="161", metavar="PORT")
    snmp.add_argument("--snmp-user", default="", metavar="NAME", help="SNMPv3 user")
    snmp.add_argument("--auth-protocol", default="", metavar="NAME", help="MD5, SHA, SHA224, SHA256, SHA384, SHA512")
    snmp.add_argument("--priv-protocol", default="", metavar="NAME", help="DES, AES, AES192, AES256")


def pdu_data(handler: Handler, host: str, options: argparse.Namespace) -> Union[PduData, PduSnmpData]:
    """The object for make_handler. Raises ValueError with a sentence."""
    files = dict(_pairs(options.secret_file, "--secret-file"))
    settings = dict(_pairs(options.setting, "--setting"))
    secrets = [setting.key for setting in handler.settings if setting.secret]
    for key in settings:
        if key in secrets or key in SNMP_SECRETS:
            raise ValueError(f"{key} is a secret and arguments can be seen by others: "
                             f"use --secret-file {key}=FILE or the variable PDU_{key.upper()}")
    taken = [*secrets, *SNMP_SECRETS] if handler.snmp else secrets
    for key in files:
        if key not in taken:
            raise ValueError(f"--secret-file: {handler.name} has no secret {key!r}; it takes {', '.join(taken)}")
    if not handler.snmp:
        wanted = "password" if "username" in settings and "password" in secrets and "token" not in files else ""
        settings.update(_secrets(secrets, files, [wanted] if wanted and not os.environ.get("PDU_TOKEN") else []))
        return PduData(host, settings)
    if host.count(":") == 1:
        raise ValueError(f"an address over SNMP is given without its port: {host.partition(':')[0]} --snmp-port PORT")
    params = {"version": options.snmp_version, "port": options.snmp_port}
    asked = ["community"]
    if options.snmp_version == "3":
        params.update(user=options.snmp_user, auth_protocol=options.auth_protocol, priv_protocol=options.priv_protocol)
        asked = [key for key, on in (("auth_password", options.auth_protocol), ("priv_password", options.priv_protocol)) if on]
    params.update(_secrets(asked, files, asked))
    settings.update(_secrets(secrets, files, []))
    return PduSnmpData(host, params, settings)


def _pairs(texts: Iterable[str], option: str) -> Iterable[Tuple[str, str]]:
    for text in texts:
        key, equals, value = text.partition("=")
        if not equals or not key:
            raise ValueError(f"{option} takes KEY=VALUE")
        yield key.strip().lower(), value


def _secrets(keys: Iterable[str], files: Dict[str, str], required: Iterable[str]) -> Dict[str, str]:
    found: Dict[str, str] = {}
    for key in keys:
        variable = f"PDU_{key.upper()}"
        if key in files:
            try:
                found[key] = Path(files[key]).read_text(encoding="utf-8").rstrip("\r\n")
            except OSError as error:
                raise ValueError(f"{files[key]}: {error.strerror}") from None
            except UnicodeDecodeError:          # its own words would show a part of the secret
                raise ValueError(f"{files[key]}: not UTF-8 text") from None
        elif variable in os.environ:
            found[key] = os.environ[variable]
        elif key in required:
            if not sys.stdin.isatty():
                raise ValueError(f"no {key}: set the variable {variable} or give --secret-file {key}=FILE")
            try:
                found[key] = getpass.getpass(f"{key}: ")
            except EOFError:
                raise ValueError(f"no {key} was given") from None
    return found
