"""Tasks: what is to be done."""
