"""Slash commands: each handler acknowledges, calls the core, and shows what it said."""
