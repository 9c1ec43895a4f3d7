"""The stand-in's page: what a person does in DCImanager, in a browser."""
