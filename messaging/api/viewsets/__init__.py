"""The endpoints of messaging, one module for each resource."""
