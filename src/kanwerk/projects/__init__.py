"""The projects of a space."""
