"""What members and moderators say to the bot."""
