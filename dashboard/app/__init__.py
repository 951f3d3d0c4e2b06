"""What holds the pages together: navigation, access, settings, work in the background."""
