"""Commands for work on site: `identify` shows what a device is, `record` writes its answers to a file, `replay` serves such a
file as a device, and `draft` starts a profile for a device that no family fits. Each handler has a folder here, which the first
three commands reach through `kinds.py`."""
