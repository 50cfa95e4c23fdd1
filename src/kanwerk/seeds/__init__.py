"""One believable agency and its partner: for the demo, screenshots, browser tests and benchmarks."""
