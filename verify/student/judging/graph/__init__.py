"""Programs with a graph of single numbers of their own, judged by that graph."""
