"""Plain data -> plotly figures: every figure of every page. Nothing here reads a file.

One module for each page; what they share is in ``style``.
"""
