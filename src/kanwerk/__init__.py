"""Kanwerk: an open work platform for agencies, clients, projects, time and invoices."""

import gc

__version__ = "0.1.0"

# What is imported stays: looking through it for garbage all the time takes a sixth of the start.
gc.set_threshold(20_000, 20, 50)
