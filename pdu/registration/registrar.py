"""Logs in, finds or registers a handler, and uploads its archive.

A handler has an internal name, such as pdu_snmp, and an id in DCImanager, a number as text, "7".
The file of ids (`IdFile`) has the id that this machine knows of each: UNCLEAR, "?", if it is not
known whether a call registered the handler. A `Reply` is DONE (carried out), REFUSED, or UNCLEAR.
"""

from __future__ import annotations

from typing import Callable, NamedTuple, NoReturn

from handlers.shared.errors import (
    Denied,
    PduHandlerError,
    ProtocolError,
    Refused,
    SettingsError,
    Unreachable,
)

from ..cli.known_secrets import note_secret
from .known_ids import UNCLEAR, IdFile
from .replies import (
    NO_SUCH_CALL,
    HandlerList,
    Outcome,
    Reply,
    id_in,
    token_in,
)
from .server import InterruptedBetweenTries, Server
from .uploads import Upload, is_name_in_pack

#: the calls of the vendor's pages "Creating a PDU handler" and "Connecting the PDU dummy handler"
LOGIN = "/api/auth/v4/public/token"
HANDLERS = "/api/eservice/v3/custom_equipment"
CONTENT = "{}/content"
_UPLOAD_SECONDS = 300.0
_NO_RIGHT = "3005"  # DCImanager's code of an expired token, or of too few rights
#: the id that asks for a registration without a look at the list
NEW = "new"


class NotKnown(PduHandlerError):
    """It is not known whether a handler was registered; the owner must look in DCImanager."""

    kind = "not-seen"


class UploadResult(NamedTuple):
    """What was done with one archive."""

    handler: str
    id: str
    is_new: bool
    #: what was uploaded
    content: str
    import_path: str


class Registrar:
    """Registers handlers with one DCImanager: its API (`_server`), the file of ids (`_ids`), and a
    function that prints what was done (`_say`).
    """

    def __init__(self, server: Server, ids: IdFile, say: Callable[[str], None]) -> None:
        self._server, self._ids, self._say = server, ids, say

    # ---- the login -------------------------------------------------------------------------------

    def log_in(self, email: str, password: str, password_source: str) -> None:
        """Logs in; the token of the answer is sent with the calls that follow. `password_source`:
        the end of a sentence about it in errors, "is from DCI_PASSWORD".

        > POST /api/auth/v4/public/token {"email": "admin@example.com", "password": "..."}
        < 201 {"id": "1", "token": "4-7c6f..."}

        Raises Denied for a wrong password, ProtocolError for what is no DCImanager.
        """
        note_secret(password)
        login = {"email": email, "password": password}
        reply = self._server.call("POST", LOGIN, json=login)
        # not what else answers at this address
        is_of_manager = reply.is_of_manager and reply.status not in NO_SUCH_CALL
        if reply.outcome is Outcome.REFUSED and is_of_manager:
            raise Denied(
                f"the login of {email} was refused: {reply.words()}; check DCI_EMAIL and the"
                f" password, which {password_source}",
                self._server.url,
            )
        if reply.outcome is not Outcome.DONE:
            self._fail(reply, "the login failed", is_login=True)
        token = token_in(reply)
        if not token:
            raise ProtocolError(
                "the login was answered without a usable token: is this a DCImanager?",
                self._server.url,
            )
        self._server.use_token(token)
        self._say(f"Logged in to {self._server.url} as {email}.")

    # ---- one handler -----------------------------------------------------------------------------

    def register(self, upload: Upload, handler_id: str = "") -> UploadResult:
        """Uploads an archive to its handler, which is registered first if DCImanager has none of
        its name, and returns what was done. `handler_id`: its id; NEW to register it without a look
        at the list; "" to look there. Another run from this machine waits meanwhile, so that the
        two do not register one handler twice.

        > GET /api/eservice/v3/custom_equipment                  not for NEW
        < 200 {"list": [{"id": 6, "handler": "pdu_nut"}], "size": 1}
        > POST /api/eservice/v3/custom_equipment {"handler": "pdu_snmp", ...}
        < 201 {"id": 7}
        > POST /api/eservice/v3/custom_equipment/7/content       the archive
        < 200
        """
        with self._ids.locked(lambda sentence: self._say(f"  {sentence}")):
            if handler_id not in ("", NEW):
                self._check_id(upload.handler, handler_id)
            number = handler_id or self._find(upload.handler)
            is_new = number in ("", NEW)
            advice = "if it was removed in DCImanager, register it alone, with --id new"
            if is_new:
                number = self._create(upload)
                advice = "it is registered: run again without --id"
            elif handler_id:
                advice = "is this its id in DCImanager?"
            self._upload(upload, number, advice)
        return UploadResult(
            handler=upload.handler,
            id=number,
            is_new=is_new,
            content=upload.content,
            import_path=upload.import_path,
        )

    def _check_id(self, handler: str, number: str) -> None:
        """Raises Refused unless the id `number`, which the owner gave, is that of this handler, so
        that the archive of another one is not replaced. For pdu_snmp and 7:

        the list                    the file of ids     result
        pdu_snmp is 7               any                 no error
        pdu_nut is 7                any                 Refused: the id 7 is that of pdu_nut
        lacks 7, or not readable    pdu_snmp is 7       no error
        lacks 7, or not readable    pdu_nut is 7        Refused: the id 7 is that of pdu_nut
        lacks 7, or not readable    lacks 7             Refused: not known; look in DCImanager
        """
        reason = "DCImanager's list does not show it"
        try:
            handlers = HandlerList(self._server.call("GET", HANDLERS))
            other_handler = handlers.other_handler(number, handler)
            if not other_handler and handlers.has(number):
                return
        except PduHandlerError as error:
            reason = str(error.reason)
            other_handler = ""
        other_handler = other_handler or self._ids.other_handler(number, handler)
        if other_handler:
            raise Refused(
                f"the id {number} is that of the handler {other_handler}, whose archive would be"
                f" replaced by that of {handler}",
                host=self._server.url,
            )
        if self._ids.known(handler) != number:
            raise Refused(
                f"whether the id {number} is that of {handler} is not known ({reason}), and another"
                " handler's archive would be replaced: look in DCImanager; if it is, add the line"
                f" `{self._server.url} {handler} {number}` to {self._ids.path} and run again",
                host=self._server.url,
            )

    def _find(self, handler: str) -> str:
        """The id of a registered handler, "" if it is known that there is none.

        the list          the file of ids     result
        pdu_snmp is 7     7                   "7"
        pdu_snmp is 7     none                "7"; of a handler of others, Refused
        lacks pdu_snmp    7                   "7": the upload says whether it was removed
        lacks pdu_snmp    none, ?             ""
        no such call      7, none             "7", ""
        no such call      ?                   NotKnown
        not readable      any                 Unreachable, Denied, Refused or ProtocolError
        """
        id_in_file = self._ids.known(handler)
        remembered_id = "" if id_in_file == UNCLEAR else id_in_file
        advice = (
            f"look for {handler} in DCImanager's list of handlers; if it is there, run again with"
            " --id ID, else with --id new"
        )
        reply = self._server.call("GET", HANDLERS)
        if reply.status in NO_SUCH_CALL and id_in_file == UNCLEAR:
            raise NotKnown(
                f"an earlier run could not find out whether {handler} was registered, and this"
                f" DCImanager lists no handlers: {advice}",
                self._server.url,
            )
        if reply.status in NO_SUCH_CALL:
            return id_in_file
        is_success = 200 <= reply.status < 300 and reply.error is None
        if not is_success or reply.value is None:
            self._fail(reply, f"the list of handlers cannot be read ({advice})")
        try:
            number = HandlerList(reply).id_of(handler, remembered_id)
        except PduHandlerError as error:
            if type(error) is ProtocolError:  # the list does not say whether there is the handler
                error.set_reason(f"{error.reason}: {advice}")
            error.at(self._server.url)
            raise
        is_ours = is_name_in_pack(handler) or id_in_file in (number, UNCLEAR)
        if number and not is_ours:
            raise Refused(
                f"DCImanager has a handler named {handler} (id {number}), which {self._ids.path}"
                " does not show as this one, and whose archive would be replaced: if it is this"
                f" one, run again for it alone, with --id {number}, else give yours another --name",
                host=self._server.url,
            )
        return number

    def _create(self, upload: Upload) -> str:
        """Registers a handler, and returns its id. The file of ids has ? before the call, and then
        what the answer says:

        answer                        in the file    result
        201 {"id": 7}                 7              "7"
        409 {"error": ...}            -              Refused
        503; no connection            -              Unreachable
        no whole answer, 200 <html>   ? stays        NotKnown: another call could register it twice
        """
        self._ids.remember(upload.handler, UNCLEAR)
        advice = "run again to look it up, or find its id in DCImanager and give it with --id ID"
        unclear = f"it is not known whether {upload.handler} was registered"
        try:
            reply = self._server.call("POST", HANDLERS, json=upload.description())
        except InterruptedBetweenTries:
            self._ids.remember(upload.handler, "")
            raise
        except PduHandlerError as error:
            if not error.may_have_executed:
                self._ids.remember(upload.handler, "")
                raise
            reason = (f"{unclear} (", *error.parts, f"): {advice}")
            raise NotKnown(reason, self._server.url) from None
        number = id_in(reply.value) if reply.outcome is Outcome.DONE else ""
        if number:
            self._remember(upload.handler, number)
            self._say(
                f'{upload.handler}: registered as "{upload.display_name}" with id {number},'
                f" protocol {upload.protocol}."
            )
            return number
        if reply.outcome is Outcome.REFUSED or reply.status == 503:
            self._ids.remember(upload.handler, "")
            self._fail(
                reply,
                f"{upload.handler} was not registered (if DCImanager has it already, give its id"
                " with --id)",
            )
        raise NotKnown(f"{unclear} ({reply.words()}): {advice}", self._server.url)

    def _upload(self, upload: Upload, number: str, advice: str) -> None:
        """Uploads an archive to the handler with the id `number`, and keeps the id in the file of
        ids. `advice`: what to do if that fails, for the error.

        > POST /api/eservice/v3/custom_equipment/7/content
              handler_import=pdu_snmp.handler, data=handler.tar.gz
        """
        file = ("handler.tar.gz", upload.data, "application/gzip")
        failure = f"{upload.handler} (id {number}): the upload failed ({advice})"
        try:
            reply = self._server.call(
                "POST",
                f"{HANDLERS}/{CONTENT.format(number)}",
                _UPLOAD_SECONDS,
                data={"handler_import": upload.import_path},
                files={"data": file},
            )
        except PduHandlerError as error:
            error.set_reason((f"{failure}: ", *error.parts))
            raise
        if reply.outcome is not Outcome.DONE:
            self._fail(reply, failure)
        self._remember(upload.handler, number)

    def _remember(self, handler: str, number: str) -> None:
        """Keeps the id of a handler in the file of ids. A file that cannot be written is a line of
        output and no error, because what was done in DCImanager is done.
        """
        try:
            self._ids.remember(handler, number)
        except SettingsError as error:
            self._say(f"  {handler} has the id {number}, which could not be kept: {error.reason}")

    def _fail(self, reply: Reply, failure: str, *, is_login: bool = False) -> NoReturn:
        """Raises the error of a reply that is no success. `failure`: the beginning of its sentence,
        such as "the login failed". `is_login`: of the login, whose text may hold the token.

        503                                    Unreachable
        any other reply of the login           ProtocolError: this is no login of DCImanager
        401, 403, {"error": {"code": 3005}}    Denied
        another error of DCImanager            Refused
        404 <html>                             ProtocolError
        """
        url, words = self._server.url, reply.words()
        if reply.status == 503:
            raise Unreachable(
                f"{failure}: the server is still not ready (503); try again later", url
            )
        if is_login:
            if b'"token"' in reply.body:
                words = f"HTTP {reply.status} (its text is not shown: it may hold a token)"
            raise ProtocolError(
                f"{failure}: {words}; this is no login of DCImanager: give its address in DCI_URL,"
                " without a path",
                url,
            )
        if reply.status in (401, 403) or reply.error_code == _NO_RIGHT:
            raise Denied(
                f"{failure}: {words}; the login has expired or the account lacks the right: run"
                " again, as an administrator",
                url,
            )
        if reply.is_of_manager:
            raise Refused(f"{failure}: {words}", reply.error_code, url)
        raise ProtocolError(f"{failure}: {words}", url)
