"""What the pages share: the settings, the pictures a user brings, and how results are shown."""
