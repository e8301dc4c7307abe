"""Slack, through its own client libraries."""
