"""The conversation, without a word of any platform: what is asked, told, shown and allowed."""
