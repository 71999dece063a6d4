"""Pages: one module per kind, each from a source to what a template shows.

Not here: when pages are made (``portal.refresh``), markup (``portal/templates``), where pages lie (``portal.places``).
"""
