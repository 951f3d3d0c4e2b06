"""What was measured, and the files that say so."""
