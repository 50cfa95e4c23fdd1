"""Search over everything somebody may see."""
