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
    name_by_key: dict[object, str] = {}
    alike = dict(words_by_key)
    for place in range(max(map(len, words_by_key.values()), default=0)):
        candidates = {
            key: f"{words[place]}/{words[0]}" if place else words[0]
            for key, words in alike.items()
            if place < len(words) and words[place]
        }
        count_by_name = Counter(candidates.values())
        for key, name in candidates.items():
            if count_by_name[name] == 1 and name not in all_names:
                name_by_key[key] = name
                del alike[key]
        all_names.update(name_by_key.values())
    for key in alike:
        number = 2
        while f"{words_by_key[key][0]} ({number})" in all_names:
            number += 1
        name_by_key[key] = f"{words_by_key[key][0]} ({number})"
        all_names.add(name_by_key[key])
    return name_by_key
