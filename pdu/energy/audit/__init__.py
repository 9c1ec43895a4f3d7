"""The audit of a period: checks, grades, sums, and its output."""
