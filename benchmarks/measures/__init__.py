"""What the largest benchmarks measure, apart from their options and tables."""
