"""Comments: what people say about things."""
