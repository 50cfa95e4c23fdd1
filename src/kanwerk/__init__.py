"""Kanwerk: an open work platform for agencies, clients, projects, time and invoices."""

import gc
import sys

__version__ = "0.1.0"

# What is imported stays: looking through it for garbage all the time takes a sixth of the start.
gc.set_threshold(20_000, 20, 50)

# structlog loads rich wherever it finds it, which takes 4 MB and a tenth of the start; Litestar
# brings it, and nothing here draws with it.
if "structlog" not in sys.modules and "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
    import structlog as _structlog  # noqa: F401

    del sys.modules["rich"]
