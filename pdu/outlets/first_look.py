"""What a web service tells before anybody logs in: whether its certificate is trusted, and of which
make the device is. Then the login goes to the handler of this make first, and only over a
certificate that is trusted.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Optional

from handlers import registry
from handlers.http.connection import StandardTransport
from handlers.http.message import Endpoint, Request
from handlers.shared.errors import NamedSetting, PduHandlerError
from handlers.shared.settings import Settings
from handlers.shared.tls import CA_PEM, FINGERPRINT, VERIFY, Trust

from ..pdu_list import form

_PAGES = ("/redfish/v1/", "/")
_SECONDS = 3.0
_LIMIT = 1 << 18  # of a page, in bytes
TRUST_KEYS = ("verify", "ca_pem", "fingerprint")


class FirstLook(NamedTuple):
    """What is known of a service, a TCP port of a device, before a login. Of a Raritan unit whose
    certificate is trusted it is `FirstLook(likely_handlers=["raritan"], has_answered=True)`.
    """

    #: why its port cannot be reached, None if it can be
    port_error: Optional[PduHandlerError] = None
    #: why the certificate is not trusted, None if it is or if there is none
    trust_error: Optional[PduHandlerError] = None
    #: handlers whose make the device names, the likeliest first
    likely_handlers: Sequence[str] = ()
    #: whether it answered a request
    has_answered: bool = False


def first_look(endpoint: Endpoint, settings: Mapping[str, str]) -> FirstLook:
    """Ask a web service for two pages without a login. Returns whether it answers, and the handlers
    whose make the pages name; in place of these the error of a certificate that is not trusted.
    `settings`: those among TRUST_KEYS that were given, which say how a certificate is checked.
    Raises SettingsError for a bad one.

        > GET /redfish/v1/ HTTP/1.1
        < 200, {"Vendor": "Raritan"}
        > GET / HTTP/1.1
        < 404
        FirstLook(likely_handlers=["raritan"], has_answered=True)
    """
    trust = _trust(settings, over_tls=endpoint.scheme == "https")
    text = ""
    has_answered = False
    with contextlib.closing(StandardTransport(trust, 4 * _SECONDS)) as transport:
        for target in _PAGES:
            request = Request(
                method="GET",
                target=target,
                headers={},
                body=None,
                timeout=_SECONDS,
                total=_SECONDS,
                limit=_LIMIT,
            )
            try:
                response = transport.exchange(endpoint, request)
            except PduHandlerError as error:
                advises_trust_setting = any(key in TRUST_KEYS for key in error.keys)
                if advises_trust_setting:
                    return FirstLook(trust_error=error, has_answered=True)
                continue
            has_answered = True
            headers = " ".join(response.headers.values())
            page = response.body.decode("utf-8", "replace")
            text += f" {headers} {page}".lower()
    return FirstLook(likely_handlers=_handlers_named_in(text), has_answered=has_answered)


def _handlers_named_in(text: str) -> Sequence[str]:
    """The handlers with one of their `web_words` in the text, the likeliest first.

    >>> _handlers_named_in("server: lighttpd raritan px3")
    ['raritan']
    >>> _handlers_named_in("server: nginx")
    []
    """
    handlers: list[str] = []
    for handler in sorted(registry.names(), key=_likelihood):
        if any(word in text for word in registry.about(handler).web_words):
            handlers.append(handler)
    return handlers


def _likelihood(handler: str) -> tuple[bool, bool]:
    """The sort key of a handler: Redfish last, because units of other makes name it too; Raritan
    before the codecs, because a Xerus unit may name the makes that it is sold under.

    >>> sorted(["redfish", "netio", "raritan"], key=_likelihood)
    ['raritan', 'netio', 'redfish']
    """
    return handler == "redfish", registry.about(handler).is_codec


def _trust(settings: Mapping[str, str], *, over_tls: bool) -> Trust:
    """How a certificate is checked, by those of these settings that say it. Without TLS there is no
    certificate, and they do not count. Raises SettingsError for a wrong one, such as a `ca_pem`
    that is no file.

    >>> _trust({"verify": "no"}, over_tls=True).verify
    False
    >>> _trust({"verify": "no"}, over_tls=False).verify
    True
    """
    texts = {key: settings[key] for key in TRUST_KEYS if key in settings}
    if "ca_pem" in texts:
        texts["ca_pem"] = form.ca_pem_text(texts["ca_pem"])
    tls_settings = Settings(texts if over_tls else {}, (VERIFY, CA_PEM, FINGERPRINT))
    return Trust.from_settings(tls_settings, over_tls=over_tls, tls_setting=NamedSetting("scheme"))
