"""Every noun of the product: importing this makes all tables, shapes and events known."""

from kanwerk.clients import imports
from kanwerk.core import idempotency
from kanwerk.projects import shapes

__all__ = ["idempotency", "imports", "shapes"]
