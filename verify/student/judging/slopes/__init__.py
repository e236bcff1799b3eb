"""Programs whose network is not read, judged by the slopes of their own loss along what they train."""
