"""The Discord front end: discord.py's client on the platform-neutral core."""
