"""Custom fields: what a space wants to know of its clients, projects and tasks beyond what everybody does."""
