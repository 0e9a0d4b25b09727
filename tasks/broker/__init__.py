"""Bells and events over Redis: they only wake somebody up, and losing all of them loses nothing."""
