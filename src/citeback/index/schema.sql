-- The catalog: everything the library knows. FAISS files are made from it.
CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- Documents, read or refused. `text` is the document, unchanged. `file` is the file of
-- the content folder that it is in, which for most is the same as `path`.
CREATE TABLE files (
    path    TEXT PRIMARY KEY,
    file    TEXT NOT NULL,
    state   TEXT NOT NULL,
    reason  TEXT NOT NULL,
    digest  TEXT NOT NULL,
    title   TEXT NOT NULL,
    author  TEXT NOT NULL,
    date    TEXT NOT NULL,
    url     TEXT NOT NULL,
    tags    TEXT NOT NULL,          -- JSON array
    text    TEXT NOT NULL,
    blocks  TEXT NOT NULL           -- JSON, in reading order
);

CREATE INDEX documents_of_file ON files (file);

-- What each file looked like when it was read; times in nanoseconds.
CREATE TABLE stamps (
    file     TEXT PRIMARY KEY,
    size     INTEGER NOT NULL,
    modified INTEGER NOT NULL,
    changed  INTEGER NOT NULL,
    limits   TEXT NOT NULL
) WITHOUT ROWID;

-- Where pages, slides, rows and moments begin.
CREATE TABLE marks (
    path  TEXT NOT NULL REFERENCES files (path),
    start INTEGER NOT NULL,
    kind  TEXT NOT NULL,
    label TEXT NOT NULL,
    PRIMARY KEY (path, start)
) WITHOUT ROWID;

CREATE TABLE passages (
    id        INTEGER PRIMARY KEY,
    path      TEXT NOT NULL REFERENCES files (path),
    start     INTEGER NOT NULL,
    "end"     INTEGER NOT NULL,
    paragraph INTEGER NOT NULL,
    part      INTEGER NOT NULL,
    parts     INTEGER NOT NULL,
    headings  TEXT NOT NULL,        -- JSON array, outermost first
    lead_in   TEXT NOT NULL,        -- JSON [start, end] or null
    context   TEXT NOT NULL,        -- stems of headings and lead-in
    digest    TEXT NOT NULL,        -- of the text that was embedded
    -- Its sentences once more, for ranking, which reads hundreds of them at a time:
    bounds    BLOB NOT NULL,        -- id, start, end of each; int64, little-endian
    stems     TEXT NOT NULL         -- of each in order; a line for each
);
CREATE INDEX passages_of_file ON passages (path);
CREATE INDEX passages_of_text ON passages (digest);

CREATE TABLE sentences (
    id      INTEGER PRIMARY KEY,
    passage INTEGER NOT NULL REFERENCES passages (id),
    start   INTEGER NOT NULL,
    "end"   INTEGER NOT NULL,
    digest  TEXT NOT NULL
);
CREATE INDEX sentences_of_passage ON sentences (passage);
CREATE INDEX sentences_of_text ON sentences (digest);

-- float16, little-endian, unit length. Keyed by text, so equal text is embedded once.
CREATE TABLE vectors (
    encoder TEXT NOT NULL,
    digest  TEXT NOT NULL,
    vector  BLOB NOT NULL,
    PRIMARY KEY (encoder, digest)
) WITHOUT ROWID;

-- A sentence's word pieces in their context, made small by the encoder's projection.
CREATE TABLE pieces (
    encoder TEXT NOT NULL,
    digest  TEXT NOT NULL,
    pieces  BLOB NOT NULL,
    PRIMARY KEY (encoder, digest)
);                                  -- with row ids: rows this long are read 3 times faster
CREATE TABLE projections (
    encoder TEXT PRIMARY KEY,
    mean    BLOB NOT NULL,          -- float32, little-endian
    basis   BLOB NOT NULL           -- float32, little-endian, row after row
) WITHOUT ROWID;

-- Stems that stand in a document outside its passages: title, headings, what was left
-- out.
CREATE TABLE outside (
    stem TEXT NOT NULL,
    path TEXT NOT NULL REFERENCES files (path),
    PRIMARY KEY (stem, path)
) WITHOUT ROWID;
CREATE INDEX outside_of_file ON outside (path);

-- What each build changed, so that whoever holds the state of an earlier one need not
-- look at everything: the document that was written, "" if one was removed, and the ids
-- of what was taken away, int64, little-endian. Kept until the files are of that build.
CREATE TABLE changes (
    build     INTEGER PRIMARY KEY,
    path      TEXT NOT NULL,
    passages  BLOB NOT NULL,
    sentences BLOB NOT NULL
);

-- Digests of texts that were taken away, until it has been looked whether others need
-- their vectors.
CREATE TABLE loose (
    digest TEXT PRIMARY KEY
) WITHOUT ROWID;
