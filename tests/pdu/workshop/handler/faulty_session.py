"""Faults in a handler that logs in for a token at each call, as many PDUs over HTTP want it."""

from __future__ import annotations

from .checks import VOLT
from .faults import Fault, with_changes

_BASIC = """        login = f"{settings['username']}:{settings['password']}".encode()
"""
_HEADER = 'request.add_header("Authorization", f"Basic {base64.b64encode(login).decode()}")'
_TOKEN_HEADER = """if path != "/login":
            request.add_header("X-Token", self._token(settings))"""
_ANSWER = "    def _answer("
_TOKEN = """    def _token(self, settings: Any) -> str:
        fields = {"user": settings["username"], "password": settings["password"]}
        answer = self._answer("/login", urllib.parse.urlencode(fields).encode())
        return str(json.loads(answer)["token"])

"""
_OF_CLASS = """        if not hasattr(VoltPdu, "token"):
            VoltPdu.token = self._new_token(settings)
        return str(VoltPdu.token)

    def _new_token(self, settings: Any) -> str:
"""

SOURCE = with_changes(
    VOLT,
    {
        _BASIC: "",
        _HEADER: _TOKEN_HEADER,
        _ANSWER: _TOKEN + _ANSWER,
        "import base64\n": "",
        "import urllib.request\n": "import urllib.parse\nimport urllib.request\n",
    },
)
_LIST = 'json.loads(self._answer("/status"))["outlets"]\n'
_NAMED = """        outlets = [outlet for outlet in outlets if outlet["name"]]
"""
_LOGGED = """        logger.info(answer)
"""
_RETURN = """        return str(json.loads(answer)["token"])
"""
_BEGIN = "    def _token(self, settings: Any) -> str:\n"

FAULTS = {
    "a token of the class, of whichever PDU was read first": Fault(
        case_name="",
        words="status sent a login or a token of another PDU",
        rule="pdus",
        changes={_BEGIN: _BEGIN + _OF_CLASS},
    ),
    "an outlet without a name is left out": Fault(
        case_name="an empty name",
        words="status returned 2 outlets, without 3",
        rule="lost state",
        changes={_LIST: _LIST + _NAMED},
    ),
    "the answer to a login is logged": Fault(
        case_name="",
        words="it logs a secret (my_handler.py line ",
        rule="secret",
        changes={_RETURN: _LOGGED + _RETURN},
    ),
}
