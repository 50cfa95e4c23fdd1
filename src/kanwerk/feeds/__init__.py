"""Calendar feeds: what is due, in the calendar that somebody uses anyway."""
