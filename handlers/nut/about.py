"""The facts that tools need before they load this handler."""

from __future__ import annotations

from ..about import About

ABOUT = About(
    "PDUs and UPSes behind a NUT server",
    "custom",
    no_outlets_hint=(
        "whole_load",
        "yes",
        "lists the port `load` for a UPS that can switch its whole load",
    ),
)
