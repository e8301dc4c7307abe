"""What language models cost and said: the month's budget, and answers kept. Each function is one transaction's body."""

import sqlite3
from datetime import datetime

from bot.store import rows


def reserve(
    db: sqlite3.Connection,
    month: str,
    tokens: int,
    micro_usd: int,
    most_tokens: int,
    most_micro_usd: int,
    story: int,
    now: datetime,
) -> int | None:
    spent_tokens, spent_micro_usd = spent(db, month)
    if spent_tokens + tokens > most_tokens or spent_micro_usd + micro_usd > most_micro_usd:
        return None
    made = db.execute(
        "INSERT INTO model_spend (month, at, story, tokens, micro_usd) VALUES (?, ?, ?, ?, ?)",
        (month, rows.moment(now), story, tokens, micro_usd),
    )
    return int(made.lastrowid or 0)


def settle(db: sqlite3.Connection, number: int, tokens: int, micro_usd: int) -> None:
    db.execute("UPDATE model_spend SET tokens = ?, micro_usd = ? WHERE id = ?", (tokens, micro_usd, number))


def spent(db: sqlite3.Connection, month: str) -> tuple[int, int]:
    row = db.execute(
        "SELECT coalesce(sum(tokens), 0), coalesce(sum(micro_usd), 0) FROM model_spend WHERE month = ?", (month,)
    ).fetchone()
    return int(row[0]), int(row[1])


def answer(db: sqlite3.Connection, key: str) -> str:
    row = db.execute("SELECT answer FROM model_answers WHERE key = ?", (key,)).fetchone()
    return str(row["answer"]) if row else ""


def keep_answer(db: sqlite3.Connection, key: str, text: str, now: datetime) -> None:
    db.execute("INSERT OR REPLACE INTO model_answers (key, answer, at) VALUES (?, ?, ?)", (key, text, rows.moment(now)))
