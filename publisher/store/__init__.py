"""The ledger: SQLAlchemy Core over SQLite or PostgreSQL. One module per noun; `Store` opens it."""
