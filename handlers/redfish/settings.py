"""The handler's settings. Their table in docs/settings.md is generated from SETTINGS."""

from __future__ import annotations

from typing import NamedTuple, Optional

from .. import dcimanager
from ..http.login import Login
from ..http.settings import PASSWORD, SCHEME, USERNAME
from ..shared.address import Address
from ..shared.errors import NamedSetting, SettingsError
from ..shared.settings import (
    HOST,
    TIMEOUT,
    UNKNOWN_FIGURES,
    Setting,
    Settings,
    one_of,
    port as port_number,
    yes_no,
)
from ..shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust

AUTO, BASIC, SESSION = "auto", "basic", "session"
TOKEN_HEADER = "X-Auth-Token"  # noqa: S105 (a header's name; DSP0266, session login)

PORT: Setting[Optional[int]] = Setting(
    "port", "1 to 65535", port_number, None, "port of the service, if not 443 (http: 80)"
)
SESSION_LOGIN: Setting[str] = Setting(
    "session",
    "auto, basic or session",
    one_of(AUTO, BASIC, SESSION),
    AUTO,
    "basic: user and password in each request; session: a session for each call, deleted at its"
    " end; auto: basic, or a session if the PDU does not offer basic",
)
PDU: Setting[str] = Setting(
    "pdu",
    "the Id of a PDU, as the service lists it",
    str,
    "",
    "read only this PDU. Identities do not change by it: they are `<pdu>.<outlet>` if the service "
    "lists several PDUs. Other equipment is read only if it is named with its collection: "
    "`TransferSwitches/1`, or `TransferSwitches/` for all",
)
PDU_IN_IDENTITY: Setting[bool] = Setting(
    "pdu_in_identity",
    "yes or no",
    yes_no,
    False,
    "yes: always `<pdu>.<outlet>`. Set it if the service drops failed PDUs from its list: otherwise"
    " the last PDU's outlets change their names",
)
SWITCH_UNPROVEN: Setting[bool] = Setting(
    "switch_unproven",
    "yes or no",
    yes_no,
    False,
    "yes: also switch outlets whose command is not certain (no list of allowable values, a target"
    " not below the outlet, or HPE's own form); try one idle outlet first",
)
SETTINGS: tuple[Setting[object], ...] = (
    HOST,
    PORT,
    SCHEME,
    USERNAME,
    PASSWORD,
    SESSION_LOGIN,
    PDU,
    PDU_IN_IDENTITY,
    VERIFY,
    CA_PEM,
    FINGERPRINT,
    TIMEOUT,
    SWITCH_UNPROVEN,
    UNKNOWN_FIGURES,
)


class PduChoice(NamedTuple):
    """Which PDUs of a service are read, and what their outlets are called.

    pdu=2                            PduChoice("", "2")
    pdu=TransferSwitches/1           PduChoice("TransferSwitches", "1")
    """

    #: a collection of the power equipment; "" for the rack PDUs
    collection: str = ""
    #: the Id of one PDU; "" for all of the collection
    pdu_id: str = ""
    #: whether an identity begins with the PDU's Id also where the service lists one PDU
    in_identity: bool = False


class RedfishSettings(NamedTuple):
    """The handler's settings, parsed.

    host=192.0.2.7:8443, username=admin, password=..., timeout=5
    scheme "https", host "192.0.2.7:8443", session "auto", timeout 5.0
    """

    #: "https" or "http"
    scheme: str
    #: name or address, with a port if one was typed
    host: Address
    #: None: the port in `host`, else the scheme's usual one
    port: Optional[int]
    login: Login
    #: AUTO, BASIC or SESSION
    session: str
    #: how the certificate is checked
    trust: Trust
    #: seconds for one wait
    timeout: float
    pdu: PduChoice
    #: whether outlets are switched whose command is not certain
    switch_unproven: bool


def read_settings(pdu_data: object) -> RedfishSettings:
    """The handler's settings in `pdu_data`, the platform's form, checked one by one and together.
    Without the setting `host`, the address on the form is used. Raises SettingsError.

    >>> form = {"ip": "192.0.2.7", "params": {"username": "admin", "password": "x", "pdu": "2"}}
    >>> settings = read_settings(form)
    >>> settings.host, settings.session, settings.pdu.pdu_id
    ('192.0.2.7', 'auto', '2')
    """
    texts = Settings(dcimanager.settings(pdu_data), SETTINGS)
    trust = Trust.from_settings(
        texts, over_tls=texts[SCHEME] == "https", tls_setting=NamedSetting("scheme", "https")
    )
    if not (texts[USERNAME] and texts[PASSWORD]):
        raise SettingsError(
            (
                NamedSetting("username", noun="the handler settings "),
                " and ",
                NamedSetting("password"),
                " are needed",
            )
        )
    # a session's token goes into this header
    login = Login(texts[USERNAME], texts[PASSWORD], sent_as=f"{TOKEN_HEADER}: ")
    collection, _, pdu_id = texts[PDU].rpartition("/")
    return RedfishSettings(
        scheme=texts[SCHEME],
        host=texts[HOST] or dcimanager.address(pdu_data),
        port=texts[PORT],
        login=login,
        session=texts[SESSION_LOGIN],
        trust=trust,
        timeout=texts[TIMEOUT],
        pdu=PduChoice(collection, pdu_id, texts[PDU_IN_IDENTITY]),
        switch_unproven=texts[SWITCH_UNPROVEN],
    )
