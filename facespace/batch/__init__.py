"""Many photos -> their readings, and the files made of them."""
