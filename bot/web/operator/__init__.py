"""The operator's page: how the service stands, and what moderators may do, behind a password of its own."""
