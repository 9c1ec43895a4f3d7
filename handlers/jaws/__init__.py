"""Server Technology PRO1, PRO2 and Switched CDUs over JAWS, their JSON API."""
