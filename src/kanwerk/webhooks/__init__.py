"""What reads the event log."""
