"""Names for objects that another system tells apart by their id. Pure.

Two devices of two sites may have one name there; in a drawing they need two.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence


def unique(
    words_by_key: Mapping[object, Sequence[str]], names_in_use: Iterable[str] = ()
) -> dict[object, str]:
    """A name for each object. `words_by_key`: object -> its name, and what may stand before it,
    such as its site and its location. Names in `names_in_use` belong to others.

    An object that shares its name gets the first of these with which it is alone, as `site/name`,
    else a number behind it.
    """
    all_names = set(names_in_use)
    times = Counter(names[0] for names in words_by_key.values())
    name_by_key: dict[object, str] = {}
    alike: list[object] = []
    for key, names in words_by_key.items():
        if times[names[0]] == 1 and names[0] not in all_names:
            name_by_key[key] = names[0]
        else:
            alike.append(key)
    all_names.update(name_by_key.values())
    depth = max((len(names) for names in words_by_key.values()), default=0)
    for place in range(1, depth):
        longer = {
            key: f"{words_by_key[key][place]}/{words_by_key[key][0]}"
            for key in alike
            if place < len(words_by_key[key]) and words_by_key[key][place]
        }
        count = Counter(longer.values())
        for key, name in longer.items():
            if count[name] == 1 and name not in all_names:
                name_by_key[key] = name
                all_names.add(name)
        alike = [key for key in alike if key not in name_by_key]
    for key in alike:
        number = 2
        while f"{words_by_key[key][0]} ({number})" in all_names:
            number += 1
        name_by_key[key] = f"{words_by_key[key][0]} ({number})"
        all_names.add(name_by_key[key])
    return name_by_key
