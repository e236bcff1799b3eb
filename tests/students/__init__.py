"""The zoo: programs as people write them, right and wrong, with what is true of each of them."""
