"""Push notifications of messages: to whom they go, and what they say. ``devices`` decides how and when they are sent."""
