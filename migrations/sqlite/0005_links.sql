-- Account links: who is linked with whom, what crosses, and which copies of tasks belong together.

-- What an account decides about links; no row where it keeps to the defaults.
CREATE TABLE link_settings (
    account_id BLOB NOT NULL,
    outgoing TEXT NOT NULL CHECK (outgoing IN ('any', 'listed')),
    outgoing_accounts TEXT NOT NULL,
    trusted_accounts TEXT NOT NULL,
    incoming TEXT NOT NULL CHECK (incoming IN ('accept', 'approve', 'refuse')),
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- A person of this account who is a person of another one, the peer: a contact, or an employee with another primary account.
CREATE TABLE person_link (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    -- The name under which both accounts speak of the link.
    stream_id BLOB NOT NULL,
    peer_id BLOB NOT NULL,
    -- His id there.
    remote_id BLOB NOT NULL,
    -- Where he is an employee there.
    login TEXT,
    state TEXT NOT NULL CHECK (state IN ('introduced', 'pending', 'active')),
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, person_id),
    UNIQUE (account_id, stream_id),
    UNIQUE (account_id, peer_id, remote_id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

-- What an employee lets a peer's people send to him.
CREATE TABLE link_grant (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    employee_id BLOB NOT NULL,
    stream_id BLOB NOT NULL,
    peer_id BLOB NOT NULL,
    -- Whom he is there: a contact, or himself as an employee.
    remote_id BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'active', 'refused', 'ended')),
    -- He is employed there too, and chose this account as his primary one.
    is_primary INTEGER NOT NULL CHECK (is_primary IN (0, 1)),
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, employee_id, peer_id),
    UNIQUE (account_id, stream_id),
    FOREIGN KEY (account_id, employee_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

-- One direction of what is said about a link or a mirror: how far the account has written, and how far it has applied.
CREATE TABLE link_stream (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    peer_id BLOB NOT NULL,
    sent INTEGER NOT NULL,
    received INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- What leaves for a peer, written with the change that it tells of. Kept: it is the record of what has left.
CREATE TABLE link_outbox (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    stream_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    peer_id BLOB NOT NULL,
    -- What it is about here, where it is about a task.
    task_id BLOB,
    operation TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, stream_id, sequence),
    FOREIGN KEY (account_id, stream_id) REFERENCES link_stream (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_outbox_by_age ON link_outbox (account_id, created_at, id);
CREATE INDEX link_outbox_unsent ON link_outbox (account_id, stream_id, sequence) WHERE sent_at IS NULL;

-- What came from a peer, by its unique id there; applied in the order of each stream.
CREATE TABLE link_inbox (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    stream_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    peer_id BLOB NOT NULL,
    operation TEXT NOT NULL,
    received_at TEXT NOT NULL,
    applied_at TEXT,
    -- Why it changed nothing.
    ignored_because TEXT,
    -- Why it was given up; what follows in the stream waits.
    parked_because TEXT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, stream_id, peer_id, sequence),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX link_inbox_parked ON link_inbox (account_id, received_at, id) WHERE parked_because IS NOT NULL;

-- A task that a peer has a copy of, or the copy. Its id is the stream's, alike in both accounts.
CREATE TABLE task_mirror (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    peer_id BLOB NOT NULL,
    -- Who had the task first.
    began_here INTEGER NOT NULL CHECK (began_here IN (0, 1)),
    state TEXT NOT NULL CHECK (state IN ('open', 'cut')),
    -- When it came to that, by both accounts' count.
    state_clock INTEGER NOT NULL,
    state_account_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, task_id, peer_id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- Whom of ours what crosses is meant for: people linked to the peer.
CREATE TABLE mirror_person (
    account_id BLOB NOT NULL,
    mirror_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    PRIMARY KEY (account_id, mirror_id, person_id),
    FOREIGN KEY (account_id, mirror_id) REFERENCES task_mirror (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_person_by_person ON mirror_person (account_id, person_id, mirror_id);

-- Comments that crossed, by the id that both accounts use for them.
CREATE TABLE mirror_comment (
    account_id BLOB NOT NULL,
    mirror_id BLOB NOT NULL,
    comment_id BLOB NOT NULL,
    wire_id BLOB NOT NULL,
    -- It left from here, in this operation; none where it came.
    operation_id BLOB,
    -- The accounts that it came through.
    path TEXT NOT NULL,
    PRIMARY KEY (account_id, mirror_id, comment_id),
    UNIQUE (account_id, mirror_id, wire_id),
    FOREIGN KEY (account_id, mirror_id) REFERENCES task_mirror (account_id, id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mirror_comment_by_comment ON mirror_comment (account_id, comment_id);

-- Tasks that cross as soon as he has consented whom they are meant for, with what he was addressed in since.
CREATE TABLE link_waiting (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    since TEXT NOT NULL,
    PRIMARY KEY (account_id, person_id, task_id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- When each field of a mirrored task was changed last, so that of two changes the same one wins everywhere.
CREATE TABLE task_register (
    account_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    field TEXT NOT NULL,
    clock INTEGER NOT NULL,
    by_account_id BLOB NOT NULL,
    PRIMARY KEY (account_id, task_id, field),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- Who changed what lets data out or in; never changed itself.
CREATE TABLE audit_event (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    -- None where another account or a rule did it.
    actor_id BLOB,
    action TEXT NOT NULL CHECK (action IN ('link_settings.updated', 'link.requested', 'link.accepted',
        'link.refused', 'link.ended', 'task.unlinked')),
    subject_id BLOB NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, actor_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_event_by_age ON audit_event (account_id, created_at, id);

-- A copy goes to the project with the name of the original's (LINKM-5).
CREATE INDEX project_by_name ON project (account_id, name, number);
