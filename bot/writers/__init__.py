"""Who writes briefs."""
