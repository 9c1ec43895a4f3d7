"""What a word that is not a command was probably meant to be. Pure.

Similarity alone is no guide to a command that switches: `o` is as near to `on` as to `off`. Words
for switching are therefore in a table, and a word that only resembles a command that switches gets
a sentence with both directions.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from handlers.shared.similar_names import similar_names

_BOTH = "on switches outlets on, off switches outlets off"
#: words that people type for a command of `pdu` -> what to use
_TABLE: Mapping[str, str] = {
    word: advice
    for words, advice in (
        ("on poweron turnon switchon outleton loadon up enable start", "on switches outlets on"),
        (
            "off poweroff turnoff switchoff outletoff loadoff down disable stop shutdown kill",
            "off switches outlets off",
        ),
        (
            "cycle powercycle recycle bounce reboot restart reset",
            "cycle switches an outlet off, and on again",
        ),
        ("switch toggle turn set socket port relay open close", _BOTH),
        (
            "power",
            "on and off switch outlets, cycle switches one off and on again, outlets shows the"
            " figures of each, statistic those of the PDU",
        ),
        (
            "list ls show get state states outlet sockets ports names labels",
            "status lists the outlets with their states, numbers and names",
        ),
        (
            "energy meter",
            "energy and meter ended with 2.0.0: statistic shows the counters, exporter serves them"
            " to Prometheus",
        ),
        (
            "load kwh amps current watts consumption metering stats statistics figures",
            "statistic shows load and energy, outlets the figures of each outlet",
        ),
        (
            "add insert",
            "identify adds a PDU to the list, as in pdu identify 192.0.2.8 --add r1-left",
        ),
        ("scan discover search probe sweep", "find searches a network for PDUs"),
        (
            "watch monitor poll fleet all",
            "check reads all PDUs of a list, exporter serves their figures to Prometheus",
        ),
        (
            "prometheus metrics export grafana scrape",
            "exporter serves the figures of many PDUs to Prometheus",
        ),
        (
            "who what which detect doctor diagnose model models info about",
            "identify says what a device is and what can be read and switched",
        ),
        (
            "upload install deploy",
            "register uploads handlers to DCImanager",
        ),
        (
            "upgrade update",
            "in a clone of this project, git pull and then pipx install --force"
            " '.[exporter,privacy]' upgrade the command",
        ),
        (
            "simulate simulator sim fake",
            "replay serves a recording as a device, make serve in a clone a local DCImanager",
        ),
        (
            "error errors troubleshoot troubleshooting faq",
            "pdu help errors says where each error is explained",
        ),
        (
            "config configure configuration settings login password community user",
            "settings are options, -s KEY=VALUE, or variables PDU_KEY: see pdu help settings",
        ),
    )
    for word in words.split()
}
_SWITCHING = ("on", "off")


def same_word(word: str, commands: Collection[str]) -> str:
    """Advice for a command in another spelling, such as `STATUS`, "" if it is none."""
    plain = _letters_alone(word)
    return f"did you mean {plain}?" if plain in commands else ""


def known_mistake(word: str, commands: Collection[str]) -> str:
    """Advice for a word in place of one of the commands of `pdu`, "" if there is none."""
    return same_word(word, commands) or _TABLE.get(_letters_alone(word), "")


def similar_word(word: str, commands: Collection[str]) -> str:
    """Advice by similarity, "" if no command is similar."""
    similar_commands = similar_names(word.lower(), commands)
    if not similar_commands:
        return ""
    nearest = similar_commands[0]
    return _BOTH if nearest in _SWITCHING else f"did you mean {nearest}?"


def _letters_alone(word: str) -> str:
    """The word in small letters, without hyphens and underscores."""
    return word.lower().replace("-", "").replace("_", "")


def only_similar_name(word: str, names: Iterable[str]) -> str:
    """The name that is similar, "" if none is or if several are: for what a command is sent to, a
    guess among neighbours misleads.
    """
    nearest_names = similar_names(word, names, 2)
    if not nearest_names:
        return ""
    is_same = nearest_names[0].casefold() == word.casefold()
    return nearest_names[0] if is_same or len(nearest_names) == 1 else ""
