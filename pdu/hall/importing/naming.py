"""Names for objects that another system tells apart by their id. Pure.

Two devices of two sites may have one name there; in a drawing they need two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence


def unique(wanted: Mapping[object, Sequence[str]], taken: Iterable[str] = ()) -> dict[object, str]:
    """A name for each object. `wanted`: object -> its name, and what may stand before it, such as
    its site and its location. Names in `taken` belong to others.

    An object that shares its name gets the first of these with which it is alone, as `site/name`,
    else a number behind it.
    """
    used = set(taken)
    times = Counter(names[0] for names in wanted.values())
    found: dict[object, str] = {}
    alike: list[object] = []
    for key, names in wanted.items():
        if times[names[0]] == 1 and names[0] not in used:
            found[key] = names[0]
        else:
            alike.append(key)
    used.update(found.values())
    depth = max((len(names) for names in wanted.values()), default=0)
    for place in range(1, depth):
        longer = {
            key: f"{wanted[key][place]}/{wanted[key][0]}"
            for key in alike
            if place < len(wanted[key]) and wanted[key][place]
        }
        count = Counter(longer.values())
        for key, name in longer.items():
            if count[name] == 1 and name not in used:
                found[key] = name
                used.add(name)
        alike = [key for key in alike if key not in found]
    for key in alike:
        number = 2
        while f"{wanted[key][0]} ({number})" in used:
            number += 1
        found[key] = f"{wanted[key][0]} ({number})"
        used.add(found[key])
    return found
