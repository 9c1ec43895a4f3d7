"""What a word that is not a command was probably meant to be. Pure.

Similarity alone is no guide to a command that switches: `o` is as near to `on` as to `off`. Words
for switching are therefore in a table, and a word that only resembles a command that switches gets
a sentence with both directions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from handlers.shared.similar_names import similar_names


class Suggestion(NamedTuple):
    """Advice for a group that has the command `needs`."""

    needs: str
    advice: str


_BOTH = (Suggestion("on", "on switches outlets on, off switches outlets off"),)
_ON = (Suggestion("on", "on switches outlets on"),)
_OFF = (Suggestion("off", "off switches outlets off"),)
_CYCLE = (Suggestion("cycle", "cycle switches an outlet off, and on again"),)
_POWER = (
    Suggestion(
        "on",
        "on and off switch outlets, cycle switches one off and on again, outlets shows the figures"
        " of each, statistic those of the PDU",
    ),
)
_LISTED = (
    Suggestion("status", "status lists the outlets with their states"),
    Suggestion("outlets", "outlets lists the outlets with their states"),
)
_FIGURES = (
    Suggestion("statistic", "statistic shows load and energy, outlets the figures of each outlet"),
)
_FOUND = (Suggestion("find", "find searches a network for PDUs"),)
_WHO = (Suggestion("identify", "identify says what a device is and what can be read and switched"),)
_EXPORTED = (
    Suggestion("exporter", "exporter serves the figures of many PDUs to Prometheus"),
    Suggestion("check", "check reads all PDUs of a list; exporter serves them to Prometheus"),
)
_WATCHED = (
    Suggestion(
        "check", "check reads all PDUs of a list, exporter serves their figures to Prometheus"
    ),
)
_UPLOADED = (
    Suggestion(
        "new",
        "handlers are uploaded in a clone of this project: make packages, then sh dist/register.sh",
    ),
)
_UPGRADED = (
    Suggestion(
        "new",
        "in a clone of this project, git pull and then pipx install --force '.[exporter,privacy]'"
        " upgrade the command",
    ),
)
_SIMULATED = (
    Suggestion(
        "replay", "replay serves a recording as a device, make serve in a clone a local DCImanager"
    ),
)
_SET = (
    Suggestion(
        "help", "settings are options, -s KEY=VALUE, or variables PDU_KEY: see pdu help settings"
    ),
)

_EXPLAINED = (Suggestion("help", "pdu help errors says where each error is explained"),)

_ROWS: Sequence[tuple[str, Sequence[Suggestion]]] = (
    ("on poweron turnon switchon outleton loadon up enable start", _ON),
    ("off poweroff turnoff switchoff outletoff loadoff down disable stop shutdown kill", _OFF),
    ("cycle powercycle recycle bounce reboot restart reset", _CYCLE),
    ("switch toggle turn set socket port relay open close", _BOTH),
    ("power", _POWER),
    ("list ls show get state states outlet sockets ports names", _LISTED),
    (
        "load energy kwh amps current watts consumption meter metering stats statistics figures",
        _FIGURES,
    ),
    ("scan discover search probe sweep", _FOUND),
    ("watch monitor poll fleet all", _WATCHED),
    ("prometheus metrics export grafana scrape", _EXPORTED),
    ("who what which detect doctor diagnose model models info about", _WHO),
    ("register upload install deploy", _UPLOADED),
    ("upgrade update", _UPGRADED),
    ("simulate simulator sim fake", _SIMULATED),
    ("error errors troubleshoot troubleshooting faq", _EXPLAINED),
    ("config configure configuration settings login password community user", _SET),
)
_TABLE: Mapping[str, Sequence[Suggestion]] = {
    word: suggestions for words, suggestions in _ROWS for word in words.split()
}
_SWITCHING = ("on", "off", "up", "down")


def for_known_mistake(word: str, commands: Collection[str]) -> str:
    """The table's advice for `word` in a group with these commands, "" if the table lacks it."""
    plain = word.lower().replace("-", "").replace("_", "")
    if plain in commands:
        return f"did you mean {plain}?"
    return _fitting(_TABLE.get(plain, ()), commands)


def similar_word(word: str, commands: Collection[str]) -> str:
    """Advice by similarity, "" if no command is similar."""
    near = similar_names(word.lower(), commands)
    if not near:
        return ""
    if near[0] in _SWITCHING:
        return _fitting(_BOTH, commands)
    return f"did you mean {near[0]}?"


def _fitting(suggestions: Sequence[Suggestion], commands: Collection[str]) -> str:
    return next(
        (suggestion.advice for suggestion in suggestions if suggestion.needs in commands), ""
    )


def only_similar_name(word: str, names: Iterable[str]) -> str:
    """The name that is similar, "" if none is or if several are: for what a command is sent to, a
    guess among neighbours misleads.
    """
    near = similar_names(word, names, 2)
    is_same = bool(near) and near[0].casefold() == word.casefold()
    return near[0] if is_same or len(near) == 1 else ""
