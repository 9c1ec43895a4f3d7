"""Users and their rights, as in upsd.users."""

from __future__ import annotations

from dataclasses import dataclass, field

ALL = frozenset(("ALL",))


@dataclass(frozen=True)
class User:
    name: str
    password: str = field(repr=False)
    set: bool = False  # actions = SET
    fsd: bool = False  # actions = FSD
    commands: frozenset[str] = frozenset()  # instcmds; "ALL" allows every command
    upsmon: str = ""  # "primary", "secondary", or "" for neither

    def may_run(self, command: str) -> bool:
        return bool(self.commands & {"ALL", command})


ADMIN = User("admin", "nut-own-words", set=True, fsd=True, commands=ALL)
