"""Rows of a version: which of them, in which order, and where a page ends and the next begins."""
