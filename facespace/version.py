"""The version of this program, for all that names it; nothing is loaded for it."""

VERSION = "0.2.0"
