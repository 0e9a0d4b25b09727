"""Consent, and being forgotten."""
