"""Picture files, archives and tables: bytes in, bytes out."""
