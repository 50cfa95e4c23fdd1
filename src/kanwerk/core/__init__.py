"""Knows nothing of the product: database, ids, time, lists, events, problems, web."""
