"""Labels: words that tasks are marked with."""
