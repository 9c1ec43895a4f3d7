"""`pdu raritan HOST call RID METHOD [PARAMETERS]`: one call of the unit's JSON-RPC interface."""

from __future__ import annotations

import json
import re
import sys
from typing import Any, NoReturn, Optional

from handlers.raritan.rpc import Interface, reads_only
from handlers.shared.errors import SettingsError

from ..core.cli.exit_codes import DONE, code_of
from ..core.cli.groups import Commands, HostCommand
from ..core.cli.options import Argument
from ..core.cli.output import Result
from .context import HIDDEN, PRIVATE_KEY, SECRET_FIELDS, Context, hide_secrets, send_once

_STDIN = "-"
#: parameters and results with secrets: fields of structures, and those that only calls have
SECRETS = SECRET_FIELDS | {"newPassword", "keyPassword", "passwordHash", "installKey", "token"}
_METHOD = re.compile(r"[A-Za-z][A-Za-z0-9_]*", re.ASCII)
#: so that a parameter cannot exhaust the memory
_LONGEST = 1_000_000


def call(context: Context) -> Result:
    """Make one call and print its results as JSON: 1 round trip.

    Asks first, unless the method is a getter (`reads_only`). Raises SettingsError, and Unreachable
    if the call may or may not have taken effect.
    """
    options = context.options
    rid, method = options.rid, options.method
    if not rid.startswith("/") or any(character.isspace() for character in rid):
        raise SettingsError(f"{rid[:60]!r} is no resource id: give one such as /model/pdu/0")
    if not _METHOD.fullmatch(method):
        raise SettingsError(f"{method[:60]!r} is no name of a method, such as getSettings")
    parameters = _parameters(options.parameters)
    target = context.proxy(Interface, rid).target

    def send() -> object:
        return context.agent.json_rpc(target, method, parameters)

    if reads_only(method):
        return _answer_result(send())
    context.confirm(f"call {method} of {target}")
    answer = send_once(f"{method} may or may not have taken effect", f"call {rid} get...", send)
    code = answer.get("_ret_") if isinstance(answer, dict) else None
    if isinstance(code, int) and not isinstance(code, bool) and code != 0:
        note = (
            f"refused: {context.host}: {method} returned {code}, and most methods return 0 if they"
            " were carried out: see the vendor's page of this method"
        )
        return _answer_result(answer, code_of("refused"), note)
    return _answer_result(answer)


def _answer_result(answer: object, exit_code: int = DONE, note: str = "") -> Result:
    data = hide_secrets(answer, SECRETS)
    text = json.dumps(data, indent=2, ensure_ascii=False)
    return Result(data, (), exit_code, raw=text.encode("utf-8", "replace") + b"\n", note=note)


def _parameters(word: Optional[str]) -> dict[str, Any]:
    """The parameters of a call by name. Raises SettingsError for a text that is no JSON object, and
    for a secret on the command line.
    """
    if word is None:
        return {}
    text = sys.stdin.read(_LONGEST) if word == _STDIN else word
    try:
        parameters = json.loads(text, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"the parameters are no JSON ({error}): give an object such as"
            """ '{"linkId": 2}', or - to read it from the standard input"""
        ) from None
    if not isinstance(parameters, dict):
        raise SettingsError("the parameters are no JSON object, such as '{\"linkId\": 2}'")
    _check_secrets(parameters, word == _STDIN)
    return parameters


def _no_number(word: str) -> NoReturn:
    raise ValueError(f"{word} is no number of JSON")


def _check_secrets(value: object, is_private: bool, name: str = "") -> None:
    """Raise SettingsError for a secret that other users may see, and for one that an earlier output
    left out. `is_private`: it was read from the standard input.
    """
    if isinstance(value, dict):
        for key, item in value.items():
            _check_secrets(item, is_private, key)
    elif isinstance(value, list):
        for item in value:
            _check_secrets(item, is_private, name)
    elif value == HIDDEN:
        raise SettingsError(f"{name} is {HIDDEN!r}, as 'call' shows a secret: give the secret")
    elif not is_private and (
        (value and name in SECRETS) or (isinstance(value, str) and PRIVATE_KEY in value)
    ):
        raise SettingsError(
            f"{name} is a secret, and other users can see arguments: give - in place of the JSON,"
            " and the JSON on the standard input, with --yes"
        )


COMMANDS: Commands = {
    "call": HostCommand(
        call,
        [
            Argument("RID", "a resource id, such as /model/pdu/0; 'sensors' shows more"),
            Argument("METHOD", "a method of that resource, such as getSettings"),
            Argument("PARAMETERS?", "a JSON object with its parameters; - reads it from the input"),
        ],
        examples=(
            "call /model/pdu/0 getSettings",
            """call /cascade releaseLinkUnit '{"linkId": 2}' --yes""",
        ),
    )
}
