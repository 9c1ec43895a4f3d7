"""Statements: what a customer gets, and the proof with which it is checked without the provider."""
