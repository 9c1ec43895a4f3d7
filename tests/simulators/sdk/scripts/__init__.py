"""Scripts that run with one release of the SDK in a separate process, which is started with script.py."""
