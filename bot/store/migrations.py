"""The schema, as the steps that made it: appended to, never edited."""

from typing import TYPE_CHECKING

from bot.store.respelling import respell
from bot.store.steps import Steps

if TYPE_CHECKING:
    from sqlite_utils import Database

migrations = Steps("regpulse")


@migrations()
def m001_listen_file_brief_and_deliver(db: "Database") -> None:
    for statement in (
        """CREATE TABLE feeds (
            feed TEXT PRIMARY KEY, configured TEXT NOT NULL, url TEXT NOT NULL, etag TEXT NOT NULL,
            last_modified TEXT NOT NULL, body_hash TEXT NOT NULL, baseline_at TEXT, polled_at TEXT, ok_at TEXT,
            next_poll TEXT, failures INTEGER NOT NULL, reason TEXT NOT NULL)""",
        """CREATE TABLE stories (
            id INTEGER PRIMARY KEY AUTOINCREMENT, verdict TEXT NOT NULL, told INTEGER NOT NULL, created TEXT NOT NULL,
            latest TEXT NOT NULL, briefed TEXT)""",
        "CREATE INDEX stories_latest ON stories (latest)",
        "CREATE INDEX stories_unbriefed ON stories (id) WHERE told = 1 AND briefed IS NULL",
        """CREATE TABLE entries (
            id INTEGER PRIMARY KEY AUTOINCREMENT, feed TEXT NOT NULL, key TEXT NOT NULL, title TEXT NOT NULL,
            folded TEXT NOT NULL, link TEXT NOT NULL, text TEXT NOT NULL, page TEXT NOT NULL, outlet TEXT NOT NULL,
            tier TEXT NOT NULL, jurisdiction TEXT NOT NULL, language TEXT NOT NULL, published TEXT, seen TEXT NOT NULL,
            author TEXT NOT NULL, standing TEXT NOT NULL, why TEXT NOT NULL, verdict TEXT NOT NULL,
            relevant INTEGER NOT NULL, story INTEGER REFERENCES stories (id))""",
        "CREATE UNIQUE INDEX entries_key ON entries (feed, key)",
        "CREATE INDEX entries_feed_link ON entries (feed, link)",
        "CREATE INDEX entries_feed_title ON entries (feed, folded)",
        "CREATE INDEX entries_link ON entries (link)",
        "CREATE INDEX entries_story ON entries (story)",
        "CREATE INDEX entries_held ON entries (feed) WHERE standing = 'held'",
        "CREATE INDEX entries_unfiled ON entries (id) WHERE relevant = 1 AND story IS NULL AND standing <> 'held'",
        """CREATE VIRTUAL TABLE story_words USING fts5 (text, tokenize = "unicode61 remove_diacritics 2")""",
        """CREATE TABLE decisions (
            id INTEGER PRIMARY KEY, entry INTEGER, story INTEGER, at TEXT NOT NULL, step TEXT NOT NULL,
            outcome TEXT NOT NULL, why TEXT NOT NULL)""",
        "CREATE INDEX decisions_entry ON decisions (entry) WHERE entry IS NOT NULL",
        "CREATE INDEX decisions_story ON decisions (story) WHERE story IS NOT NULL",
        "CREATE TABLE briefs (story INTEGER PRIMARY KEY REFERENCES stories (id), brief TEXT NOT NULL, written TEXT NOT NULL)",
        """CREATE TABLE subscriptions (
            id INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL,
            query TEXT NOT NULL, created_by TEXT NOT NULL, created TEXT NOT NULL)""",
        "CREATE UNIQUE INDEX subscriptions_query ON subscriptions (platform, space, channel, query)",
        """CREATE TABLE mutes (
            platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, word TEXT NOT NULL, created TEXT NOT NULL,
            PRIMARY KEY (platform, space, channel, word))""",
        """CREATE TABLE deliveries (
            id TEXT PRIMARY KEY, story INTEGER NOT NULL REFERENCES stories (id), platform TEXT NOT NULL,
            space TEXT NOT NULL, channel TEXT NOT NULL, kind TEXT NOT NULL, because TEXT NOT NULL, state TEXT NOT NULL,
            leased INTEGER NOT NULL DEFAULT 0, attempts INTEGER NOT NULL DEFAULT 0, due TEXT NOT NULL,
            created TEXT NOT NULL, attempted TEXT, settled TEXT, message TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '')""",
        "CREATE UNIQUE INDEX deliveries_once ON deliveries (story, platform, space, channel, kind)",
        """CREATE INDEX deliveries_open ON deliveries (platform, due)
            WHERE state IN ('pending', 'sending', 'doubt')""",
        "CREATE INDEX deliveries_channel ON deliveries (platform, space, channel, attempted)",
        "CREATE INDEX deliveries_trouble ON deliveries (settled) WHERE state IN ('refused', 'doubt', 'held')",
        "CREATE TABLE platforms (platform TEXT PRIMARY KEY, ok INTEGER NOT NULL, reason TEXT NOT NULL, since TEXT NOT NULL)",
        "CREATE TABLE marks (name TEXT PRIMARY KEY, at TEXT NOT NULL)",
    ):
        db.execute(statement)


@migrations()
def m002_find_what_is_due_by_channel(db: "Database") -> None:
    for statement in (
        "DROP INDEX deliveries_open",
        """CREATE INDEX deliveries_waiting ON deliveries (platform, space, channel, due)
            WHERE state IN ('pending', 'sending', 'doubt')""",
        "CREATE INDEX deliveries_leased ON deliveries (platform, space, channel, due) WHERE leased = 1",
        "CREATE INDEX deliveries_spoken ON deliveries (platform, space, channel, settled) WHERE state = 'sent'",
        "DROP INDEX deliveries_trouble",
        """CREATE INDEX deliveries_trouble ON deliveries (platform, space, channel, state)
            WHERE state IN ('refused', 'doubt', 'held')""",
        "CREATE INDEX deliveries_state ON deliveries (state, created)",
    ):
        db.execute(statement)


@migrations()
def m003_posted_messages_follow_their_story(db: "Database") -> None:
    for statement in (
        "ALTER TABLE stories ADD COLUMN grown INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX stories_grown ON stories (id) WHERE grown = 1",
        "ALTER TABLE deliveries ADD COLUMN revise TEXT",
        "CREATE INDEX decisions_regrouped ON decisions (id) WHERE step = 'regrouped'",
        "CREATE INDEX deliveries_revise ON deliveries (platform, revise) WHERE revise IS NOT NULL",
    ):
        db.execute(statement)


@migrations()
def m004_people_split_and_merge_stories(db: "Database") -> None:
    for statement in (
        "ALTER TABLE stories ADD COLUMN part_of INTEGER REFERENCES stories (id)",
        "ALTER TABLE stories ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX stories_part_of ON stories (part_of) WHERE part_of IS NOT NULL",
        # The story a report was in before it was merged into another, so that a split can bring that one back.
        "ALTER TABLE entries ADD COLUMN home INTEGER REFERENCES stories (id)",
    ):
        db.execute(statement)


@migrations()
def m004_find_stories_by_instrument(db: "Database") -> None:
    for statement in (
        """CREATE TABLE story_instruments (
            instrument TEXT NOT NULL, began TEXT NOT NULL, story INTEGER NOT NULL REFERENCES stories (id),
            PRIMARY KEY (instrument, began, story)) WITHOUT ROWID""",
        "CREATE INDEX story_instruments_story ON story_instruments (story)",
        """INSERT OR IGNORE INTO story_instruments SELECT tag.value,
                (SELECT min(coalesce(published, seen)) FROM entries WHERE entries.story = stories.id), stories.id
            FROM stories, json_each(stories.verdict, '$.instruments') AS tag""",
    ):
        db.execute(statement)


@migrations()
def m005_find_stories_by_their_tags(db: "Database") -> None:
    for statement in (
        "ALTER TABLE stories ADD COLUMN adjacent INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX stories_newest ON stories (latest) WHERE adjacent = 0",
        # A full-text table gets no column added (sqlite.org/fts5.html): it is made anew.
        """CREATE VIRTUAL TABLE story_words_and_tags USING fts5 (
            text, tags, tokenize = "unicode61 remove_diacritics 2")""",
        "INSERT INTO story_words_and_tags (rowid, text, tags) SELECT rowid, text, '' FROM story_words",
        "DROP TABLE story_words",
        "ALTER TABLE story_words_and_tags RENAME TO story_words",
    ):
        db.execute(statement)


@migrations()
def m006_articles_are_forgotten_in_time_and_models_accounted_for(db: "Database") -> None:
    for statement in (
        "ALTER TABLE entries ADD COLUMN page_hash TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE entries ADD COLUMN page_read TEXT",
        "ALTER TABLE entries ADD COLUMN imprint TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE entries ADD COLUMN quotes TEXT NOT NULL DEFAULT ''",
        "UPDATE entries SET page_read = seen WHERE page <> ''",
        "CREATE INDEX entries_page_read ON entries (page_read) WHERE page_read IS NOT NULL",
        # Reserved before a call, put right after it; of a call that was cut off the reservation stays.
        """CREATE TABLE model_spend (
            id INTEGER PRIMARY KEY, month TEXT NOT NULL, at TEXT NOT NULL, story INTEGER NOT NULL, tokens INTEGER NOT NULL,
            micro_usd INTEGER NOT NULL)""",
        "CREATE INDEX model_spend_month ON model_spend (month, tokens, micro_usd)",
        "CREATE TABLE model_answers (key TEXT PRIMARY KEY, answer TEXT NOT NULL, at TEXT NOT NULL)",
        "CREATE INDEX model_answers_at ON model_answers (at)",
        """CREATE TABLE settings (
            platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, name TEXT NOT NULL, value TEXT NOT NULL,
            PRIMARY KEY (platform, space, channel, name))""",
    ):
        db.execute(statement)


@migrations()
def m007_publishers_correct_what_was_told(db: "Database") -> None:
    for statement in (
        # Of entries that were told: later versions that were looked at, so that each is judged once.
        "CREATE TABLE versions (entry INTEGER NOT NULL REFERENCES entries (id), digest TEXT NOT NULL, at TEXT NOT NULL,"
        " PRIMARY KEY (entry, digest)) WITHOUT ROWID",
        """CREATE TABLE corrections (
            id INTEGER PRIMARY KEY, story INTEGER NOT NULL REFERENCES stories (id), entry INTEGER NOT NULL,
            outlet TEXT NOT NULL, retracted INTEGER NOT NULL, was TEXT NOT NULL, now TEXT NOT NULL, at TEXT NOT NULL)""",
    ):
        db.execute(statement)


@migrations()
def m008_blind_sources_are_told_of_once(db: "Database") -> None:
    for statement in (
        "ALTER TABLE feeds ADD COLUMN cause TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN failing_since TEXT",
        "ALTER TABLE feeds ADD COLUMN changed_at TEXT",
        "ALTER TABLE feeds ADD COLUMN heard TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE feeds ADD COLUMN elsewhere TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN elsewhere_since TEXT",
        """UPDATE feeds SET heard = (SELECT json_group_array(latest) FROM (SELECT latest FROM (
            SELECT max(coalesce(published, seen)) AS latest FROM entries WHERE entries.feed = feeds.feed
            GROUP BY date(coalesce(published, seen)) ORDER BY latest DESC LIMIT 40) ORDER BY latest))""",
        "UPDATE feeds SET failing_since = polled_at WHERE failures > 0",
        # What operators were told of and is not over.
        "CREATE TABLE troubles (feed TEXT PRIMARY KEY, cause TEXT NOT NULL, since TEXT NOT NULL, reason TEXT NOT NULL)",
        """CREATE TABLE notices (
            id INTEGER PRIMARY KEY, at TEXT NOT NULL, text TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'pending',
            due TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, attempted TEXT, message TEXT NOT NULL DEFAULT '',
            reason TEXT NOT NULL DEFAULT '')""",
        "CREATE INDEX notices_open ON notices (id) WHERE state IN ('pending', 'sending', 'doubt')",
    ):
        db.execute(statement)


@migrations()
def m009_items_read_before_are_known(db: "Database") -> None:
    db.execute("ALTER TABLE feeds ADD COLUMN items BLOB NOT NULL DEFAULT x''")


@migrations()
def m010_routing_knows_when_subscriptions_change(db: "Database") -> None:
    """By triggers, so that whatever changes a subscription or a mute is heard of in the same transaction."""
    db.execute(
        """CREATE TABLE asking (
            number INTEGER PRIMARY KEY AUTOINCREMENT, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL,
            UNIQUE (platform, space, channel))"""
    )
    for table in ("subscriptions", "mutes"):
        for event, row in (("INSERT", "NEW"), ("UPDATE", "OLD"), ("UPDATE", "NEW"), ("DELETE", "OLD")):
            # DELETE first: REPLACE within a trigger would follow the conflict clause of the statement that fired it.
            db.execute(
                f"""CREATE TRIGGER {table}_{event.lower()}_{row.lower()} AFTER {event} ON {table} BEGIN
                    DELETE FROM asking WHERE (platform, space, channel) = ({row}.platform, {row}.space, {row}.channel);
                    INSERT INTO asking (platform, space, channel) VALUES ({row}.platform, {row}.space, {row}.channel);
                END"""  # noqa: S608
            )
    db.execute(
        "INSERT INTO asking (platform, space, channel) SELECT DISTINCT platform, space, channel FROM subscriptions"
    )


@migrations()
def m010_search_knows_source_language_and_day(db: "Database") -> None:
    respell(db.conn)


@migrations()
def m011_subscriptions_are_named_and_have_their_times(db: "Database") -> None:
    for statement in (
        "ALTER TABLE subscriptions ADD COLUMN name TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE subscriptions ADD COLUMN every TEXT NOT NULL DEFAULT 'now'",
        "ALTER TABLE subscriptions ADD COLUMN stages_only INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE subscriptions ADD COLUMN mention TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE subscriptions ADD COLUMN mention_from TEXT NOT NULL DEFAULT 'low'",
        "CREATE TABLE lines (key TEXT PRIMARY KEY, line TEXT NOT NULL, at TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX lines_at ON lines (at)",
    ):
        db.execute(statement)


@migrations()
def m012_alerts_wait_for_their_time(db: "Database") -> None:
    for statement in (
        "ALTER TABLE deliveries ADD COLUMN subscriptions TEXT NOT NULL DEFAULT '[]'",
        "ALTER TABLE deliveries ADD COLUMN importance INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE deliveries ADD COLUMN mention TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deliveries ADD COLUMN slot TEXT NOT NULL DEFAULT 'now'",
        "ALTER TABLE deliveries ADD COLUMN timing TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deliveries ADD COLUMN broke TEXT",
        "ALTER TABLE deliveries ADD COLUMN digest TEXT",
        "ALTER TABLE deliveries ADD COLUMN thread TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE deliveries ADD COLUMN replan INTEGER NOT NULL DEFAULT 0",
        """CREATE INDEX deliveries_gathered ON deliveries (platform, due)
            WHERE state = 'gathered' AND digest IS NULL""",
        """CREATE INDEX deliveries_gathered_here ON deliveries (platform, space, channel, due)
            WHERE state = 'gathered' AND digest IS NULL""",
        "CREATE INDEX deliveries_replan ON deliveries (id) WHERE replan = 1",
        "CREATE INDEX deliveries_digest ON deliveries (digest) WHERE digest IS NOT NULL",
        "CREATE INDEX deliveries_broke ON deliveries (platform, space, channel, broke) WHERE broke IS NOT NULL",
        # Whoever changes what a channel asked for, or when it is spoken to, has what waits there planned anew.
        *(
            f"""CREATE TRIGGER {table}_{change}_replans AFTER {change} ON {table} {when} BEGIN
                UPDATE deliveries SET replan = 1 WHERE platform = {row}.platform AND space = {row}.space
                AND channel = {row}.channel AND state = 'gathered' AND digest IS NULL; END"""  # noqa: S608
            for table, change, row, when in (
                ("subscriptions", "UPDATE", "NEW", ""),
                ("subscriptions", "DELETE", "OLD", ""),
                ("settings", "INSERT", "NEW", "WHEN NEW.name IN ('timezone', 'quiet', 'budget')"),
                ("settings", "UPDATE", "NEW", "WHEN NEW.name IN ('timezone', 'quiet', 'budget')"),
                ("settings", "DELETE", "OLD", "WHEN OLD.name IN ('timezone', 'quiet', 'budget')"),
            )
        ),
    ):
        db.execute(statement)


@migrations()
def m013_people_say_what_was_not_for_them(db: "Database") -> None:
    for statement in (
        """CREATE TABLE feedback (
            story INTEGER NOT NULL REFERENCES stories (id), platform TEXT NOT NULL, space TEXT NOT NULL,
            channel TEXT NOT NULL, person TEXT NOT NULL, opinion TEXT NOT NULL, at TEXT NOT NULL,
            PRIMARY KEY (platform, space, channel, story, person)) WITHOUT ROWID""",
        "CREATE INDEX subscriptions_by_person ON subscriptions (platform, space, created_by)",
    ):
        db.execute(statement)


@migrations()
def m014_people_add_feeds(db: "Database") -> None:
    db.execute(
        """CREATE TABLE added_feeds (
            id TEXT PRIMARY KEY, url TEXT NOT NULL, name TEXT NOT NULL, kind TEXT NOT NULL, tier TEXT NOT NULL,
            jurisdiction TEXT NOT NULL, language TEXT NOT NULL, on_topic TEXT NOT NULL, filter TEXT NOT NULL,
            pack TEXT NOT NULL, poll_minutes INTEGER NOT NULL, added_by TEXT NOT NULL, added TEXT NOT NULL) WITHOUT ROWID"""
    )


@migrations()
def m015_slack_installations(db: "Database") -> None:
    for statement in (
        """CREATE TABLE slack_installations (
            team TEXT PRIMARY KEY, name TEXT NOT NULL, url TEXT NOT NULL, bot TEXT NOT NULL, bot_user TEXT NOT NULL,
            scopes TEXT NOT NULL, sealed BLOB NOT NULL, installed TEXT NOT NULL, expires TEXT) WITHOUT ROWID""",
        # Digests of the states of installations under way.
        "CREATE TABLE slack_states (state TEXT PRIMARY KEY, until TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX slack_states_until ON slack_states (until)",
    ):
        db.execute(statement)


@migrations()
def m016_feeds_are_found_by_when_they_are_due_and_entries_that_wait_to_be_judged(db: "Database") -> None:
    for statement in (
        "CREATE INDEX feeds_due ON feeds (coalesce(next_poll, ''))",
        "CREATE INDEX entries_unjudged ON entries (coalesce(published, seen)) WHERE verdict = ''",
    ):
        db.execute(statement)


@migrations()
def m017_what_was_never_told_is_forgotten_in_time(db: "Database") -> None:
    for statement in (
        "ALTER TABLE entries ADD COLUMN forgotten INTEGER NOT NULL DEFAULT 0",
        "CREATE INDEX entries_to_forget ON entries (seen) WHERE forgotten = 0 AND story IS NULL",
        "CREATE INDEX stories_created ON stories (created)",
        "CREATE INDEX decisions_briefed ON decisions (outcome) WHERE step = 'briefed'",
        "DROP INDEX deliveries_state",
        "CREATE INDEX deliveries_state ON deliveries (state, platform, created)",
    ):
        db.execute(statement)


@migrations()
def m018_indexes_hold_what_is_looked_up_by_them(db: "Database") -> None:
    for statement in (
        # Among many entries without a story, SQLite took this index for the way to those that wait to be filed.
        "DROP INDEX entries_story",
        "CREATE INDEX entries_story ON entries (story) WHERE story IS NOT NULL",
        # By link alone, or by link and feed: one index serves both.
        "DROP INDEX entries_feed_link",
        "DROP INDEX entries_link",
        "CREATE INDEX entries_link ON entries (link, feed)",
    ):
        db.execute(statement)


@migrations()
def m018_edits_go_workspace_by_workspace_and_are_given_up_in_the_end(db: "Database") -> None:
    for statement in (
        "ALTER TABLE deliveries ADD COLUMN edit_tries INTEGER NOT NULL DEFAULT 0",
        "DROP INDEX deliveries_revise",
        "CREATE INDEX deliveries_revise ON deliveries (platform, space, revise) WHERE revise IS NOT NULL",
    ):
        db.execute(statement)


@migrations()
def m018_hubs_push(db: "Database") -> None:
    for statement in (
        "ALTER TABLE feeds ADD COLUMN hub TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN topic TEXT NOT NULL DEFAULT ''",
        "ALTER TABLE feeds ADD COLUMN hint INTEGER NOT NULL DEFAULT 0",
        """CREATE TABLE pushes (
            feed TEXT PRIMARY KEY, hub TEXT NOT NULL, topic TEXT NOT NULL, path TEXT NOT NULL UNIQUE, secret TEXT NOT NULL,
            state TEXT NOT NULL, asked TEXT, until TEXT, again TEXT, attempts INTEGER NOT NULL, reason TEXT NOT NULL,
            told INTEGER NOT NULL, pushed TEXT, missed TEXT) WITHOUT ROWID""",
    ):
        db.execute(statement)


@migrations()
def m019_letting_go_reads_no_whole_table(db: "Database") -> None:
    for statement in (
        "CREATE INDEX corrections_story ON corrections (story)",
        "CREATE INDEX feedback_story ON feedback (story)",
        "CREATE INDEX entries_home ON entries (home) WHERE home IS NOT NULL",
    ):
        db.execute(statement)


@migrations()
def m020_what_was_stopped_can_be_taken_up_again(db: "Database") -> None:
    for statement in (
        """CREATE TABLE stopped (
            id INTEGER PRIMARY KEY, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, query TEXT NOT NULL,
            created_by TEXT NOT NULL, created TEXT NOT NULL, name TEXT NOT NULL, every TEXT NOT NULL,
            stages_only INTEGER NOT NULL, mention TEXT NOT NULL, mention_from TEXT NOT NULL, at TEXT NOT NULL,
            waited TEXT NOT NULL)""",
        "CREATE INDEX stopped_at ON stopped (at)",
    ):
        db.execute(statement)


@migrations()
def m021_channels_are_parked_troubles_told_once_and_envelopes_known(db: "Database") -> None:
    for statement in (
        # `channel` is "" for a whole space.
        """CREATE TABLE parked (
            platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, since TEXT NOT NULL, again TEXT NOT NULL,
            tries INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (platform, space, channel)) WITHOUT ROWID""",
        "CREATE TABLE alarms (what TEXT PRIMARY KEY, since TEXT NOT NULL) WITHOUT ROWID",
        "CREATE TABLE envelopes (id TEXT PRIMARY KEY, at TEXT NOT NULL) WITHOUT ROWID",
        "CREATE INDEX envelopes_at ON envelopes (at)",
    ):
        db.execute(statement)


@migrations()
def m024_a_message_knows_that_policy_sent_it_again(db: "Database") -> None:
    db.execute("ALTER TABLE deliveries ADD COLUMN resent INTEGER NOT NULL DEFAULT 0")


@migrations()
def m025_notes_are_counted_and_say_who_told_it_before(db: "Database") -> None:
    for statement in (
        "ALTER TABLE deliveries ADD COLUMN notes INTEGER NOT NULL DEFAULT 0",
        "ALTER TABLE corrections ADD COLUMN instead_of TEXT NOT NULL DEFAULT ''",
    ):
        db.execute(statement)


@migrations()
def m027_direct_messages_know_whose_they_are(db: "Database") -> None:
    db.execute(
        """CREATE TABLE direct_messages (
            platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL, person TEXT NOT NULL,
            PRIMARY KEY (platform, space, channel, person)) WITHOUT ROWID"""
    )
    for table, person in (("subscriptions", "created_by"), ("stopped", "created_by"), ("feedback", "person")):
        db.execute(
            f"""INSERT OR IGNORE INTO direct_messages SELECT DISTINCT platform, space, channel, {person} FROM {table}
                WHERE (platform = 'slack' AND channel GLOB 'D*' AND {person} GLOB '[UW]*')
                OR (platform = 'discord' AND space = '' AND {person} GLOB '[0-9]*')"""  # noqa: S608
        )


@migrations()
def m028_reports_know_that_they_were_taken_back(db: "Database") -> None:
    for statement in (
        "ALTER TABLE entries ADD COLUMN amended TEXT NOT NULL DEFAULT ''",
        """UPDATE entries SET amended = iif(c.retracted, 'retracted', 'corrected') FROM
                (SELECT entry, max(retracted) AS retracted FROM corrections WHERE instead_of = '' GROUP BY entry) AS c
            WHERE entries.id = c.entry""",
    ):
        db.execute(statement)


@migrations()
def m029_deliveries_are_counted_as_they_come_and_go(db: "Database") -> None:
    """By triggers, whatever statement changes them: to count 200,000 takes the store's thread 20 ms at each look."""
    gone = """UPDATE delivery_counts SET number = number - 1 WHERE platform = OLD.platform AND state = OLD.state;"""
    # Two statements for one: an upsert within a trigger might follow the conflict clause of the statement that fired it.
    come = """INSERT INTO delivery_counts SELECT NEW.platform, NEW.state, 0 WHERE NOT EXISTS
            (SELECT 1 FROM delivery_counts WHERE platform = NEW.platform AND state = NEW.state);
        UPDATE delivery_counts SET number = number + 1 WHERE platform = NEW.platform AND state = NEW.state;"""
    for statement in (
        """CREATE TABLE delivery_counts (
            platform TEXT NOT NULL, state TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY (platform, state)) WITHOUT ROWID""",
        "INSERT INTO delivery_counts SELECT platform, state, count(*) FROM deliveries GROUP BY platform, state",
        f"CREATE TRIGGER deliveries_come AFTER INSERT ON deliveries BEGIN {come} END",
        f"CREATE TRIGGER deliveries_go AFTER DELETE ON deliveries BEGIN {gone} END",
        f"""CREATE TRIGGER deliveries_change AFTER UPDATE OF platform, state ON deliveries
            WHEN NEW.state <> OLD.state OR NEW.platform <> OLD.platform BEGIN {gone} {come} END""",
    ):
        db.execute(statement)


@migrations()
def m031_what_waited_of_merged_stories_is_known(db: "Database") -> None:
    for statement in (
        """CREATE TABLE waited (
            story INTEGER NOT NULL, platform TEXT NOT NULL, space TEXT NOT NULL, channel TEXT NOT NULL,
            because TEXT NOT NULL, subscriptions TEXT NOT NULL, importance INTEGER NOT NULL, slot TEXT NOT NULL,
            at TEXT NOT NULL, kept TEXT NOT NULL, PRIMARY KEY (story, platform, space, channel)) WITHOUT ROWID""",
        "CREATE INDEX waited_at ON waited (at)",
    ):
        db.execute(statement)
