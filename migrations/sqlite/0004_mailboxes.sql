-- External mailboxes: the SMTP and IMAP accounts of companies and employees.

CREATE TABLE mailbox (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    -- Whose it is; null where it is the account's own.
    owner_id BLOB,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    -- The local part of our address that fetched mail is for; null where it is the owner's internal address.
    deliver_to TEXT,
    -- The projects whose tasks it is for; empty for everything.
    project_ids TEXT NOT NULL,
    is_default INTEGER NOT NULL CHECK (is_default IN (0, 1)),
    replies_to_this_address INTEGER NOT NULL CHECK (replies_to_this_address IN (0, 1)),
    save_to_sent INTEGER NOT NULL CHECK (save_to_sent IN (0, 1)),
    signature_html TEXT,
    created_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, owner_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mailbox_by_age ON mailbox (account_id, created_at, id);
CREATE UNIQUE INDEX mailbox_address_once ON mailbox (account_id, address_key) WHERE deleted_at IS NULL;

-- How a mailbox's servers are reached, and how well that works. A deleted mailbox has none: its passwords are gone.
CREATE TABLE mailbox_channel (
    account_id BLOB NOT NULL,
    mailbox_id BLOB NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('smtp', 'imap')),
    host TEXT NOT NULL,
    port INTEGER NOT NULL,
    security TEXT NOT NULL CHECK (security IN ('starttls', 'tls', 'none')),
    username TEXT NOT NULL,
    authentication TEXT NOT NULL CHECK (authentication IN ('password', 'xoauth2')),
    -- Names the key that the password is sealed with.
    key_id TEXT NOT NULL,
    sealed_password BLOB NOT NULL,
    last_success_at TEXT,
    last_error TEXT CHECK (last_error IN ('dns', 'connect', 'refused', 'forbidden', 'tls', 'auth', 'timeout', 'lost', 'protocol', 'greeting', 'sender', 'recipient', 'message', 'storage')),
    last_error_at TEXT,
    consecutive_failures INTEGER NOT NULL,
    -- How far the INBOX was fetched; of IMAP only.
    uid_validity INTEGER,
    last_uid INTEGER,
    PRIMARY KEY (account_id, mailbox_id, channel),
    FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id)
) STRICT, WITHOUT ROWID;
