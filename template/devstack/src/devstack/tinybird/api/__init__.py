"""One module per family of URLs: decode, one call, encode."""
