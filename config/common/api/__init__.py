"""The API's shared manners: pages, filters, permissions, refusals and versions are the same at every address."""
