"""Run with one release of the SDK in a process of its own (script.py takes the orders)."""
