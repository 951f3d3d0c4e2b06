"""When the answer is "?"."""
