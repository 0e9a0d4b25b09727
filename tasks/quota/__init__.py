"""Who may have how many pictures, and who may not ask at all."""
