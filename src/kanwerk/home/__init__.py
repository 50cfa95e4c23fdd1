"""Home: what concerns a person today, and what happened in the space."""
