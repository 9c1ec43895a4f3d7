"""Fills in DCImanager's form (handler settings and SNMP fields) from options, the environment,
files and prompts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Callable, Union

from handlers import registry
from handlers.shared.address import Address, host_with_port
from handlers.shared.errors import NamedSetting, SettingsError, printable
from pdu_common.connection import PduData, PduSnmpData
from pdu_common.snmp_client.tool_api import Credentials, SnmpError

from ..cli import optional_packages
from ..cli.options import EMPTY, SECRETS, spelled_secret
from ..files.whole_files import read_file
from ..loading.handler_loading import LoadedHandler
from ..loading.handler_module import AskedSettings
from .listed_pdu import shown_place
from .login_options import Login, NoSecret

# Keys of this command → keys of DCImanager's SNMP fields.
_SNMP_FIELDS: Mapping[str, str] = {
    "snmp_version": "version",
    "username": "user",
    "port": "port",
    "timeout": "timeout",
    "retries": "retries",
    "auth_protocol": "auth_protocol",
    "priv_protocol": "priv_protocol",
}
_KEY_OF_FIELD: Mapping[str, str] = {field: key for key, field in _SNMP_FIELDS.items()}
# Protocol of DCImanager's SNMP fields -> its password.
_PASSWORD_OF: Mapping[str, str] = {
    "auth_protocol": "auth_password",
    "priv_protocol": "priv_password",
}
_PLACEHOLDER = "any text"
NO_PROTOCOL = ("none", "no")  # as the protocols of SNMPv3: without this stage
#: the address of this machine, at which a recording is served
LOOPBACK = "127.0.0.1"
_SNMP_SECRETS = ("community", "auth_password", "priv_password")
SNMP_KEYS = (*_SNMP_FIELDS, *_SNMP_SECRETS)
# what a form without SNMP may carry besides its declared settings
_FORM_SECRETS = ("password", "token")
_CHECKS = ("ca_pem", "fingerprint", "verify")


def pdu_data(
    handler: LoadedHandler, host: Address, login: Login, name: str = ""
) -> Union[PduData, PduSnmpData]:
    """The object that make_handler takes. `name`: of a PDU that was called by it. Raises
    SettingsError.
    """
    try:
        return _pdu_data(handler, host, login, name)
    except NoSecret as error:
        port = login.settings.get("port", "")
        raise error.at(host_with_port(host.host, port, 0) if port else host) from None


def setting_keys(handler: LoadedHandler) -> list[str]:
    """The settings that a handler declares, and DCImanager's SNMP fields if it speaks SNMP."""
    keys = [setting.key for setting in handler.settings]
    if handler.snmp:
        keys += SNMP_KEYS
    return keys


def is_v3(settings: Mapping[str, str], key: str = "snmp_version") -> bool:
    """Whether these settings choose SNMPv3; the usual version is 2c.

    >>> is_v3({"snmp_version": "V3"}), is_v3({})
    (True, False)
    """
    return settings.get(key, "2").strip().lower() in ("3", "v3")


def form_fields(
    handler: LoadedHandler, host: Address, login: Login
) -> tuple[dict[str, str], dict[str, str]]:
    """The settings and the secrets of the object of `pdu_data`, from which it is made again where
    nobody can be asked. Raises SettingsError.
    """
    return split_fields(handler, pdu_data(handler, host, login), login)


def split_fields(
    handler: LoadedHandler, data: Union[PduData, PduSnmpData], login: Login
) -> tuple[dict[str, str], dict[str, str]]:
    """The settings and the secrets in `data`, from which the handler is made: in the fields of SNMP
    `{"version": "3", "user": "reader", "auth_password": "x"}` the settings `snmp_version` and
    `username`, and the secret `auth_password`.
    """
    text_by_key = dict(data.custom_params)
    if isinstance(data, PduSnmpData):
        for field, text in data.snmp_params.items():
            key = _KEY_OF_FIELD.get(field, field)
            text_by_key[key] = text
    secret_keys = {*SECRETS, *_declared_secrets(handler), *login.secret_files}
    settings: dict[str, str] = {}
    secrets: dict[str, str] = {}
    for key, text in text_by_key.items():
        if key in secret_keys:
            secrets[key] = text
        else:
            settings[key] = text
    return settings, secrets


def _pdu_data(
    handler: LoadedHandler, host: Address, login: Login, name: str
) -> Union[PduData, PduSnmpData]:
    """What the handler is made from: the address, the settings given, and secrets, asked for if
    absent.
    """
    refuse_empty(login)
    if "host" in login.settings and "host" not in login.of_list:
        raise SettingsError((NamedSetting("host"), " is not taken beside HOST: give one address"))
    if handler.settings:
        secrets = _declared_secrets(handler)
    else:
        secrets = _undeclared_secrets(handler, login)
    form_secrets = [*secrets, *_SNMP_SECRETS] if handler.snmp else secrets
    check_secrets(login, form_secrets, handler.display_name)
    _refuse_unknown(handler, login)
    if handler.snmp:
        return _snmp_data(handler, secrets, host, login)
    if handler.settings:
        return PduData(host, _values(handler, host, login, name))
    # a handler that declares nothing is given what DCImanager's form has: an address, and the port
    # as one of its settings
    values: dict[str, str] = {}
    if host.port is not None:
        values["port"] = str(host.port)
    values.update(login.all_settings(("username",), host))
    values.update(_secret_values(secrets, login))
    # a method may tell which one it wants besides
    return PduData(host.host if host.port is not None else str(host), AskedSettings(values))


def refuse_empty(login: Login) -> None:
    """Raises SettingsError for a setting that is given without a value."""
    for key, text in login.settings.items():
        if not text.strip():
            raise SettingsError((NamedSetting(key[:60]), f" {EMPTY}"))


def forms_of_port(handler: LoadedHandler, login: Login) -> Sequence[Callable[[int], PduData]]:
    """Functions from a port of this machine to what DCImanager's form would carry for a device
    there, for a handler without SNMP: the port is the handler setting `port`, if the handler may
    have that, or stands in the address.
    """

    data = _plain_data(handler, login)  # once: it may ask for a secret

    def as_setting(port: int) -> PduData:
        return PduData(data.ip, {**data.custom_params, "port": str(port)})

    def in_address(port: int) -> PduData:
        return PduData(f"{LOOPBACK}:{port}", dict(data.custom_params))

    keys = {setting.key for setting in handler.settings}
    # a handler of others may not say its settings
    may_have_port = not keys or "port" in keys
    return [as_setting, in_address] if may_have_port else [in_address]


def _plain_data(handler: LoadedHandler, login: Login) -> PduData:
    """The object of `pdu_data` for this machine, without a port, of a handler without SNMP."""
    settings = {key: value for key, value in login.settings.items() if key != "port"}
    data = pdu_data(handler, Address(LOOPBACK), replace(login, settings=settings))
    assert isinstance(data, PduData)  # the handler has no SNMP
    return data


def _snmp_data(
    handler: LoadedHandler, secrets: Sequence[str], host: Address, login: Login
) -> PduSnmpData:
    """The data of DCImanager's SNMP form, in which the SNMP fields are apart from the settings."""
    handler_keys = [setting.key for setting in handler.settings]
    given_settings = login.all_settings([*handler_keys, *_SNMP_FIELDS], host)
    settings: dict[str, str] = {}
    params: dict[str, str] = {}
    for key, text in given_settings.items():
        if key in _SNMP_FIELDS and key not in handler_keys:
            params[_SNMP_FIELDS[key]] = text
        else:
            settings[key] = text
    if host.port is not None:
        params.setdefault("port", str(host.port))
    is_version_given = "version" in params
    params.setdefault("version", "2")
    over_v3 = is_v3(params, "version")
    if not over_v3:
        _refuse_v3_only(login, given_settings, is_version_given=is_version_given)
    _check_before_asking(login, params, over_v3=over_v3)
    settings.update(_secret_values(secrets, login))
    if over_v3:
        if not params.get("user"):
            raise SettingsError(("SNMPv3 needs a user: give ", NamedSetting("username")))
        _refuse_password_without_protocol(login, params)
    needed_secrets = _passwords(params) if over_v3 else ["community"]
    for key in needed_secrets:
        question = f"{key.replace('_', ' ')} of {host.host}"
        params[key] = login.secret(key, question)
    _check_fields(params, is_typed=_is_typed(login))
    return PduSnmpData(host.host, params, settings)


def _is_typed(login: Login) -> bool:
    """Whether fields are checked here: those of a list are at the first request."""
    return not login.source or not login.settings.keys() <= set(login.of_list)


def _check_before_asking(login: Login, params: Mapping[str, str], *, over_v3: bool) -> None:
    """Raise SettingsError for fields that are wrong whatever the secrets are."""
    passwords = _passwords(params)
    has_privacy = over_v3 and "priv_password" in passwords
    if has_privacy and not optional_packages.has("cryptography"):
        raise SettingsError(optional_packages.missing("SNMPv3 with privacy", "cryptography"))
    if _is_typed(login):
        later_fields = dict.fromkeys(["community", *passwords], _PLACEHOLDER)
        _check_fields({**later_fields, "user": "any", **params})


def _declared_secrets(handler: LoadedHandler) -> list[str]:
    """The secrets among the settings that a handler declares."""
    return [setting.key for setting in handler.settings if setting.secret]


def _undeclared_secrets(handler: LoadedHandler, login: Login) -> list[str]:
    """The keys of the secrets for a handler that does not say which settings it has: DCImanager's
    form hands over any key. The secrets of SNMP are not settings.
    """
    given_keys = list(dict.fromkeys([*login.secret_files, *login.secrets]))
    if handler.snmp:
        return [key for key in given_keys if key not in _SNMP_SECRETS]
    if login.source:
        return given_keys  # a login of a file: the environment's secrets are of another PDU
    for key in _FORM_SECRETS:
        is_in_environment = bool(os.environ.get(f"PDU_{key.upper()}"))
        if is_in_environment and key not in given_keys:
            given_keys.append(key)
    return given_keys


def _secret_values(secrets: Iterable[str], login: Login) -> dict[str, str]:
    """The given texts of these secrets, by key."""
    values: dict[str, str] = {}
    for key in secrets:
        text = login.secret(key, key, is_needed=False)
        if text:
            values[key] = text
    return values


def settings_for_handler(handler: LoadedHandler, login: Login) -> dict[str, str]:
    """The settings that this handler takes, among those given for several handlers. SNMP takes a
    user only in its version 3.
    """
    keys = set(setting_keys(handler))
    if handler.snmp:
        given_settings = login.all_settings(("snmp_version",), Address(""))
        if not is_v3(given_settings):
            keys.remove("username")
    return {key: text for key, text in login.settings.items() if key in keys}


def _refuse_password_without_protocol(login: Login, params: Mapping[str, str]) -> None:
    """Raise SettingsError for a password of SNMPv3 without its protocol: it would not be used, and
    the request be sent with less security than its owner meant. The protocol may be none.
    """
    for protocol, password in _PASSWORD_OF.items():
        protocol_name = params.get(protocol, "").strip().lower()
        if protocol_name in NO_PROTOCOL:
            return  # without authentication there is no privacy
        if protocol_name:
            continue
        why = " has no effect without a protocol: give "
        if password in login.secret_files or password in login.secrets:
            raise SettingsError((password, why, NamedSetting(protocol)))
        variable = f"PDU_{password.upper()}"
        if not login.source and os.environ.get(variable):
            raise SettingsError((variable, why, NamedSetting(protocol)))


def _refuse_v3_only(
    login: Login, given_settings: Mapping[str, str], *, is_version_given: bool
) -> None:
    """Raise SettingsError for what only SNMPv3 has, where another version will be used: the
    request would be sent in plain text.

    What may be meant for other PDUs is no error: passwords of a login and of the environment, and
    if the version was chosen (`is_version_given`), their protocols.
    """
    why = " has no effect without SNMPv3: give "
    remedy = NamedSetting("snmp_version", "3")
    if "username" in login.settings and "username" not in login.of_list:
        raise SettingsError((NamedSetting("username"), why, remedy))
    for protocol, password in _PASSWORD_OF.items():
        is_typed = protocol in login.settings and not login.source
        is_for_this_pdu = is_typed or not is_version_given
        if _names_protocol(given_settings.get(protocol, "")) and is_for_this_pdu:
            raise SettingsError((protocol, why, remedy))
        if password in login.secret_files:
            raise SettingsError((password, why, remedy))


def _names_protocol(text: str) -> bool:
    """Whether a text names a protocol; the empty one and the words for none do not.

    >>> _names_protocol("SHA"), _names_protocol("None"), _names_protocol("")
    (True, False, False)
    """
    name = text.strip().lower()
    return name != "" and name not in NO_PROTOCOL


def _passwords(params: Mapping[str, str]) -> list[str]:
    """The passwords that the security level of SNMPv3 needs: none, authentication's, or both.

    >>> _passwords({"auth_protocol": "SHA", "priv_protocol": "AES"})
    ['auth_password', 'priv_password']
    >>> _passwords({"auth_protocol": "SHA", "priv_protocol": "none"})
    ['auth_password']
    """
    passwords: list[str] = []
    for protocol, password in _PASSWORD_OF.items():
        if _names_protocol(params.get(protocol, "")):
            passwords.append(password)
    return passwords


def _refuse_unknown(handler: LoadedHandler, login: Login) -> None:
    """Raise SettingsError for a setting on the command line that the handler does not have.

    A list and its logins may have settings for other handlers. A handler of another pack may
    declare none.
    """
    if not handler.settings:
        return
    allowed_keys = setting_keys(handler)
    for key in login.settings:
        if key in allowed_keys or key in login.of_list:
            continue
        # without its value, which may be a secret in the wrong place
        setting = NamedSetting(key[:60])
        public_keys = [name for name in allowed_keys if name not in SECRETS]
        name = handler.display_name
        why = f" is unknown: {name} has no such setting; it takes {', '.join(public_keys)}"
        raise SettingsError((setting, why))


def _check_fields(params: Mapping[str, str], *, is_typed: bool = True) -> None:
    """Check DCImanager's SNMP fields as its SNMP would at the first request. Raises SettingsError,
    which names the option, or the key of the list unless it `is_typed`.
    """
    try:
        Credentials.from_params(LOOPBACK, params)
    except SnmpError as error:
        if not error.field:
            raise SettingsError(str(error).removeprefix("snmp_params ")) from None
        key = _KEY_OF_FIELD.get(error.field, error.field)
        setting = NamedSetting(key) if is_typed else f"the list's {key}"
        value = "" if key in SECRETS else params.get(error.field, "")
        raise SettingsError((setting, f" {error.fault}{_value_text(value)}")) from None


def _value_text(value: str) -> str:
    """The end of the sentence about a wrong value. What holds another setting may hold a secret."""
    if "=" in value:
        return "; one value alone: each setting has its own -s KEY=VALUE, or a semicolon in a list"
    return f", not {printable(value, 60)!r}" if value else ""


def display_name(login: Login, host: str, name: str = "") -> str:
    """The text that names the PDU for people: HOST, or the setting `host` with a note that it
    replaces HOST. A PDU that was called by a `name` has it before that.
    """
    place = host.strip()
    own_host = login.settings.get("host", "").strip()
    if own_host and own_host != place:
        place = f"{printable(own_host)} (the setting host, instead of {place})"
    if name and name != place:
        return f"{printable(name)} ({place})"
    return place


def ca_pem_text(text: str) -> str:
    """Certificates in PEM, from the text itself or the file that it names. Raises SettingsError."""
    if "BEGIN CERTIFICATE" in text:
        return text
    content = read_file(text, NamedSetting("ca_pem"), ": ").decode("utf-8", "replace")
    # a handler would treat it as not set, and trust the system's authorities
    if not content.strip():
        raise SettingsError((NamedSetting("ca_pem"), f": {text} is empty"))
    if "BEGIN CERTIFICATE" not in content:
        why = (
            f": {text} contains no PEM certificate; if it is a DER file, convert it with"
            " openssl x509 -inform der"
        )
        raise SettingsError((NamedSetting("ca_pem"), why))
    return content


def _values(handler: LoadedHandler, host: Address, login: Login, pdu_name: str) -> dict[str, str]:
    """The handler settings as text. A password is required if there is a user but no token. Raises
    SettingsError.

    With neither a username nor a token, the user is the handler's default account, if it has one.
    A codec's units may have no login: without a password, one is asked without that account.
    """
    values = _values_without_login(handler, host, login)
    account = _default_account(handler)
    secrets = _declared_secrets(handler)
    token = ""
    if "token" in secrets:
        token = login.secret("token", "token", is_needed=False)
    if token:
        if values.get("username") == account and "username" not in login.settings:
            values.pop("username", None)
        return {**values, "token": token}
    may_have_no_login = "username" not in values and _is_codec(handler)
    if account:
        values = {"username": account, **values}
    user = values.get("username", "")
    place = shown_place(handler.name, host, values)
    where = display_name(login, place, pdu_name)
    for key in secrets:
        question = f"{key} of {user} on {where}"
        is_needed = key == "password" and user != "" and not may_have_no_login
        text = login.secret(key, question, is_needed=is_needed)
        if text:
            values[key] = text
    if may_have_no_login and "password" not in values:
        values.pop("username", None)
    return values


def _values_without_login(handler: LoadedHandler, host: Address, login: Login) -> dict[str, str]:
    """The handler settings that are no secrets. `ca_pem`, `fingerprint` and `verify` imply
    `tls=yes` if the handler has `tls` and it is not given. A path in `ca_pem` is replaced by the
    file's content. Raises SettingsError.
    """
    keys = setting_keys(handler)
    values = login.all_settings(keys, host)
    checks_certificate = any(key in values for key in _CHECKS)
    if "tls" in keys and "tls" not in values and checks_certificate:
        values["tls"] = "yes"
    if "ca_pem" in values:
        values["ca_pem"] = ca_pem_text(values["ca_pem"])
    return values


def _default_account(handler: LoadedHandler) -> str:
    """The user of a device that nobody has changed, "" if its handler names none."""
    if not registry.is_handler(handler.name):
        return ""
    return registry.about(handler.name).username


def _is_codec(handler: LoadedHandler) -> bool:
    """Whether the handler is one of the codecs of this pack."""
    return registry.is_handler(handler.name) and registry.about(handler.name).is_codec


def check_secrets(login: Login, secrets: Sequence[str], whose: str) -> None:
    """Check that no secret is in an argument, and that each --secret-file is for one of `secrets`.
    Raises SettingsError.
    """
    for key in login.settings:
        if key in SECRETS or key in secrets:
            raise SettingsError(
                f"{key} is a secret, and other users can see arguments: use {spelled_secret(key)}"
            )
    allowed_keys = ", ".join(secrets) or "none"
    for key in login.secret_files:
        if key not in secrets:
            raise SettingsError(
                f"--secret-file: {whose} has no secret {key[:60]!r}; it takes {allowed_keys}"
            )
