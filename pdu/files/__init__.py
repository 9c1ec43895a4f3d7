"""Files that the command reads and writes: whole files, secrets, CSV, TOML, pages.

Knows no option and no PDU.
"""
