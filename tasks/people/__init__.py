"""Accounts, communities and members: found by their platforms' names, made when first seen."""
