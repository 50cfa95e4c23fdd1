"""Saved views: what somebody looks at again and again."""
