"""DCImanager's four calls on Synaccess SynLink PDUs."""

from __future__ import annotations

import json
import re
from typing import Any

from ..http.dialogue import (
    SETTINGS as HTTP_SETTINGS,
    HttpPdu,
    HttpSession,
    WriteRequest,
    read_login,
)
from ..http.errors import HttpDenied, HttpLoginRefused
from ..http.login import Login
from ..http.message import Response
from ..http.strict_json import loads
from ..shared.errors import NamedSetting, ProtocolError, SettingsError
from ..shared.request_counter import SENT as SENT
from ..shared.settings import Setting, Settings, one_line
from . import decoding

TOKEN: Setting[str] = Setting(
    "token",
    "a personal access token, on one line without tabs",
    one_line,
    "",
    "in place of username and password, and better: no session is left on the unit",
    secret=True,
)
SETTINGS: tuple[Setting[object], ...] = (*HTTP_SETTINGS, TOKEN)
# the cookie among others; the client reads no other place of the key
_COOKIE = re.compile(r"(?:^|[,;]\s*)SPID=([!-+\--:<-~]{1,400})(?:[;,]|$)")
_KEY = re.compile(r"[!-+\--:<-~]{1,400}")
# webMaxUsers and webTimeout: settings of the maker's older Markdown of the API
_SESSIONS = (
    "the unit may have as many sessions as it allows (webMaxUsers), and ends those that nobody uses"
    " for a time (webTimeout). A personal access token, ",
    NamedSetting("token", noun="the handler setting "),
    ", needs no session",
)


class SynlinkPdu(HttpPdu):
    """One PDU. With user and password, each call begins a session. No documented request ends it:
    it ends when the unit's time for idle sessions is over.
    """

    handler_name = "synlink"
    codec = decoding
    settings = SETTINGS

    def log_in(self, settings: Settings, session: HttpSession) -> Login:
        """The login of the requests that follow.

        - With `token`: the token; nothing is sent.
        - With neither token nor user: none; nothing is sent.
        - With user and password: the key of a session that the unit begins; 1 round trip.

        Raises SettingsError for both token and user, the errors of `send`, and ProtocolError for an
        answer without a key.
        """
        login, token = read_login(settings), settings[TOKEN]
        if token and login.user:
            raise SettingsError(
                (
                    "give ",
                    NamedSetting("username", noun="the handler settings "),
                    " and ",
                    NamedSetting("password"),
                    ", or ",
                    NamedSetting("token"),
                    ", not both",
                )
            )
        if token:
            # > Authorization: Bearer TOKEN
            return Login(token=token, sent_as="Authorization: Bearer ", is_personal=True)
        if login.user is None:
            return login
        return login._replace(token=_begin_session(login, session), sent_as="Cookie: SPID=")


def _begin_session(login: Login, session: HttpSession) -> str:
    """The key of a session that the unit begins for this user: 1 round trip."""
    # > POST /login {"username": "...", "password": "..."}
    # < 200, Set-Cookie: SPID=KEY; path=/
    body = json.dumps({"username": login.user, "password": login.password}).encode()
    try:
        response = session.send(WriteRequest("/login", body))
    except HttpLoginRefused as error:
        error.set_reason((*error.parts, "; if they are right, ", *_SESSIONS))
        raise
    except HttpDenied as error:
        # no privilege is needed to log in
        error.set_reason(("the unit began no session: ", *_SESSIONS))
        raise
    key = _session_key(response)
    if not key:
        raise ProtocolError(
            "the answer to the login has no session key: is this a SynLink's web service, and is"
            " its firmware current?",
            host=session.address,
            operation="POST /login",
        )
    return key


def _session_key(response: Response) -> str:
    """The key of the session, "" if there is none: in a cookie, of older firmware in the field
    `sessionToken`.
    """
    cookie = _COOKIE.search(response.headers.get("set-cookie", ""))
    if cookie:
        return cookie[1]
    try:
        user: Any = loads(response.body)
        key = user["sessionToken"]
        return str(key) if _KEY.fullmatch(key) else ""
    except (ValueError, TypeError, LookupError, RecursionError):
        return ""


def make_handler(pdu_data: object) -> SynlinkPdu:
    """The handler of one PDU. No I/O; each call checks the settings."""
    return SynlinkPdu(pdu_data)
