"""Tell whether an engine's answer is a translation, and of what kind its fault is."""
