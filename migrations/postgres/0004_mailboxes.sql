-- External mailboxes: the SMTP and IMAP accounts of companies and employees.

CREATE TABLE mailbox (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    -- Whose it is; null where it is the account's own.
    owner_id UUID,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    sender_name TEXT NOT NULL,
    -- The local part of our address that fetched mail is for; null where it is the owner's internal address.
    deliver_to TEXT,
    -- The projects whose tasks it is for; empty for everything.
    project_ids JSONB NOT NULL,
    is_default BOOLEAN NOT NULL,
    replies_to_this_address BOOLEAN NOT NULL,
    save_to_sent BOOLEAN NOT NULL,
    signature_html TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX mailbox_by_age ON mailbox (account_id, created_at, id);
CREATE UNIQUE INDEX mailbox_address_once ON mailbox (account_id, address_key) WHERE deleted_at IS NULL;

-- How a mailbox's servers are reached, and how well that works. A deleted mailbox has none: its passwords are gone.
CREATE TABLE mailbox_channel (
    account_id UUID NOT NULL,
    mailbox_id UUID NOT NULL,
    channel TEXT NOT NULL CHECK (channel IN ('smtp', 'imap')),
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    security TEXT NOT NULL CHECK (security IN ('starttls', 'tls', 'none')),
    username TEXT NOT NULL,
    authentication TEXT NOT NULL CHECK (authentication IN ('password', 'xoauth2')),
    -- Names the key that the password is sealed with.
    key_id TEXT NOT NULL,
    sealed_password BYTEA NOT NULL,
    last_success_at TIMESTAMPTZ,
    last_error TEXT CHECK (last_error IN ('dns', 'connect', 'refused', 'forbidden', 'tls', 'auth', 'timeout', 'lost', 'protocol', 'greeting', 'sender', 'recipient', 'message', 'storage')),
    last_error_at TIMESTAMPTZ,
    consecutive_failures BIGINT NOT NULL,
    -- How far the INBOX was fetched; of IMAP only.
    uid_validity BIGINT,
    last_uid BIGINT,
    PRIMARY KEY (account_id, mailbox_id, channel)
);

ALTER TABLE mailbox ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE mailbox ADD FOREIGN KEY (account_id, owner_id) REFERENCES employee (account_id, id);
ALTER TABLE mailbox_channel ADD FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id);
ALTER TABLE outgoing_mail ADD FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id);
ALTER TABLE comment ADD FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id);
ALTER TABLE notification ADD FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id);
