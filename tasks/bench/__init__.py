"""Measurements of the desk: `giydir bench desk`."""
