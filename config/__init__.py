"""Settings: one typed object, and a sample file made from it."""
