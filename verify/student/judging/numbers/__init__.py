"""Programs of single numbers, told as programs of matrices."""
