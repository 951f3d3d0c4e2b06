"""What pages show and ask for alike."""
