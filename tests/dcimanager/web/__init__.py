"""The stand-in's page, on which a person does in a browser what DCImanager's own pages offer."""
