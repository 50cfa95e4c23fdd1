"""Files: uploaded as streams, stored once, attached to what they belong to."""
