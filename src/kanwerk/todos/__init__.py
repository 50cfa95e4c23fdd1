"""Todos: the checklist of a task."""
