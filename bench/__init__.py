"""The speed figures, measured side by side with a bare-driver floor."""
