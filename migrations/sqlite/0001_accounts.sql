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
    -- What contacts who sign in see of a conversation (EXT-7).
    external_users_see TEXT NOT NULL CHECK (external_users_see IN ('all', 'addressed')),
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
    -- Counts the passwords that there were: a session that began under another is over.
    password_version INTEGER NOT NULL,
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
    notice_sequence INTEGER NOT NULL,
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
    -- Whom he became one with, where he is a contact; what was written of him in ledgers is that one's.
    merged_into BLOB,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, merged_into) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX person_by_age ON person (account_id, kind, created_at, id);
CREATE INDEX person_merged ON person (account_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX person_by_name ON person (account_id, name_key, id) WHERE deleted_at IS NULL;

CREATE TABLE employee (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    -- Null until he has accepted his invitation.
    identity_id BLOB,
    login TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'inactive')),
    signature_html TEXT,
    -- May let contacts sign in, without being an administrator (LVL-2).
    manages_external_access INTEGER NOT NULL CHECK (manages_external_access IN (0, 1)),
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, login),
    UNIQUE (account_id, identity_id),
    FOREIGN KEY (account_id, id) REFERENCES person (account_id, id),
    FOREIGN KEY (identity_id) REFERENCES login_identity (id)
) STRICT, WITHOUT ROWID;

-- Who is told what an absent employee is told of, from when until when; without end where that is open (NTF-10).
CREATE TABLE deputy (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    deputy_id BLOB NOT NULL,
    from_at TEXT,
    until_at TEXT,
    PRIMARY KEY (account_id, person_id),
    FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id),
    FOREIGN KEY (account_id, deputy_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

-- What contacts are gathered in, one at most for each (CON-4).
CREATE TABLE contact_group (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_group_by_name ON contact_group (account_id, name, id);

CREATE TABLE contact (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    is_company INTEGER NOT NULL CHECK (is_company IN (0, 1)),
    first_name TEXT,
    middle_name TEXT,
    last_name TEXT,
    group_id BLOB,
    position TEXT,
    description TEXT,
    -- Where he is found, on one line.
    address TEXT,
    language TEXT CHECK (language IN ('en', 'ru')),
    -- By its name in the IANA database.
    time_zone TEXT,
    selectable_as_participant INTEGER NOT NULL CHECK (selectable_as_participant IN (0, 1)),
    selectable_as_counterparty INTEGER NOT NULL CHECK (selectable_as_counterparty IN (0, 1)),
    -- Mail from him is rejected (SPM-2).
    spam INTEGER NOT NULL CHECK (spam IN (0, 1)),
    -- May read and answer in the portal what was addressed to him (DASH-1).
    portal_access INTEGER NOT NULL CHECK (portal_access IN (0, 1)),
    -- Sees what his companies' other contacts see in tasks about them (EXT-8).
    sees_company_tasks INTEGER NOT NULL CHECK (sees_company_tasks IN (0, 1)),
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, id) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, group_id) REFERENCES contact_group (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_by_group ON contact (account_id, group_id) WHERE group_id IS NOT NULL;

CREATE TABLE contact_phone (
    account_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('mobile', 'work', 'home', 'fax', 'other')),
    -- What all spellings of the number share; null where it is too short to tell people apart.
    number_key TEXT,
    PRIMARY KEY (account_id, contact_id, position),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_phone_by_key ON contact_phone (account_id, number_key, contact_id) WHERE number_key IS NOT NULL;

CREATE TABLE contact_company (
    account_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    company_id BLOB NOT NULL,
    PRIMARY KEY (account_id, contact_id, company_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id),
    FOREIGN KEY (account_id, company_id) REFERENCES contact (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_company_by_company ON contact_company (account_id, company_id);

-- The employees whom a contact turns to, and the other contacts of a company with him (EXT-2).
CREATE TABLE contact_responsible (
    account_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    employee_id BLOB NOT NULL,
    PRIMARY KEY (account_id, contact_id, employee_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id),
    FOREIGN KEY (account_id, employee_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

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

-- Contacts that became one, and what to do to make them several again (DUP-5).
CREATE TABLE contact_merge (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    into_id BLOB NOT NULL,
    -- Of the token that undoes it.
    token_hash BLOB NOT NULL,
    -- What the survivor's card got.
    gained TEXT NOT NULL,
    merged_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    undone_at TEXT,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, token_hash),
    FOREIGN KEY (account_id, into_id) REFERENCES contact (account_id, id),
    FOREIGN KEY (account_id, merged_by) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_merge_by_age ON contact_merge (account_id, created_at, id);

-- Who became one with the survivor, in the order in which they did.
CREATE TABLE contact_merge_source (
    account_id BLOB NOT NULL,
    merge_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    contact_id BLOB NOT NULL,
    PRIMARY KEY (account_id, merge_id, position),
    FOREIGN KEY (account_id, merge_id) REFERENCES contact_merge (account_id, id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id)
) STRICT, WITHOUT ROWID;

-- Each row that named one of them and names the survivor since, or went because he was named beside.
CREATE TABLE contact_merge_row (
    account_id BLOB NOT NULL,
    merge_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    -- Which table and column.
    place TEXT NOT NULL,
    row_id BLOB NOT NULL,
    -- What else tells the row from others: a role.
    detail TEXT NOT NULL,
    has_gone INTEGER NOT NULL CHECK (has_gone IN (0, 1)),
    -- What else stood in a row that went.
    position INTEGER,
    at TEXT,
    PRIMARY KEY (account_id, merge_id, contact_id, place, row_id, detail),
    FOREIGN KEY (account_id, merge_id) REFERENCES contact_merge (account_id, id)
) STRICT, WITHOUT ROWID;

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

-- Contacts who may sign in (LVL-2 … LVL-5). Whether one may at the moment hangs on his card too.
CREATE TABLE external_access (
    account_id BLOB NOT NULL,
    contact_id BLOB NOT NULL,
    -- Null until he has accepted.
    identity_id BLOB,
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
    invited_at TEXT NOT NULL,
    invited_by BLOB NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, contact_id),
    UNIQUE (account_id, identity_id),
    FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id),
    FOREIGN KEY (account_id, invited_by) REFERENCES employee (account_id, id),
    FOREIGN KEY (identity_id) REFERENCES login_identity (id)
) STRICT, WITHOUT ROWID;

-- Links by which somebody sets the password that he signs in with: the latest of each purpose, used once. Its token is made
-- of its id and proves itself, so nobody keeps it.
CREATE TABLE password_link (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    id BLOB NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    -- When it was used or taken back.
    ended_at TEXT,
    -- Mails with such a link that left to him in short order (S3).
    mails INTEGER NOT NULL,
    -- What became of the mail with it.
    mail_state TEXT NOT NULL CHECK (mail_state IN ('queued', 'held', 'sending', 'accepted', 'deferred', 'bounced', 'failed', 'suppressed', 'unknown')),
    attempts INTEGER NOT NULL,
    last_reply TEXT,
    PRIMARY KEY (account_id, person_id, purpose),
    UNIQUE (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    -- The employee, or the contact who may sign in.
    person_id BLOB NOT NULL,
    identity_id BLOB NOT NULL,
    password_version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    revoked_at TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id),
    FOREIGN KEY (identity_id) REFERENCES login_identity (id)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_person ON session (account_id, person_id);

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
