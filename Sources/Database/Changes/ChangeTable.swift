/// The change feed.
///
/// - `wb_changes`: one row for each thing that a commit changed, written in its transaction.
///   Readers remember the last `id` they read. `first_row` and `last_row` are the added rows of a
///   table of the entry's owner. `writer` is the store that publishes the change in its own
///   process; NULL if readers of the feed do. The oldest rows are pruned, never the newest, so that
///   numbers only grow.
package let changeTable = """
    CREATE TABLE wb_changes (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        item TEXT NOT NULL,
        what TEXT NOT NULL,
        first_row INTEGER,
        last_row INTEGER,
        writer INTEGER
    );
    """
