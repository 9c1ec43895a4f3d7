"""Processes that carry out orders of a test, and their end."""
