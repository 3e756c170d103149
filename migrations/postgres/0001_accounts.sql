-- Accounts, the sign-ins of humans, and their sessions. `account` and `login_identity` are global; all else is a tenant's.

CREATE TABLE account (
    id UUID NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
    -- Below mail that leaves from internal addresses.
    signature_html TEXT,
    -- How long what employees address to contacts is held.
    send_delay_seconds BIGINT NOT NULL,
    -- What contacts who sign in see of a conversation (EXT-7).
    external_users_see TEXT NOT NULL CHECK (external_users_see IN ('all', 'addressed')),
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (name)
);

CREATE TABLE login_identity (
    id UUID NOT NULL,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    -- Counts the passwords that there were: a session that began under another is over.
    password_version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (id),
    UNIQUE (email_key)
);

-- Numbers that count up per account, apart from `account` so that counting locks nobody who reads it.
CREATE TABLE account_counter (
    account_id UUID NOT NULL,
    task_number BIGINT NOT NULL,
    project_number BIGINT NOT NULL,
    change_sequence BIGINT NOT NULL,
    notice_sequence BIGINT NOT NULL,
    PRIMARY KEY (account_id)
);

-- Employees and contacts share one id space: this row. What only one kind has stands in `employee` and `contact`.
CREATE TABLE person (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('employee', 'contact')),
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    deleted_at TIMESTAMPTZ,
    -- Whom he became one with, where he is a contact; what was written of him in ledgers is that one's.
    merged_into UUID,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX person_by_age ON person (account_id, kind, created_at, id);
CREATE INDEX person_merged ON person (account_id, merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX person_by_name ON person (account_id, name_key, id) WHERE deleted_at IS NULL;

CREATE TABLE employee (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    -- Null until he has accepted his invitation.
    identity_id UUID,
    login TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('owner', 'admin', 'member')),
    status TEXT NOT NULL CHECK (status IN ('invited', 'active', 'inactive')),
    signature_html TEXT,
    -- May let contacts sign in, without being an administrator (LVL-2).
    manages_external_access BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, login),
    UNIQUE (account_id, identity_id)
);

-- Who is told what an absent employee is told of, from when until when; without end where that is open (NTF-10).
CREATE TABLE deputy (
    account_id UUID NOT NULL,
    person_id UUID NOT NULL,
    deputy_id UUID NOT NULL,
    from_at TIMESTAMPTZ,
    until_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, person_id)
);

-- What contacts are gathered in, one at most for each (CON-4).
CREATE TABLE contact_group (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX contact_group_by_name ON contact_group (account_id, name, id);

CREATE TABLE contact (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    is_company BOOLEAN NOT NULL,
    first_name TEXT,
    middle_name TEXT,
    last_name TEXT,
    group_id UUID,
    position TEXT,
    description TEXT,
    -- Where he is found, on one line.
    address TEXT,
    language TEXT CHECK (language IN ('en', 'ru')),
    -- By its name in the IANA database.
    time_zone TEXT,
    selectable_as_participant BOOLEAN NOT NULL,
    selectable_as_counterparty BOOLEAN NOT NULL,
    -- Mail from him is rejected (SPM-2).
    spam BOOLEAN NOT NULL,
    -- May read and answer in the portal what was addressed to him (DASH-1).
    portal_access BOOLEAN NOT NULL,
    -- Sees what his companies' other contacts see in tasks about them (EXT-8).
    sees_company_tasks BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX contact_by_group ON contact (account_id, group_id) WHERE group_id IS NOT NULL;

CREATE TABLE contact_phone (
    account_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    position BIGINT NOT NULL,
    number TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('mobile', 'work', 'home', 'fax', 'other')),
    -- What all spellings of the number share; null where it is too short to tell people apart.
    number_key TEXT,
    PRIMARY KEY (account_id, contact_id, position)
);
CREATE INDEX contact_phone_by_key ON contact_phone (account_id, number_key, contact_id) WHERE number_key IS NOT NULL;

CREATE TABLE contact_company (
    account_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    company_id UUID NOT NULL,
    PRIMARY KEY (account_id, contact_id, company_id)
);
CREATE INDEX contact_company_by_company ON contact_company (account_id, company_id);

-- The employees whom a contact turns to, and the other contacts of a company with him (EXT-2).
CREATE TABLE contact_responsible (
    account_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    employee_id UUID NOT NULL,
    PRIMARY KEY (account_id, contact_id, employee_id)
);

-- Every address by which a person is known; position 0 is the main one. An address belongs to one person, employee or
-- contact (DUP-1); only an import on request may break that, and marks what it broke.
CREATE TABLE person_address (
    account_id UUID NOT NULL,
    person_id UUID NOT NULL,
    position BIGINT NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    is_duplicate BOOLEAN NOT NULL,
    PRIMARY KEY (account_id, person_id, position)
);
CREATE UNIQUE INDEX person_address_once ON person_address (account_id, address_key) WHERE is_duplicate = FALSE;
CREATE INDEX person_address_by_key ON person_address (account_id, address_key, person_id);

-- Contacts that became one, and what to do to make them several again (DUP-5).
CREATE TABLE contact_merge (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    into_id UUID NOT NULL,
    -- Of the token that undoes it.
    token_hash BYTEA NOT NULL,
    -- What the survivor's card got.
    gained JSONB NOT NULL,
    merged_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    undone_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, token_hash)
);
CREATE INDEX contact_merge_by_age ON contact_merge (account_id, created_at, id);

-- Who became one with the survivor, in the order in which they did.
CREATE TABLE contact_merge_source (
    account_id UUID NOT NULL,
    merge_id UUID NOT NULL,
    position BIGINT NOT NULL,
    contact_id UUID NOT NULL,
    PRIMARY KEY (account_id, merge_id, position)
);

-- Each row that named one of them and names the survivor since, or went because he was named beside.
CREATE TABLE contact_merge_row (
    account_id UUID NOT NULL,
    merge_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    -- Which table and column.
    place TEXT NOT NULL,
    row_id UUID NOT NULL,
    -- What else tells the row from others: a role.
    detail TEXT NOT NULL,
    has_gone BOOLEAN NOT NULL,
    -- What else stood in a row that went.
    position BIGINT,
    at TIMESTAMPTZ,
    PRIMARY KEY (account_id, merge_id, contact_id, place, row_id, detail)
);

-- Addresses of the account's mail domain that are nobody's own. Their names are taken from the same space as the logins of
-- active employees (ADR-3), which whoever takes a name sees to.
CREATE TABLE virtual_address (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    local_part TEXT NOT NULL,
    description TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, local_part)
);

-- Who gets the tasks that come in by a virtual address.
CREATE TABLE virtual_address_assignee (
    account_id UUID NOT NULL,
    address_id UUID NOT NULL,
    person_id UUID NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (account_id, address_id, person_id)
);

-- Contacts who may sign in (LVL-2 … LVL-5). Whether one may at the moment hangs on his card too.
CREATE TABLE external_access (
    account_id UUID NOT NULL,
    contact_id UUID NOT NULL,
    -- Null until he has accepted.
    identity_id UUID,
    state TEXT NOT NULL CHECK (state IN ('invited', 'active', 'suspended')),
    invited_at TIMESTAMPTZ NOT NULL,
    invited_by UUID NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, contact_id),
    UNIQUE (account_id, identity_id)
);

-- Links by which somebody sets the password that he signs in with: the latest of each purpose, used once. Its token is made
-- of its id and proves itself, so nobody keeps it.
CREATE TABLE password_link (
    account_id UUID NOT NULL,
    person_id UUID NOT NULL,
    purpose TEXT NOT NULL CHECK (purpose IN ('invitation', 'password_reset')),
    id UUID NOT NULL,
    address TEXT NOT NULL,
    address_key TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    -- When it was used or taken back.
    ended_at TIMESTAMPTZ,
    -- Mails with such a link that left to him in short order (S3).
    mails BIGINT NOT NULL,
    -- What became of the mail with it.
    mail_state TEXT NOT NULL CHECK (mail_state IN ('queued', 'held', 'sending', 'accepted', 'deferred', 'bounced', 'failed', 'suppressed', 'unknown')),
    attempts BIGINT NOT NULL,
    last_reply TEXT,
    PRIMARY KEY (account_id, person_id, purpose),
    UNIQUE (account_id, id)
);

CREATE TABLE session (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    -- The employee, or the contact who may sign in.
    person_id UUID NOT NULL,
    identity_id UUID NOT NULL,
    password_version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX session_by_person ON session (account_id, person_id);

-- Every refresh token that a session had, by digest; a used one that comes again revokes the session.
CREATE TABLE refresh_token (
    account_id UUID NOT NULL,
    token_hash BYTEA NOT NULL,
    session_id UUID NOT NULL,
    used_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, token_hash)
);
CREATE INDEX refresh_token_by_session ON refresh_token (account_id, session_id);

-- Answers kept for 24 h so that a repeated request changes nothing. `account_id` is nil for requests from outside any account.
CREATE TABLE idempotency (
    account_id UUID NOT NULL,
    caller_id UUID NOT NULL,
    key TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    status BIGINT NOT NULL,
    sealed_answer BYTEA NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, caller_id, key)
);
CREATE INDEX idempotency_by_expiry ON idempotency (expires_at);

ALTER TABLE account_counter ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE deputy ADD FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id);
ALTER TABLE deputy ADD FOREIGN KEY (account_id, deputy_id) REFERENCES employee (account_id, id);
ALTER TABLE person ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE person ADD FOREIGN KEY (account_id, merged_into) REFERENCES person (account_id, id);
ALTER TABLE employee ADD FOREIGN KEY (account_id, id) REFERENCES person (account_id, id);
ALTER TABLE employee ADD FOREIGN KEY (identity_id) REFERENCES login_identity (id);
ALTER TABLE contact_group ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE contact ADD FOREIGN KEY (account_id, id) REFERENCES person (account_id, id);
ALTER TABLE contact ADD FOREIGN KEY (account_id, group_id) REFERENCES contact_group (account_id, id);
ALTER TABLE contact_phone ADD FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_company ADD FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_company ADD FOREIGN KEY (account_id, company_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_responsible ADD FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_responsible ADD FOREIGN KEY (account_id, employee_id) REFERENCES employee (account_id, id);
ALTER TABLE person_address ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE contact_merge ADD FOREIGN KEY (account_id, into_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_merge ADD FOREIGN KEY (account_id, merged_by) REFERENCES employee (account_id, id);
ALTER TABLE contact_merge_source ADD FOREIGN KEY (account_id, merge_id) REFERENCES contact_merge (account_id, id);
ALTER TABLE contact_merge_source ADD FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id);
ALTER TABLE contact_merge_row ADD FOREIGN KEY (account_id, merge_id) REFERENCES contact_merge (account_id, id);
ALTER TABLE virtual_address ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE virtual_address_assignee ADD FOREIGN KEY (account_id, address_id) REFERENCES virtual_address (account_id, id);
ALTER TABLE virtual_address_assignee ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE external_access ADD FOREIGN KEY (account_id, contact_id) REFERENCES contact (account_id, id);
ALTER TABLE external_access ADD FOREIGN KEY (account_id, invited_by) REFERENCES employee (account_id, id);
ALTER TABLE external_access ADD FOREIGN KEY (identity_id) REFERENCES login_identity (id);
ALTER TABLE password_link ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE session ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE session ADD FOREIGN KEY (identity_id) REFERENCES login_identity (id);
ALTER TABLE refresh_token ADD FOREIGN KEY (account_id, session_id) REFERENCES session (account_id, id);
