"""The fields of business a space works in."""
