"""Runs against each other, as text, as one page and as a picture."""
