"""Every change to conversations and messages, one module for each thing that is done."""
