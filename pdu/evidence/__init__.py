"""Modules of the commands for work on site: `identify` shows what a device is, `record` writes its
answers to a file, `replay` serves such a file as a device, and `draft` starts a profile for a
device that no family fits. A handler that the first three support more than by its calls has a
folder here, which they reach through `pdus/handler_tools.py`."""
