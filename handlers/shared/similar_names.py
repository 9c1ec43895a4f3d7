"""Names that a mistyped word was probably meant to be. Pure."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

# Shelly and Dell have 0.6, --force and --port 0.62: such a guess misleads. One wrong letter leaves
# 0.75 in a name of four, two wrong ones leave 0.67 in a name of six.
_LEAST = 0.65


def similar_names(word: str, names: Iterable[str], most: int = 1) -> list[str]:
    """At most `most` of the names that are similar to the mistyped `word`, the most similar first;
    [] if none is. Upper and lower case are alike, and the dashes before an option do not count.

    >>> similar_names("Raritn", ["raritan", "redfish"])
    ['raritan']
    >>> similar_names("shelly", ["dell"])
    []
    """
    name_by_folded: dict[str, str] = {}
    for name in names:
        name_by_folded.setdefault(name.casefold().lstrip("-"), name)
    close_names = difflib.get_close_matches(
        word.casefold().lstrip("-"), list(name_by_folded), most, _LEAST
    )
    return [name_by_folded[folded_name] for folded_name in close_names]
