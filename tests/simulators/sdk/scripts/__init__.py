"""Scripts that run with one release of the SDK in a separate process (script.py carries out the orders)."""
