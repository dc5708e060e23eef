"""Push notifications of messages: their recipients and their text.

``devices`` decides how and when they are sent.
"""
