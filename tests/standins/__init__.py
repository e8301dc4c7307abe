"""The network's far side, on 127.0.0.1: a feed server, a Slack and a Discord."""
