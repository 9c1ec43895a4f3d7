"""SET VAR (RFC 9271, 4.2.11) and INSTCMD (4.2.6), and the tracking of their outcome."""
from __future__ import annotations

from ...errors import SettingsError
from ..answers import Reply, Request
from ..failures import unexpected
from ..words import is_name, name, word
from .replies import ok


def set_var(ups: str, variable: str, value: str) -> Request[str]:
    """Set a variable. The answer is the tracking id, '' without tracking. The server does not wait for the driver."""
    # > SET VAR rack1 outlet.3.switch "0"
    # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    label = f"SET VAR {name(ups, 'device')} {name(variable, 'variable')}"
    return Request(f"{label} {_quoted(value, 'value')}", label, _tracked)


def instcmd(ups: str, command: str, parameter: str = "") -> Request[str]:
    """Run an instant command. The answer is as for `set_var`."""
    # > INSTCMD rack1 outlet.3.load.off
    # < OK TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    label = f"INSTCMD {name(ups, 'device')} {name(command, 'command')}"
    return Request(f"{label} {_quoted(parameter, 'parameter')}" if parameter else label, label, _tracked)


def set_tracking(on: bool) -> Request[str]:
    """Turn tracking of this connection's writes on or off. Needs USERNAME and PASSWORD first, but upsd does not check them."""
    # > SET TRACKING ON
    # < OK
    line = f"SET TRACKING {'ON' if on else 'OFF'}"
    return Request(line, line, ok)


def get_tracking(identifier: str = "") -> Request[str]:
    """The outcome of a write: PENDING, SUCCESS, or an ERR. Without an identifier: whether tracking is ON or OFF."""
    # > GET TRACKING 1bd31808-cb49-4aec-9d75-d056e6f018d2
    # < SUCCESS
    allowed = ("PENDING", "SUCCESS") if identifier else ("ON", "OFF")

    def read(reply: Reply) -> str:
        if reply.line not in allowed:
            raise unexpected(reply.line)
        return reply.line
    line = f"GET TRACKING {name(identifier, 'tracked request')}" if identifier else "GET TRACKING"
    return Request(line, "GET TRACKING", read)


def _tracked(reply: Reply) -> str:
    """The tracking id after `OK TRACKING`, '' for a plain OK."""
    words = ok(reply).split(" ")
    if len(words) == 2 and words[0] == "TRACKING" and is_name(words[1]):
        return words[1]
    if words != [""]:
        raise unexpected(reply.line)
    return ""


def _quoted(text: str, what: str) -> str:
    """`text` as a quoted word. Raises SettingsError like `word`, and for non-ASCII characters, which upsd would drop."""
    if not text.isascii():
        raise SettingsError(f"the {what} has characters outside ASCII, which a NUT server would drop")
    plain = word(text, what)
    return plain if plain.startswith('"') else f'"{plain}"'
