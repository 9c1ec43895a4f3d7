"""The administrators' tool: each command is a few calls into the binding. No archive holds it."""
