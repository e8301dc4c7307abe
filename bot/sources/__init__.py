"""Where stories are heard: other people's servers, read politely and within bounds."""
