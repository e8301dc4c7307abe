"""RegPulse: AI-regulation alerts for Slack, Discord and the terminal."""
