"""The models of the engine ``local``.

Which ones are needed, where they come from, and how they are installed.
"""
