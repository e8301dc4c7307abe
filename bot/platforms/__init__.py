"""Where RegPulse speaks: one folder a platform, each blind to the store and to the others."""
