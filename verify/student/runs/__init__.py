"""A stranger's program run and recorded: the warm child, what it told, and that made searchable."""
