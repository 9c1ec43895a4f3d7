"""In front of a device: what it is (identify), its answers in a file (record), a device made of such a file (replay), and
a profile for one that no family fits (draft). Each handler has a folder here; `kinds.py` is how the commands reach it."""
