"""Kanwerk: an open work platform for agencies, clients, projects, time and invoices."""

__version__ = "0.1.0"
