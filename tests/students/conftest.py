"""The programs of the zoo are read, never imported."""

collect_ignore_glob = ["programs/*", "once_blind/*", "blind/*"]
