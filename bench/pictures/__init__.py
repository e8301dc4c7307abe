"""What a person sees: our messages drawn as Slack and Discord lay them out, and the archive page, to be looked at."""
