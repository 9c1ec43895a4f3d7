"""The handler's settings, and the agent that they describe."""
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Optional, Tuple

from .. import host
from ..errors import Named, SettingsError
from ..settings import CA_PEM, FINGERPRINT, HOST, TIMEOUT, VERIFY, Setting, Settings, port as port_number, text
from ..http.message import Transport
from ..tls import Trust
from .rpc.agent import Agent

LOWEST_LINK, HIGHEST_LINK = 2, 255


@dataclass(frozen=True)
class LinkUnits:
    """Which link units are part of the PDU: none, all that are linked, or those named."""

    all: bool = False
    ids: Tuple[int, ...] = ()

    def __str__(self) -> str:
        return "yes" if self.all else ",".join(map(str, self.ids)) or "no"


def _scheme(words: str) -> str:
    if words.lower() not in ("https", "http"):
        raise ValueError(words)
    return words.lower()


def _link_units(words: str) -> LinkUnits:
    if words.lower() in ("yes", "true", "on"):
        return LinkUnits(all=True)
    if words.lower() in ("no", "false", "off", "0"):
        return LinkUnits()
    if not re.fullmatch(r"\d{1,3}(\s*[,;\s]\s*\d{1,3})*", words):
        raise ValueError(words)
    ids = sorted({int(one) for one in re.findall(r"\d+", words)})
    if not LOWEST_LINK <= ids[0] <= ids[-1] <= HIGHEST_LINK:
        raise ValueError(words)
    return LinkUnits(ids=tuple(ids))


def _secret(words: str) -> str:
    if not words.strip() or any(ord(c) < 32 for c in words):
        raise ValueError
    return words


SCHEME: Setting[str] = Setting("scheme", "https or http", _scheme, "https",
                               "http only where the PDU does not enforce HTTPS: the password then travels in clear")
PORT: Setting[Optional[int]] = Setting("port", "1 to 65535", port_number, None,
                                       "if not 443 (http: 80); an expansion unit behind port forwarding: 50000 + its position")
USERNAME: Setting[str] = Setting("username", "a user name", text, "", "an account that may read, and switch outlets if it is to")
PASSWORD: Setting[str] = Setting("password", "that user's password, on one line", _secret, "", "with username", secret=True)
TOKEN: Setting[str] = Setting("token", "a session token, on one line", _secret, "",
                              "instead of username and password; it expires with its session", secret=True)
LINK_UNITS: Setting[LinkUnits] = Setting(
    "link_units", f"yes, no, or link ids from {LOWEST_LINK} to {HIGHEST_LINK} with commas", _link_units, LinkUnits(),
    "outlets of linked units are ports too: `2.7` is outlet 7 of link unit 2")
SETTINGS: Tuple[Setting[object], ...] = (HOST, PORT, SCHEME, USERNAME, PASSWORD, TOKEN, VERIFY, CA_PEM, FINGERPRINT,
                                         TIMEOUT, LINK_UNITS)


def read(pdu_data: object) -> Settings:
    """The owner's settings, checked one by one and together. Raises SettingsError."""
    given = Settings(host.settings(pdu_data), SETTINGS)
    if given[TOKEN] and (given[USERNAME] or given[PASSWORD]):
        raise SettingsError(("give ", Named("username", noun="the handler settings "), " and ", Named("password"), ", or ", Named("token"),
                             ", not both"))
    if not given[TOKEN] and not (given[USERNAME] and given[PASSWORD]):
        raise SettingsError((Named("username", noun="the handler settings "), " and ", Named("password"), " are needed (or ",
                             Named("token"), ")"))
    if given[SCHEME] == "http" and (given[CA_PEM] or given[FINGERPRINT]):
        raise SettingsError((Named("ca_pem", noun="the handler settings "), " and ", Named("fingerprint"), " check a certificate: set ",
                             Named("scheme", "https"), " with them"))
    return given


def agent(pdu_data: object, given: Settings, transport: Optional[Transport] = None) -> Agent:
    """The agent for these settings; nothing is sent yet. Raises SettingsError."""
    address, port = host.host_and_port(given[HOST] or host.address(pdu_data))
    made = Agent(given[SCHEME], address, timeout=given[TIMEOUT], port=given[PORT] or port,
                 trust=trust(given), transport=transport)
    if given[TOKEN]:
        made.set_auth_token(given[TOKEN])
    else:
        made.set_auth_basic(given[USERNAME], given[PASSWORD])
    return made


def trust(given: Settings) -> Trust:
    """How the settings want the certificate checked."""
    return Trust(given[VERIFY], given[CA_PEM], given[FINGERPRINT])
