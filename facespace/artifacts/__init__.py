"""What is installed in ``artifacts/``, read and verified."""
