"""Notifications: what happens reaches those whom it concerns, in the app and by mail."""
