"""Where answers are kept: SQLite by default, PostgreSQL by its address; events are only ever added."""
