"""What engines are told of a text besides its words, and which texts cannot be understood without that."""
