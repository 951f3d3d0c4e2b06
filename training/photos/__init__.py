"""Labelled photos -> crops to fit on, to choose on and to test on."""
