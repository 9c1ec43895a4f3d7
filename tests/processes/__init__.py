"""What runs outside of a test's own process: orders of a test (`worker.py`), handlers as a platform
runs them (`handler_worker.py`), Raritan's SDK; and the end of such a process.
"""
