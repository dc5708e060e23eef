"""What programs post to incoming webhooks.

Their own JSON, read into the text of a message.

One module for each sender: ``slack`` for what is made for Slack, and a ``Format`` for each tool, listed in ``registry``.
"""
