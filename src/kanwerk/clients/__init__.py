"""The clients of a space."""
