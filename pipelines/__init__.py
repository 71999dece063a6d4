"""Gongkai: delivered files become a validated, disclosure-cleared, versioned open-data catalog."""
