"""Work on site: what a device is (identify), its answers in a file (record), a device made of such a file (replay), and a
profile for one that no family fits (draft). Each handler has a folder here; the commands reach it by `kinds.py`."""
