"""The settings of the handler for Xerus PDUs, and the agent that they describe.

Their table in docs/settings.md is generated from SETTINGS.
"""

from __future__ import annotations

from typing import NamedTuple, Optional

from .. import dcimanager
from ..http.login import Login
from ..http.message import Transport
from ..http.settings import PASSWORD, SCHEME, USERNAME, both_logins
from ..shared.address import Address
from ..shared.errors import NamedSetting, SettingsError
from ..shared.settings import (
    HOST,
    TIMEOUT,
    UNKNOWN_FIGURES,
    Setting,
    Settings,
    one_line,
    port as port_number,
)
from ..shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust
from .link_units_setting import LINK_UNITS, LinkUnitSelection
from .rpc import Agent

PORT: Setting[Optional[int]] = Setting(
    "port",
    "1 to 65535",
    port_number,
    None,
    "if not 443 (http: 80). Behind port forwarding 50000 (http: 50100) is the primary unit, 50001"
    " the first expansion unit (unit 2), and so on",
)
TOKEN: Setting[str] = Setting(
    "token",
    "a session token, on one line without tabs",
    one_line,
    "",
    "instead of username and password; it expires with its session",
    secret=True,
)
SETTINGS: tuple[Setting[object], ...] = (
    HOST,
    PORT,
    SCHEME,
    USERNAME,
    PASSWORD,
    TOKEN,
    VERIFY,
    CA_PEM,
    FINGERPRINT,
    TIMEOUT,
    LINK_UNITS,
    UNKNOWN_FIGURES,
)


class RaritanSettings(NamedTuple):
    """The handler's settings, parsed: scheme "https", host "192.0.2.7", port None, and so on."""

    #: "https" or "http"
    scheme: str
    #: name or address, with a port if one was typed; "": the address in the platform's form
    host: Address
    #: None: the port in `host`, else the scheme's usual one
    port: Optional[int]
    login: Login
    #: how the certificate is checked
    trust: Trust
    #: seconds for one wait
    timeout: float
    #: the link units that are part of the PDU
    link_units: LinkUnitSelection


def read_settings(pdu_data: object) -> RaritanSettings:
    """The handler's settings, checked one by one and together. Raises SettingsError.

    >>> texts = {"host": "192.0.2.7", "username": "admin", "password": "x", "link_units": "2"}
    >>> config = read_settings({"params": texts})
    >>> config.scheme, config.link_units.ids, config.port
    ('https', (2,), None)
    """
    texts = Settings(dcimanager.settings(pdu_data), SETTINGS)
    trust = Trust.from_settings(
        texts, over_tls=texts[SCHEME] == "https", tls_setting=NamedSetting("scheme", "https")
    )
    login = _login(user=texts[USERNAME], password=texts[PASSWORD], token=texts[TOKEN])
    return RaritanSettings(
        scheme=texts[SCHEME],
        host=texts[HOST],
        port=texts[PORT],
        login=login,
        trust=trust,
        timeout=texts[TIMEOUT],
        link_units=texts[LINK_UNITS],
    )


def _login(user: str, password: str, token: str) -> Login:
    """The login by user and password, or by a token. Raises SettingsError for both and for none.

    >>> _login("admin", "x", "").user, _login("", "", "5a7d").token
    ('admin', '5a7d')
    """
    if token and (user or password):
        raise both_logins()
    if token:
        return Login(token=token)
    if user and password:
        return Login(user, password)
    raise SettingsError(
        (
            NamedSetting("username", noun="the handler settings "),
            " and ",
            NamedSetting("password"),
            " are needed (or ",
            NamedSetting("token"),
            ")",
        )
    )


def agent(
    pdu_data: object, config: RaritanSettings, transport: Optional[Transport] = None
) -> Agent:
    """The agent for these settings; nothing is sent yet. `pdu_data`: the platform's form, whose
    address is taken if the setting `host` is empty. `transport`: None for HTTP over the network.

    >>> texts = {"host": "192.0.2.7", "port": "8443", "username": "admin", "password": "x"}
    >>> agent({}, read_settings({"params": texts}))
    Agent(https://192.0.2.7:8443)

    Raises SettingsError, for example if neither has an address.
    """
    return Agent(
        config.scheme,
        config.host or dcimanager.address(pdu_data),
        user=config.login.user,
        passwd=config.login.password,
        token=config.login.token,
        timeout=config.timeout,
        port=config.port,
        trust=config.trust,
        transport=transport,
    )
