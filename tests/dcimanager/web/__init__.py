"""The stand-in's page for a browser. It does some of what DCImanager's own pages do."""
