"""Front ends: Discord, and whatever comes beside it, on one core that knows no platform."""
