"""Sessions and tokens. Source: SessionManager.idl."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ...http.login import Login
from ...shared.errors import PduHandlerError, Refused, SettingsError
from ._idl.session import *
from ._runtime.classes import public_names
from ._runtime.errors import JsonRpcSyntaxException
from ._runtime.structures import present

if TYPE_CHECKING:
    from ._runtime.agent import Agent


@contextlib.contextmanager
def logged_in(agent: Agent) -> Iterator[Session]:
    """Open a session and close it after the block, also after an error. In the block, requests
    carry the token, not the password; afterwards the agent has its login from before.

    > POST /session newSession {}
    < {"_ret_": 0, "session": {"sessionId": 7, "username": "admin", ...}, "token": "..."}
    the block: > POST /model/pdu/0 ..., with X-SessionToken
    > POST /session closeCurrentSession {"reason": 0}, with X-SessionToken

    Opening and closing cost 2 round trips. Raises Refused if the device opens no session, for
    example because the user may have only one, and JsonRpcSyntaxException if it returns no usable
    token. An error on closing is raised unless the block raised one.
    """
    manager = SessionManager("/session", agent)
    session, token = _open_session(manager, agent)
    logout = SessionManager.CloseReason.CLOSE_REASON_LOGOUT
    login_before = agent.login
    agent.set_auth_token(token)
    try:
        yield session
    except BaseException:
        # the first error is the one to report
        with contextlib.suppress(PduHandlerError):
            manager.closeCurrentSession(logout)
        raise
    else:
        manager.closeCurrentSession(logout)
    finally:
        agent.login = login_before


def _open_session(manager: SessionManager, agent: Agent) -> tuple[Session, str]:
    """A new session and its token (session.SessionManager 2.0.0). A session with an unusable token
    is closed again.

    {"_ret_": 0, "session": {"sessionId": 7, ...}, "token": "5a7d..."}    (Session, "5a7d...")
    {"_ret_": 1, ...}                                                     Refused
    {"_ret_": 0, "session": {"sessionId": 7, ...}, "token": ""}           closeSession(7); raises
                                                                          JsonRpcSyntaxException
    """
    code, session, token = manager.newSession()
    if code != 0:
        reason = (
            "the user may have only one session, and it is open: close it, or send the calls"
            " without a session"
            if code == SessionManager.ERR_ACTIVE_SESSION_EXCLUSIVE_FOR_USER
            else "the device opened no session"
        )
        raise Refused(f"{reason} (result code {code})", str(code), agent.netloc, "newSession")
    try:
        Login(token=token).headers()
    except SettingsError:
        # an error of this request would hide the one raised below
        with contextlib.suppress(PduHandlerError):
            # a missing id reads as 0, which may be another session
            if present(session, "sessionId"):
                manager.closeSession(
                    session.sessionId, SessionManager.CloseReason.CLOSE_REASON_LOGOUT
                )
        raise JsonRpcSyntaxException("the device opened a session without a usable token").at(
            agent.netloc, "newSession"
        ) from None
    return session, token


__all__ = public_names(globals())
