"""PostgreSQL: its address, Django's backend for it with a quick answer during an outage, and a faster timestamp loader."""
