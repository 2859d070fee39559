"""Products and deals as kinds of records that can be imported, and the bulk writing of deals with their histories."""
