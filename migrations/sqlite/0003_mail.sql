-- The five ledgers of mail, the thread index, and the jobs.

-- What an account decides about the mail to its contacts; no row where it keeps to the defaults.
CREATE TABLE contact_mail_settings (
    account_id BLOB NOT NULL,
    unique_reply_address INTEGER NOT NULL CHECK (unique_reply_address IN (0, 1)),
    attach_files INTEGER NOT NULL CHECK (attach_files IN (0, 1)),
    plain_text_part INTEGER NOT NULL CHECK (plain_text_part IN (0, 1)),
    history_messages INTEGER NOT NULL,
    show_all_recipients INTEGER NOT NULL CHECK (show_all_recipients IN (0, 1)),
    staff_without_email TEXT NOT NULL CHECK (staff_without_email IN ('omit', 'internal_address', 'external_address')),
    open_tracking INTEGER NOT NULL CHECK (open_tracking IN (0, 1)),
    -- What messages to contacts become tasks after (WRT-1).
    compose_task_template BLOB,
    reply_marker INTEGER NOT NULL CHECK (reply_marker IN (0, 1)),
    suppressed_addresses TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, compose_task_template) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- An account's own texts of mails to its contacts.
CREATE TABLE mail_template (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    -- Subject, HTML and text in each language.
    versions TEXT NOT NULL,
    add_signature INTEGER NOT NULL CHECK (add_signature IN (0, 1)),
    add_portal_link INTEGER NOT NULL CHECK (add_portal_link IN (0, 1)),
    add_files INTEGER NOT NULL CHECK (add_files IN (0, 1)),
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_template_by_age ON mail_template (account_id, created_at, id);

-- Which notices contacts get, and by which text; no row for what was never changed.
CREATE TABLE contact_notice (
    account_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('new_task', 'new_comment', 'task_from_mail', 'task_accepted', 'status_changed', 'reminder')),
    enabled INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    template_id BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, kind),
    FOREIGN KEY (account_id, template_id) REFERENCES mail_template (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_notice_by_template ON contact_notice (account_id, template_id);

-- Signatures as mails carry them: what is changed where they are set changes no mail that was written.
CREATE TABLE mail_signature (
    account_id BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    html TEXT NOT NULL,
    PRIMARY KEY (account_id, sha256),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- A message that leaves. Its bytes are composed from these facts whenever they are needed, always alike.
CREATE TABLE outgoing_mail (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    comment_id BLOB,
    kind TEXT NOT NULL CHECK (kind IN ('new_task', 'new_comment', 'task_from_mail', 'task_accepted', 'status_changed', 'portal_link', 'staff_notice')),
    author_id BLOB NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
    from_name TEXT NOT NULL,
    from_address TEXT NOT NULL,
    subject TEXT NOT NULL,
    -- Without angle brackets; the same on every attempt (R6).
    message_id TEXT NOT NULL,
    in_reply_to TEXT,
    -- At most 20, oldest first.
    reference_ids TEXT NOT NULL,
    -- The settings that were in force when it was written, so that they can't change it between two attempts.
    form TEXT NOT NULL,
    -- Systems like ours that what caused it went through, this one included (R3).
    hops INTEGER NOT NULL,
    -- The external mailbox that it leaves by; null where it leaves by the server's own way.
    mailbox_id BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, author_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_mail_by_age ON outgoing_mail (account_id, created_at, id);
CREATE INDEX outgoing_mail_answers ON outgoing_mail (created_at) WHERE kind = 'task_from_mail';
CREATE INDEX outgoing_mail_by_task ON outgoing_mail (account_id, task_id, created_at, id);
CREATE INDEX outgoing_mail_by_comment ON outgoing_mail (account_id, comment_id);
-- A report that returns the message finds it by its id (S5).
CREATE INDEX outgoing_mail_by_message_id ON outgoing_mail (account_id, message_id);

-- One line a recipient of a message. The tokens of his reply and bounce addresses are kept as digests only.
CREATE TABLE outgoing_recipient (
    account_id BLOB NOT NULL,
    mail_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    name TEXT NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    token_hash BLOB NOT NULL,
    bounce_token_hash BLOB NOT NULL,
    token_revoked_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('queued', 'held', 'sending', 'accepted', 'deferred', 'bounced', 'failed', 'suppressed', 'unknown')),
    attempts INTEGER NOT NULL,
    -- How often an attempt was cut before its result was known.
    cuts INTEGER NOT NULL,
    last_reply TEXT,
    bounce_class TEXT CHECK (bounce_class IN ('hard', 'soft')),
    opened_at TEXT,
    -- When it left or will leave at the earliest; null where it never does (OUT-15).
    leaves_at TEXT,
    -- No employee had a hand in it (R1).
    is_automatic INTEGER NOT NULL CHECK (is_automatic IN (0, 1)),
    PRIMARY KEY (account_id, mail_id, person_id),
    UNIQUE (account_id, token_hash),
    UNIQUE (account_id, bounce_token_hash),
    FOREIGN KEY (account_id, mail_id) REFERENCES outgoing_mail (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX outgoing_recipient_by_person ON outgoing_recipient (account_id, person_id, mail_id);
CREATE INDEX outgoing_recipient_by_departure ON outgoing_recipient (account_id, address_key, leaves_at);
CREATE INDEX outgoing_recipient_automatic ON outgoing_recipient (account_id, address_key, leaves_at) WHERE is_automatic = TRUE;
CREATE INDEX outgoing_recipient_by_state ON outgoing_recipient (account_id, state, mail_id);

CREATE TABLE delivery_event (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    mail_id BLOB NOT NULL,
    -- Null where one of several opened it, and nobody knows who.
    person_id BLOB,
    at TEXT NOT NULL,
    type TEXT NOT NULL CHECK (type IN ('queued', 'held', 'accepted', 'deferred', 'bounced', 'failed', 'suppressed', 'unknown', 'opened', 'answered', 'delayed', 'delivered', 'complained')),
    caused_by TEXT,
    detail TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, mail_id) REFERENCES outgoing_mail (account_id, id),
    FOREIGN KEY (account_id, mail_id, person_id) REFERENCES outgoing_recipient (account_id, mail_id, person_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX delivery_event_by_mail ON delivery_event (account_id, mail_id, at, id);

-- Addresses that no mail leaves to while the time has not come, or for good.
CREATE TABLE mail_suppression (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    cause TEXT NOT NULL CHECK (cause IN ('hard_bounce', 'complaint', 'unsubscribed', 'by_hand')),
    -- Only mail that no person wrote does not leave (R37).
    automatic_only INTEGER NOT NULL CHECK (automatic_only IN (0, 1)),
    reason TEXT,
    until TEXT,
    -- Who asked for it, where a person did.
    created_by BLOB,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, address_key, automatic_only),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_suppression_by_age ON mail_suppression (account_id, created_at, id);

-- What an account's own mail is signed with. The private halves are sealed.
CREATE TABLE dkim_key (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    algorithm TEXT NOT NULL CHECK (algorithm IN ('rsa2048', 'ed25519')),
    selector TEXT NOT NULL,
    -- The value of its DNS record.
    record TEXT NOT NULL,
    -- Names the key that it is sealed with.
    key_id TEXT NOT NULL,
    sealed_key BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, selector),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- Who in an audience got nothing, and why.
CREATE TABLE skipped_recipient (
    account_id BLOB NOT NULL,
    comment_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('no_address', 'same_address', 'inactive_employee', 'unconfirmed_sender', 'notice_disabled', 'not_linked', 'muted')),
    at TEXT NOT NULL,
    PRIMARY KEY (account_id, comment_id, person_id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

-- A mail as it was received, with its envelope. Small ones stand here whole; `raw` of a large one is in the blob.
CREATE TABLE incoming_mail (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    received_at TEXT NOT NULL,
    via TEXT NOT NULL CHECK (via IN ('lmtp', 'http', 'imap', 'ingest')),
    -- The host that handed it over, where it came over a network, and whom that host names as its client: his address,
    -- and what he called himself.
    peer TEXT,
    client TEXT,
    helo TEXT,
    envelope_sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    size INTEGER NOT NULL,
    sha256 BLOB NOT NULL,
    raw BLOB,
    -- When its bytes were cleared away, past their time.
    raw_dropped_at TEXT,
    state TEXT NOT NULL CHECK (state IN ('received', 'applied', 'quarantined', 'rejected', 'bounce', 'auto_reply', 'failed')),
    cause TEXT CHECK (cause IN ('over_limits', 'unparsable', 'no_sender', 'spoofed_employee', 'inactive_employee', 'unknown_sender', 'unmatched', 'unknown_recipient', 'blank', 'loop', 'own_mail', 'robot', 'blocked_sender', 'spam')),
    message_id TEXT,
    content_hash BLOB,
    matched_by TEXT CHECK (matched_by IN ('reply_token', 'task_address', 'references', 'body_marker', 'ticket_mark', 'subject_and_sender', 'sender', 'none')),
    task_id BLOB,
    comment_id BLOB,
    -- What SPF, DKIM, DMARC and ARC found, where they were asked.
    authentication TEXT,
    -- Systems like ours that it went through (R3); null before it was looked at.
    hops INTEGER,
    explain TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT;
CREATE INDEX incoming_mail_by_age ON incoming_mail (account_id, received_at, id);
CREATE INDEX incoming_mail_by_comment ON incoming_mail (account_id, comment_id) WHERE comment_id IS NOT NULL;
CREATE INDEX incoming_mail_by_content ON incoming_mail (account_id, sha256);
CREATE INDEX incoming_mail_by_state ON incoming_mail (account_id, state, received_at, id, cause);
CREATE INDEX incoming_mail_with_raw ON incoming_mail (account_id, received_at, id) WHERE raw_dropped_at IS NULL;

-- What administrators said about addresses that mail comes from.
CREATE TABLE mail_sender (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    standing TEXT NOT NULL CHECK (standing IN ('blocked', 'trusted')),
    created_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, address_key),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mail_sender_by_age ON mail_sender (account_id, created_at, id);

-- The mail that made the task or comment, of each identity and content: what comes again is the same mail (R7).
CREATE TABLE incoming_identity (
    account_id BLOB NOT NULL,
    message_id TEXT NOT NULL,
    content_hash BLOB NOT NULL,
    incoming_mail_id BLOB NOT NULL,
    PRIMARY KEY (account_id, message_id, content_hash),
    FOREIGN KEY (account_id, incoming_mail_id) REFERENCES incoming_mail (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX incoming_identity_by_mail ON incoming_identity (account_id, incoming_mail_id);

-- What an account decides about the mail that comes in; no row where it keeps to the defaults.
CREATE TABLE incoming_settings (
    account_id BLOB NOT NULL,
    known_senders_only INTEGER NOT NULL CHECK (known_senders_only IN (0, 1)),
    reply_to_inactive TEXT NOT NULL CHECK (reply_to_inactive IN ('comment', 'new_task')),
    match_subject_and_sender INTEGER NOT NULL CHECK (match_subject_and_sender IN (0, 1)),
    match_sender_only INTEGER NOT NULL CHECK (match_sender_only IN (0, 1)),
    mailed_comments_notify_contacts INTEGER NOT NULL CHECK (mailed_comments_notify_contacts IN (0, 1)),
    add_original_recipients INTEGER NOT NULL CHECK (add_original_recipients IN (0, 1)),
    accept_robots INTEGER NOT NULL CHECK (accept_robots IN (0, 1)),
    match_ticket_marks INTEGER NOT NULL CHECK (match_ticket_marks IN (0, 1)),
    author_from_reply_to INTEGER NOT NULL CHECK (author_from_reply_to IN (0, 1)),
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- Message-IDs that belong to a conversation, ours and theirs: what References is matched against.
CREATE TABLE thread_reference (
    account_id BLOB NOT NULL,
    message_id TEXT NOT NULL,
    task_id BLOB NOT NULL,
    comment_id BLOB,
    -- Made by us, so a received mail that carries it as its own came back to us.
    is_ours INTEGER NOT NULL CHECK (is_ours IN (0, 1)),
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, message_id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_reference_by_task ON thread_reference (account_id, task_id, created_at, message_id);

-- Leased work. The payload is the id of the thing alone.
CREATE TABLE job (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('send_mail', 'process_mail', 'fetch_mail', 'relay_link', 'apply_link', 'publish_comment', 'send_portal_link', 'send_password_link', 'import_contacts', 'export_contacts')),
    subject_id BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'parked')),
    run_at TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    leased_by TEXT,
    lease_until TEXT,
    last_error TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX job_once ON job (account_id, kind, subject_id);
CREATE INDEX job_due ON job (state, run_at, account_id);
CREATE INDEX job_due_in_account ON job (account_id, state, kind, run_at, id);
