"""Compares the embeddings that could read for meaning."""
