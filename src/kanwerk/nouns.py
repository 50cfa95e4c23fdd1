"""Every noun of the product: importing this makes all tables, shapes and events known."""

from kanwerk.projects import shapes

__all__ = ["shapes"]
