"""Telegram: its updates become the core's requests, and the core's answers its messages."""
