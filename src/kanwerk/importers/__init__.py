"""Importers: work brought along from other systems, once or again and again."""
