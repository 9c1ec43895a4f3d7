"""Fills in DCImanager's form of one PDU: its address, its SNMP fields and its handler settings.

A `Login` has what options, a list and files say, by the keys of this command (`username`); in the
form, a key may have another name (the SNMP field `user`). What a login lacks comes from variables
(`timeout` from PDU_TIMEOUT); a secret that is needed (`password`) is asked for on the terminal.
`login.of_list` has the keys of settings that come from the owner's list; `login.source` is set if
that list names a login for the PDU. An error shows a `NamedSetting` as the option that gives it.
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

# Keys of this command -> keys of DCImanager's SNMP fields.
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
_PASSWORD_OF_PROTOCOL: Mapping[str, str] = {
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
    """The address, SNMP fields and handler settings of a PDU, as DCImanager passes them to the
    handler's make_handler. A needed secret that is not given is asked for; the question has the
    PDU's `name` in the list, "" if it was called by its address.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login({"timeout": "5"}, source="the login 'hall'", secrets={"community": "s3cr3t"})
    >>> data = pdu_data(load("snmp"), Address("192.0.2.7:1161"), login)
    >>> data.ip, data.snmp_params["port"], data.snmp_params["community"]
    ('192.0.2.7', '1161', 's3cr3t')

    Raises SettingsError for a setting that the handler does not have, for a wrong value, and for a
    secret that is missing.
    """
    try:
        return _pdu_data(handler, host, login, name)
    except NoSecret as error:
        port = login.settings.get("port", "")
        address = host_with_port(host.host, port, 0) if port else host
        raise error.at(address) from None


def setting_keys(handler: LoadedHandler) -> list[str]:
    """The keys of all settings and secrets that a handler may be given: those that it declares,
    and DCImanager's SNMP fields if it speaks SNMP.

    >>> from pdu.loading.handler_loading import load
    >>> setting_keys(load("snmp"))[-3:]
    ['community', 'auth_password', 'priv_password']
    """
    keys = [setting.key for setting in handler.settings]
    if handler.snmp:
        keys += SNMP_KEYS
    return keys


def is_v3(settings: Mapping[str, str], key: str = "snmp_version") -> bool:
    """Whether these settings choose SNMPv3; the usual version is 2c. `key`: that of the version in
    them.

    >>> is_v3({"snmp_version": "V3"}), is_v3({})
    (True, False)
    """
    return settings.get(key, "2").strip().lower() in ("3", "v3")


def form_fields(
    handler: LoadedHandler, host: Address, login: Login
) -> tuple[dict[str, str], dict[str, str]]:
    """The settings and the secrets, by key, of a PDU's form that `pdu_data` has filled in: with
    what the terminal was asked for, and with defaults, such as SNMP version 2. From these, a later
    run makes the same form where nobody can be asked. Raises SettingsError.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login({"timeout": "5"}, source="the login 'hall'", secrets={"community": "s3cr3t"})
    >>> form_fields(load("snmp"), Address("192.0.2.7"), login)
    ({'timeout': '5', 'snmp_version': '2'}, {'community': 's3cr3t'})
    """
    return split_fields(handler, pdu_data(handler, host, login), login)


def split_fields(
    handler: LoadedHandler, data: Union[PduData, PduSnmpData], login: Login
) -> tuple[dict[str, str], dict[str, str]]:
    """The settings and the secrets of a form, by the keys of this command. `login`: with which it
    was filled in; the keys of its --secret-file are secrets, too.

    >>> from pdu.loading.handler_loading import load
    >>> fields = {"version": "3", "user": "reader", "auth_password": "word"}
    >>> split_fields(load("snmp"), PduSnmpData("192.0.2.7", fields), Login())
    ({'snmp_version': '3', 'username': 'reader'}, {'auth_password': 'word'})
    """
    text_by_key = dict(data.custom_params)
    if isinstance(data, PduSnmpData):
        for field, text in data.snmp_params.items():
            key = _KEY_OF_FIELD.get(field, field)
            text_by_key[key] = text
    secret_keys = {*SECRETS, *_declared_secrets(handler), *login.secret_files}
    settings = {key: text for key, text in text_by_key.items() if key not in secret_keys}
    secrets = {key: text for key, text in text_by_key.items() if key in secret_keys}
    return settings, secrets


def _pdu_data(
    handler: LoadedHandler, host: Address, login: Login, name: str
) -> Union[PduData, PduSnmpData]:
    """The form of a PDU, of one of three kinds of handlers:

    speaks SNMP              PduSnmpData: SNMP fields and settings, "192.0.2.7"
    declares its settings    PduData: these, with the password, "192.0.2.7:8443"
    declares nothing         PduData: all that is given, "192.0.2.7", port=8443

    Raises SettingsError for a setting that the handler does not have, for a wrong value, and
    NoSecret for a needed secret that is missing.
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
    """Raises SettingsError for a setting that is given without a value.

    >>> refuse_empty(Login({"timeout": "5"}))
    >>> refuse_empty(Login({"timeout": " "}))
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'timeout' is empty: a variable in its place may not be set
    """
    for key, text in login.settings.items():
        if not text.strip():
            raise SettingsError((NamedSetting(key[:60]), f" {EMPTY}"))


def forms_of_port(handler: LoadedHandler, login: Login) -> Sequence[Callable[[int], PduData]]:
    """The one or two ways in which DCImanager's form names a port of this machine, for a handler
    without SNMP: in its setting `port`, if it has one, and in the address. Each is a function from
    the port to the form. With them, a recording that is served here is read.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login({"username": "x"}, source="the login 'hall'", secrets={"password": "s3cr3t"})
    >>> as_setting, in_address = forms_of_port(load("netio"), login)
    >>> as_setting(8080).ip, as_setting(8080).custom_params["port"], in_address(8080).ip
    ('127.0.0.1', '8080', '127.0.0.1:8080')
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
    """The form of a PDU at 127.0.0.1, without the setting `port`, for a handler without SNMP."""
    settings = {key: value for key, value in login.settings.items() if key != "port"}
    data = pdu_data(handler, Address(LOOPBACK), replace(login, settings=settings))
    assert isinstance(data, PduData)  # the handler has no SNMP
    return data


def _snmp_data(
    handler: LoadedHandler, secrets: Sequence[str], host: Address, login: Login
) -> PduSnmpData:
    """The form of a handler that speaks SNMP: SNMP fields apart from handler settings. Without
    `snmp_version`, the version is 2. `secrets`: the keys of the handler's own secrets. A community,
    or the passwords of SNMPv3, are asked for if they are not given.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login(
    ...     {"snmp_version": "3", "username": "hall", "auth_protocol": "SHA", "encoding": "utf-8"},
    ...     source="the login 'hall'",
    ...     secrets={"auth_password": "s3cr3t-word"},
    ... )
    >>> data = _snmp_data(load("snmp"), [], Address("192.0.2.7"), login)
    >>> data.snmp_params
    {'version': '3', 'user': 'hall', 'auth_protocol': 'SHA', 'auth_password': 's3cr3t-word'}
    >>> data.custom_params
    {'encoding': 'utf-8'}

    Raises SettingsError for a field that is wrong or has no effect: a user without SNMPv3, a
    password without its protocol; and NoSecret.
    """
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
    _check_before_asking(login, params, over_v3=over_v3)  # not after a person typed a password
    settings.update(_secret_values(secrets, login))
    if over_v3:
        if not params.get("user"):
            raise SettingsError(("SNMPv3 needs a user: give ", NamedSetting("username")))
        _refuse_password_without_protocol(login, params)
    needed_secrets = _passwords(params) if over_v3 else ["community"]
    for key in needed_secrets:
        question = f"{key.replace('_', ' ')} of {host.host}"
        params[key] = login.secret(key, question)
    _check_fields(params, is_typed=_has_typed_part(login))
    return PduSnmpData(host.host, params, settings)


def _has_typed_part(login: Login) -> bool:
    """Whether something of a login may come from the command line or the environment, so that
    errors name the options. No: the list names a login, and all settings are from there.

    >>> _has_typed_part(Login({"timeout": "5"}))
    True
    >>> _has_typed_part(Login({"timeout": "5"}, of_list=["timeout"], source="the login 'hall'"))
    False
    """
    has_typed_settings = bool(login.settings.keys() - set(login.of_list))
    return login.source == "" or has_typed_settings


def _check_before_asking(login: Login, params: Mapping[str, str], *, over_v3: bool) -> None:
    """Raises SettingsError for SNMP fields that are wrong whatever the secrets are: nobody types a
    password in vain. `params`: the SNMP fields without secrets.

    >>> _check_before_asking(Login(), {"version": "2"}, over_v3=False)
    >>> _check_before_asking(Login(), {"version": "2", "timeout": "x"}, over_v3=False)
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'timeout' must be a number from 0.05 to 60, not 'x'
    """
    passwords = _passwords(params)
    has_privacy = over_v3 and "priv_password" in passwords
    if has_privacy and not optional_packages.has("cryptography"):
        raise SettingsError(optional_packages.missing("SNMPv3 with privacy", "cryptography"))
    if _has_typed_part(login):
        later_fields = dict.fromkeys(["community", *passwords], _PLACEHOLDER)
        _check_fields({**later_fields, "user": "any", **params})


def _declared_secrets(handler: LoadedHandler) -> list[str]:
    """The secrets among the settings that a handler declares."""
    return [setting.key for setting in handler.settings if setting.secret]


def _undeclared_secrets(handler: LoadedHandler, login: Login) -> list[str]:
    """The keys of the secrets for a handler that does not say which settings it has: DCImanager's
    form hands over any key, so each secret that is given, by --secret-file, a file of logins, or
    PDU_PASSWORD and PDU_TOKEN. Without those of SNMP, which are no settings.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login(source="the login 'hall'", secrets={"pin": "12", "community": "public"})
    >>> _undeclared_secrets(load("snmp"), login), _undeclared_secrets(load("netio"), login)
    (['pin'], ['pin', 'community'])
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
    """The text of each of these secrets that is given, by key; none is asked for.

    >>> login = Login(source="the login 'hall'", secrets={"password": "s3cr3t-word"})
    >>> _secret_values(["password", "token"], login)
    {'password': 's3cr3t-word'}
    """
    values: dict[str, str] = {}
    for key in secrets:
        text = login.secret(key, key, is_needed=False)
        if text:
            values[key] = text
    return values


def settings_for_handler(handler: LoadedHandler, login: Login) -> dict[str, str]:
    """The settings that this handler takes, among those given for several handlers that are tried
    in turn. SNMP takes a user only in its version 3.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login({"username": "reader", "timeout": "5"}, source="the login 'hall'")
    >>> settings_for_handler(load("netio"), login)
    {'username': 'reader', 'timeout': '5'}
    >>> settings_for_handler(load("snmp"), login)
    {'timeout': '5'}
    """
    keys = set(setting_keys(handler))
    if handler.snmp:
        given_settings = login.all_settings(("snmp_version",), Address(""))
        if not is_v3(given_settings):
            keys.remove("username")
    return {key: text for key, text in login.settings.items() if key in keys}


def _refuse_password_without_protocol(login: Login, params: Mapping[str, str]) -> None:
    """Raises SettingsError for a password of SNMPv3 without its protocol: it would not be used, and
    the request be sent with less security than its owner meant. `params`: the SNMP fields without
    secrets. A protocol may be the word none.

    >>> login = Login(secret_files={"auth_password": "word.txt"})
    >>> _refuse_password_without_protocol(login, {"auth_protocol": "SHA"})
    >>> _refuse_password_without_protocol(login, {"auth_protocol": "none"})
    >>> _refuse_password_without_protocol(login, {})
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: auth_password has no effect without a protocol: give \
'auth_protocol'
    """
    for protocol, password in _PASSWORD_OF_PROTOCOL.items():
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
    """Raises SettingsError for what only SNMPv3 has, where another version will be used: the
    request would be sent in plain text. `given_settings`: also those of the environment.

    typed: username                                        refused
    typed: auth_protocol=SHA; or anywhere, without a
        snmp_version (`is_version_given` is false)         refused
    --secret-file auth_password=FILE                       refused
    snmp_version=2 given, auth_protocol from elsewhere     no error: meant for other PDUs
    a password in a login, or in PDU_AUTH_PASSWORD         no error: the same

    >>> _refuse_v3_only(Login({"username": "reader"}), {}, is_version_given=False)
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'username' has no effect without SNMPv3: give \
snmp_version=3
    """
    why = " has no effect without SNMPv3: give "
    remedy = NamedSetting("snmp_version", "3")
    if "username" in login.settings and "username" not in login.of_list:
        raise SettingsError((NamedSetting("username"), why, remedy))
    for protocol, password in _PASSWORD_OF_PROTOCOL.items():
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
    for protocol, password in _PASSWORD_OF_PROTOCOL.items():
        if _names_protocol(params.get(protocol, "")):
            passwords.append(password)
    return passwords


def _refuse_unknown(handler: LoadedHandler, login: Login) -> None:
    """Raises SettingsError for a setting on the command line that the handler does not have.

    A list and its logins may have settings for other handlers. A handler that declares none, as one
    of another pack may, takes any.

    >>> from pdu.loading.handler_loading import load
    >>> _refuse_unknown(load("netio"), Login({"device": "ups1"}, of_list=["device"]))
    >>> _refuse_unknown(load("netio"), Login({"device": "ups1"}))  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: 'device' is unknown: netio has no such setting; it ...
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
    """Raises SettingsError for a wrong value of an SNMP field, as DCImanager's SNMP would at the
    first request. The error names the option, or "the list's timeout" unless it `is_typed`.

    >>> _check_fields({"community": "public", "timeout": "x"}, is_typed=False)
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: the list's timeout must be a number from 0.05 to 60, \
not 'x'
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
    """The end of the sentence about a wrong value. One that holds another setting may hold a
    secret, so it is not shown.

    >>> _value_text("x"), _value_text("")
    (", not 'x'", '')
    >>> _value_text("5 password=word")
    '; one value alone: each setting has its own -s KEY=VALUE, or a semicolon in a list'
    """
    if "=" in value:
        return "; one value alone: each setting has its own -s KEY=VALUE, or a semicolon in a list"
    return f", not {printable(value, 60)!r}" if value else ""


def display_name(login: Login, host: str, name: str = "") -> str:
    """The text that names the PDU for people: its address `host`, or the setting `host` with a note
    that it replaces the address; before it the PDU's `name` in the list, if it was called by it.

    >>> display_name(Login(), "192.0.2.7"), display_name(Login(), "192.0.2.7", "r1")
    ('192.0.2.7', 'r1 (192.0.2.7)')
    >>> display_name(Login({"host": "pdu7.example"}), "192.0.2.7")
    'pdu7.example (the setting host, instead of 192.0.2.7)'
    """
    place = host.strip()
    own_host = login.settings.get("host", "").strip()
    if own_host and own_host != place:
        place = f"{printable(own_host)} (the setting host, instead of {place})"
    if name and name != place:
        return f"{printable(name)} ({place})"
    return place


def ca_pem_text(text: str) -> str:
    """Certificates in PEM, from the setting `ca_pem`: its text itself, or else the file that it
    names. Raises SettingsError for a file that cannot be read, is empty or has no certificate.

    >>> ca_pem_text("-----BEGIN CERTIFICATE-----...")
    '-----BEGIN CERTIFICATE-----...'
    """
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
    """The handler settings and secrets, by key. A password is asked for if there is a user but no
    token; without either, the user is the handler's default account, such as admin, if it has one.

    given             the handler's account    result
    token             admin                    token
    reader, secret    admin                    username reader, password secret
    nothing           none                     no secrets
    nothing           admin                    username admin, and the password that is asked for
    nothing           admin, of a codec        no secrets: such a unit may have no login

    Raises SettingsError, also for a password that is missing.
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
    """The handler settings that are no secrets, also from the environment. `ca_pem`, `fingerprint`
    and `verify` imply `tls=yes` if the handler has `tls` and it is not given. A path in `ca_pem` is
    replaced by the file's content.

    >>> from pdu.loading.handler_loading import load
    >>> login = Login({"verify": "no"}, source="the login 'hall'")
    >>> _values_without_login(load("nut"), Address("192.0.2.7"), login)
    {'verify': 'no', 'tls': 'yes'}

    Raises SettingsError for a file that has no certificate.
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
    """The user that a device has from the factory, such as admin; "" if its handler names none."""
    if not registry.is_handler(handler.name):
        return ""
    return registry.about(handler.name).username


def _is_codec(handler: LoadedHandler) -> bool:
    """Whether the handler of this pack speaks one HTTP API through a codec, as `shelly`: its units
    may have no login.
    """
    return registry.is_handler(handler.name) and registry.about(handler.name).is_codec


def check_secrets(login: Login, secrets: Sequence[str], whose: str) -> None:
    """Raises SettingsError for a secret in an argument, and for a --secret-file of a key that is
    not one of `secrets`. `whose`: the name in output of the handler that takes them.

    >>> check_secrets(Login(secret_files={"password": "word.txt"}), ["password"], "netio")
    >>> check_secrets(Login(secret_files={"token": "word.txt"}), ["password"], "netio")
    Traceback (most recent call last):
    handlers.shared.errors.SettingsError: --secret-file: netio has no secret 'token'; it takes \
password
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
