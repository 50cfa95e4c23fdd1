"""Live pages: what changed is told to the browsers that show it."""
