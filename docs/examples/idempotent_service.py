import json
import sqlite3


def letter(db: sqlite3.Connection, key: str, company: str) -> tuple[int, str]:
    """Remembers, in one transaction with its work, what a key came to: a call that comes twice works once."""
    known = db.execute("SELECT answer FROM done WHERE key = ?", (key,)).fetchone()
    if known:
        return 200, known[0]
    answer = json.dumps({"sent": company})
    try:
        with db:
            # The key first: of two calls at once, the second waits here, and then fails.
            db.execute("INSERT INTO done VALUES (?, ?)", (key, answer))
            db.execute("INSERT INTO letters VALUES (?)", (company,))
    except sqlite3.IntegrityError:
        return 409, json.dumps({"error": "under way"})  # with the header Microprocess-Retry: after=1
    return 200, answer
