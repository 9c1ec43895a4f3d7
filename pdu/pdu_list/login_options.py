"""The settings and secrets with which a PDU is reached, and the options that give them.

A *setting* is a key with a text, such as `timeout=5`; a *secret* is one that nobody may see, such
as `password`. A login has its secrets from one *source*: a named login of the owner's files, or, if
that is none, the options, variables (PDU_PASSWORD) and the terminal.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Callable, Optional

import click
from click.decorators import pass_meta_key

from handlers.shared.address import Address
from handlers.shared.errors import NamedSetting, Reason, SettingsError, printable
from handlers.shared.similar_names import similar_names

from ..cli import invocation
from ..cli.known_secrets import note_secret
from ..cli.options import (
    LOGIN,
    SECRETS,
    SNMP,
    F,
    KeyValue,
    SettingOption,
    SharedOption,
    plain_option,
    run_of,
    spelled,
)
from ..cli.prompts import ask_secret
from ..files.secret_files import secret_in
from .logins import DeviceLogin

_KEY = f"{__name__}.login"  # the typed login in the meta of a context


class NoSecret(SettingsError):
    """A secret that is needed is missing. `key`: its name, such as `password`."""

    def __init__(self, reason: Reason, key: str) -> None:
        super().__init__(reason)
        self.key = key


@dataclass
class Login:
    """The settings and secrets of a PDU: of a command line, a list and a file of logins. If
    `source` is set, such as "the login 'hall'", the list names a login: then `secrets` are its own,
    and no variable of the environment is read.
    """

    #: key -> value
    settings: dict[str, str] = field(default_factory=dict)
    #: key of a secret -> path of its file
    secret_files: dict[str, str] = field(default_factory=dict)
    #: the keys of `settings` from a list and its login, which may be for other handlers
    of_list: Collection[str] = ()
    #: where `secrets` are from, for errors: "the login 'hall'"; if it is set, no others are used
    source: str = ""
    #: key -> secret, if `source` is set
    secrets: Mapping[str, str] = field(default_factory=dict)
    #: key -> secret that was typed, kept while several handlers ask a device; None: it is not kept
    typed_secrets: Optional[dict[str, str]] = None
    #: key of a setting -> how it was given, for errors: "-s timeout=...", or "PDU_TIMEOUT"
    spellings: dict[str, str] = field(default_factory=dict)
    #: whether the PDU is one of a list: then the environment sets only `username`
    is_listed: bool = False

    def with_list(self, settings: Mapping[str, str], login: Optional[DeviceLogin]) -> Login:
        """This login with what a list says of a PDU. Settings of the command line win over those
        of the PDU, and these over those of its login in the list.

        >>> hall = DeviceLogin("hall", {"username": "reader", "port": "443"}, {"password": "x"})
        >>> login = Login({"port": "8443"}).with_list({"timeout": "5"}, hall)
        >>> login.settings
        {'username': 'reader', 'port': '8443', 'timeout': '5'}
        >>> sorted(login.of_list), login.source
        (['timeout', 'username'], "the login 'hall'")
        """
        login_settings = {} if login is None else login.settings
        list_settings = {**login_settings, **settings}
        login_with_list = replace(
            self,
            settings={**list_settings, **self.settings},
            of_list=frozenset(list_settings.keys() - self.settings.keys()),
            is_listed=True,
        )
        if login is None:
            return login_with_list
        return replace(login_with_list, source=login.description, secrets=login.secrets)

    def all_settings(self, keys: Iterable[str], host: Address) -> dict[str, str]:
        """The settings that were given, by key, and those of `keys` that the environment sets.
        `host`: the PDU's address; if it has a port, PDU_PORT is not read.

        >>> from unittest import mock
        >>> login = Login({"timeout": "5"})
        >>> with mock.patch.dict(os.environ, {"PDU_TIMEOUT": "9", "PDU_USERNAME": "reader"}):
        ...     login.all_settings(["timeout", "username"], Address("192.0.2.7"))
        {'username': 'reader', 'timeout': '5'}
        """
        return {**self.environment_settings(keys, host), **self.settings}

    def environment_settings(self, keys: Iterable[str], host: Address) -> dict[str, str]:
        """The settings among `keys` that the environment has, such as `timeout` from PDU_TIMEOUT.
        It notes in `spellings` that the setting came from this variable.

        >>> from unittest import mock
        >>> keys, host = ["timeout", "port", "username", "password"], Address("192.0.2.7")
        >>> variables = {f"PDU_{key.upper()}": "5" for key in keys}
        >>> with mock.patch.dict(os.environ, variables):
        ...     print(Login().environment_settings(keys, host))
        ...     print(Login({"timeout": "9"}).environment_settings(keys, Address("192.0.2.7:443")))
        ...     print(Login(is_listed=True).environment_settings(keys, host))
        ...     print(Login(source="the login 'hall'").environment_settings(keys, host))
        {'timeout': '5', 'port': '5', 'username': '5'}
        {'username': '5'}
        {'username': '5'}
        {}

        Never the host or a secret, and no setting that was given. For a PDU of the list only
        `username`: another variable may be meant for another PDU.
        """
        if self.source:
            return {}
        other_keys = {"host", *SECRETS, *self.settings}
        if host.port is not None:
            other_keys.add("port")
        values: dict[str, str] = {}
        for key in keys:
            if key in other_keys or (self.is_listed and key != "username"):
                continue
            variable = f"PDU_{key.upper()}"
            value = os.environ.get(variable, "").strip()
            if value:
                values[key] = value
                self.spellings[key] = variable
        return values

    def secret(self, key: str, question: str, *, is_needed: bool = True) -> str:
        """A secret from --secret-file, else from the variable `PDU_<KEY>`, else from the terminal
        if it is needed, else "". `question`: what the terminal asks. From then on, no output of the
        program shows the secret.

        >>> login = Login(source="the login 'hall'", secrets={"password": "s3cr3t-word"})
        >>> login.secret("password", "password"), login.secret("token", "token", is_needed=False)
        ('s3cr3t-word', '')

        With a `source`, a secret comes from --secret-file or `secrets` only. Raises NoSecret if a
        needed secret is missing, SettingsError for one that cannot be used.
        """
        secret = self._find_secret(key, question, is_needed=is_needed)
        note_secret(secret)
        if key == "community" and secret != secret.strip():
            raise SettingsError(
                ("the community begins or ends with a blank: set ", NamedSetting(key))
            )
        return secret

    def _find_secret(self, key: str, question: str, *, is_needed: bool) -> str:
        """A secret, the first of these; "" if there is none and it is not needed:

        --secret-file password=FILE      a file
        Login.secrets["password"]        with a `source`, the login of a list; then no further one
        PDU_PASSWORD                     a variable
        password of reader on 192.0.2.7: the terminal, if it is needed

        Raises NoSecret if it is needed and missing, SettingsError for a file that cannot be read.
        """
        if key in self.secret_files:
            return secret_in(self.secret_files[key])
        if self.source:
            secret = self.secrets.get(key, "")
            if secret or not is_needed:
                return secret
            similar = similar_names(key, self.settings)
            advice = f", but has {printable(similar[0], 60)!r}" if similar else ""
            raise NoSecret(f"{self.source} has no {key}{advice}", key)
        secret = os.environ.get(f"PDU_{key.upper()}", "")
        if secret or not is_needed:
            return secret
        return self._typed_secret(key, question)

    def _typed_secret(self, key: str, question: str) -> str:
        """A secret that a person types on the terminal, or typed before: `typed_secrets` has those,
        if they are kept. Raises NoSecret if nothing is typed, or there is no terminal.
        """
        typed_secrets = {} if self.typed_secrets is None else self.typed_secrets
        if not typed_secrets.get(key):
            secret = ask_secret(key, question)
            if not secret:
                name = key.replace("_", " ")
                raise NoSecret((f"no {name} was given: set ", NamedSetting(key)), key)
            typed_secrets[key] = secret
        return typed_secrets[key]

    def command_line(self, command: str, *arguments: str, options: Sequence[str] = ()) -> str:
        """The line of a shell for another command of this program with this login. Settings of the
        list of PDUs are left out.

        >>> from unittest import mock
        >>> login = Login({"timeout": "5"}, {"password": "reader.txt"})
        >>> with mock.patch.object(invocation, "program", return_value="pdu"):
        ...     print(login.command_line("status", "netio", "192.0.2.7"))
        ...     print(Login().command_line("off", "netio", "192.0.2.7", "-3", options=["--yes"]))
        pdu status netio 192.0.2.7 -s timeout=5 --secret-file password=reader.txt
        pdu off --yes -- netio 192.0.2.7 -3

        In the second, an argument begins with a hyphen, so `--` ends the options before it.
        """
        option_words = [*map(invocation.shell_word, options)]
        for key, value in self.settings.items():
            if key not in self.of_list:
                option_words.append(spelled(key, value, invocation.shell_word))
        for key, path in self.secret_files.items():
            pair = f"{key}={path}"
            option_words.append(f"--secret-file {invocation.shell_word(pair)}")
        line = [*map(invocation.shell_word, arguments), *option_words]
        if any(argument.startswith("-") for argument in arguments):
            line = [*option_words, "--", *map(invocation.shell_word, arguments)]
        return " ".join([invocation.program(), command, *line])


def login_of(context: click.Context) -> Login:
    """The login of a command line, kept with its context: each option that click parses adds its
    setting or file to it.
    """
    new_login = Login(spellings=run_of(context).spellings)
    login: Login = context.meta.setdefault(_KEY, new_login)
    return login


#: a decorator: the function's first argument is the `Login` of its options
pass_login = pass_meta_key(_KEY)


# ---- the options ---------------------------------------------------------------------------------


def login_options(function: F) -> F:
    """A decorator of a command: it gets the options with which a device is reached, such as
    --username, and --setting and --secret-file. Their values go into the login of the command line.
    """
    function = setting_options(function, option_class=SharedOption)
    for setting_option in reversed((*LOGIN, *SNMP)):
        function = _taken_option(setting_option)(function)
    return function


def _taken_option(setting_option: SettingOption) -> Callable[[F], F]:
    """A decorator: a command gets the option of one handler setting, such as --username: its value
    becomes `settings["username"]` of the login of the command line.
    """

    def take(context: click.Context, _: click.Parameter, value: Optional[str]) -> None:
        if value is not None:
            login_of(context).settings[setting_option.key] = value

    return plain_option(setting_option, cls=SharedOption, expose_value=False, callback=take)


def setting_options(function: F, option_class: type[click.Option] = click.Option) -> F:
    """The command with the options --setting and --secret-file:

    -s timeout=5 -s port=80      settings {"timeout": "5", "port": "80"}
    -s timeout=5 -s timeout=9    UsageError
    """

    def take(context: click.Context, _: click.Parameter, pairs: Sequence[tuple[str, str]]) -> None:
        keys = [key for key, _value in pairs]
        for key in keys:
            if keys.count(key) > 1:
                raise click.UsageError(f"-s {printable(key, 60)}=... is given twice", context)
            login_of(context).spellings[key] = f"-s {key}=..."
        login_of(context).settings.update(pairs)

    setting_option = click.option(
        "-s",
        "--setting",
        cls=option_class,
        metavar="KEY=VALUE",
        type=KeyValue("KEY=VALUE, such as -s timeout=5"),
        multiple=True,
        help="a handler setting, as on DCImanager's form; or set the variable PDU_KEY",
        expose_value=False,
        callback=take,
    )
    return setting_option(secret_file_option(function, option_class))


def secret_file_option(function: F, option_class: type[click.Option] = click.Option) -> F:
    """The command with the option --secret-file: of `--secret-file password=word.txt`, the login of
    the command line gets secret_files {"password": "word.txt"}.
    """

    def take(context: click.Context, _: click.Parameter, pairs: Sequence[tuple[str, str]]) -> None:
        login_of(context).secret_files.update(pairs)

    option = click.option(
        "--secret-file",
        cls=option_class,
        metavar="KEY=FILE",
        type=KeyValue("KEY=FILE, such as community=community.txt"),
        multiple=True,
        help="read a secret (password, community, ...) from a file instead of the variable PDU_KEY",
        expose_value=False,
        callback=take,
    )
    return option(function)
