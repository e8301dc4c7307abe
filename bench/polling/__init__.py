"""What a poll costs, RegPulse's and others': each poller is a module, so that its process loads what it needs and no more."""
