-- Accounts, the sign-ins of humans, and their sessions. `account` and `login_identity` are global; all else is a tenant's.

CREATE TABLE account (
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
    -- Below mail that leaves from internal addresses.
    signature_html TEXT,
    -- How long what employees address to contacts is held.
    send_delay_seconds INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
) STRICT, WITHOUT ROWID;

CREATE TABLE login_identity (
    id BLOB NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (email_key)
) STRICT, WITHOUT ROWID;

-- Numbers that count up per account, apart from `account` so that counting locks nobody who reads it.
CREATE TABLE account_counter (
    account_id BLOB NOT NULL,
    task_number INTEGER NOT NULL,
    project_number INTEGER NOT NULL,
    change_sequence INTEGER NOT NULL,
    PRIMARY KEY (account_id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- Employees and contacts share one id space: this row. What only one kind has stands in `employee` and `contact`.
CREATE TABLE person (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('employee', 'contact')),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    deleted_at TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_by_age ON person (account_id, kind, created_at, id);

CREATE TABLE employee (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    identity_id BLOB NOT NULL,
    login TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    status TEXT NOT NULL CHECK (status IN ('active', 'inactive')),
    signature_html TEXT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, login),
    UNIQUE (account_id, identity_id),
    FOREIGN KEY (account_id, id) REFERENCES person (account_id, id),
    FOREIGN KEY (identity_id) REFERENCES login_identity (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    is_company INTEGER NOT NULL CHECK (is_company IN (0, 1)),
    phones TEXT NOT NULL,
    language TEXT CHECK (language IN ('en', 'ru')),
    selectable_as_participant INTEGER NOT NULL CHECK (selectable_as_participant IN (0, 1)),
    -- Mail from him is rejected (SPM-2).
    spam INTEGER NOT NULL CHECK (spam IN (0, 1)),
    -- May read and answer in the portal what was addressed to him (DASH-1).
    portal_access INTEGER NOT NULL CHECK (portal_access IN (0, 1)),
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE contact_company (
    account_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    company_id BLOB NOT NULL,
    PRIMARY KEY (account_id, contact_id, company_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id),
    FOREIGN KEY (account_id, company_id) REFERENCES contact (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_company_by_company ON contact_company (account_id, company_id);

-- Every address by which a person is known; position 0 is the main one. An address belongs to one person, employee or
-- contact (DUP-1); only an import on request may break that, and marks what it broke.
CREATE TABLE person_address (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    is_duplicate INTEGER NOT NULL CHECK (is_duplicate IN (0, 1)),
    PRIMARY KEY (account_id, person_id, position),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX person_address_once ON person_address (account_id, address_key) WHERE is_duplicate = FALSE;
CREATE INDEX person_address_by_key ON person_address (account_id, address_key, person_id);

-- Addresses of the account's mail domain that are nobody's own. Their names are taken from the same space as the logins of
-- active employees (ADR-3), which whoever takes a name sees to.
CREATE TABLE virtual_address (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    local_part TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, local_part),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- Who gets the tasks that come in by a virtual address.
CREATE TABLE virtual_address_assignee (
    account_id BLOB NOT NULL,
    address_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (account_id, address_id, person_id),
    FOREIGN KEY (account_id, address_id) REFERENCES virtual_address (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    employee_id BLOB NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, employee_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_employee ON session (account_id, employee_id);

-- Every refresh token that a session had, by digest; a used one that comes again revokes the session.
CREATE TABLE refresh_token (
    account_id BLOB NOT NULL,
    token_hash BLOB NOT NULL,
    session_id BLOB NOT NULL,
    used_at TEXT,
    PRIMARY KEY (account_id, token_hash),
    FOREIGN KEY (account_id, session_id) REFERENCES session (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_by_session ON refresh_token (account_id, session_id);

-- Answers kept for 24 h so that a repeated request changes nothing. `account_id` is nil for requests from outside any account.
CREATE TABLE idempotency (
    account_id BLOB NOT NULL,
    caller_id BLOB NOT NULL,
    key TEXT NOT NULL,
    request_hash BLOB NOT NULL,
    status INTEGER NOT NULL,
    sealed_answer BLOB NOT NULL,
    expires_at TEXT NOT NULL,
    PRIMARY KEY (account_id, caller_id, key)
) STRICT;
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);
