"""From a recording to our notation: the network, its data, its targets and its own gradients."""
