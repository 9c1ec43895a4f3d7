"""Handlers in processes of their own, as a platform runs them: for the stand-in and conformance."""
