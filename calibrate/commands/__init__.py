"""What the commands share: their flags, what they print, and groups of commands."""
