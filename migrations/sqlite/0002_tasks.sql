-- Projects, tasks, their people, their conversation, and files.

CREATE TABLE project (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    -- The contact whom the work is about, in its new tasks too (CT-4).
    counterparty_id BLOB,
    -- Clients see it only where they have a task in it (EXT-1).
    is_hidden_from_clients INTEGER NOT NULL CHECK (is_hidden_from_clients IN (0, 1)),
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, number),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, counterparty_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_by_counterparty ON project (account_id, counterparty_id, id) WHERE counterparty_id IS NOT NULL;

-- Who is in the project's new tasks, and who manages its clients.
CREATE TABLE project_person (
    account_id BLOB NOT NULL,
    project_id BLOB NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('assignee', 'participant', 'auditor', 'client_manager')),
    person_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (account_id, project_id, part, person_id),
    FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX project_person_by_person ON project_person (account_id, person_id, part, project_id);

-- An account's own statuses, each of which counts as a standard one (STA-2).
CREATE TABLE task_status (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    -- As #rrggbb.
    color TEXT NOT NULL,
    counts_as TEXT NOT NULL CHECK (counts_as IN ('draft', 'new', 'in_progress', 'done', 'completed', 'rejected', 'deferred', 'cancelled')),
    position INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id)
) STRICT, WITHOUT ROWID;

-- What new tasks begin as.
CREATE TABLE task_template (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    description_html TEXT NOT NULL,
    description_text TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'urgent')),
    project_id BLOB,
    -- The texts of the steps, in their order.
    checklist TEXT NOT NULL,
    deadline_in_hours INTEGER,
    created_at TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id) REFERENCES account (id),
    FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id)
) STRICT, WITHOUT ROWID;

-- Who is in a template's tasks, and whom they are about.
CREATE TABLE task_template_person (
    account_id BLOB NOT NULL,
    template_id BLOB NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('assignee', 'participant', 'auditor', 'counterparty')),
    person_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (account_id, template_id, part, person_id),
    FOREIGN KEY (account_id, template_id) REFERENCES task_template (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_template_person_by_person ON task_template_person (account_id, person_id, part, template_id);

CREATE TABLE task (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    description_html TEXT NOT NULL,
    description_text TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'new', 'in_progress', 'done', 'completed', 'rejected', 'deferred', 'cancelled')),
    -- The account's own status, which counts as that one.
    custom_status_id BLOB,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'urgent')),
    start_at TEXT,
    deadline TEXT,
    parent_id BLOB,
    project_id BLOB,
    counterparty_id BLOB,
    -- Open to those of the counterparty's contacts who see their companies' tasks (EXT-9).
    company_access INTEGER NOT NULL CHECK (company_access IN (0, 1)),
    -- The mail that it began with.
    incoming_mail_id BLOB,
    warnings TEXT NOT NULL,
    created_by BLOB NOT NULL,
    -- Whose words the description is; null once somebody changed it.
    description_author_id BLOB,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    closed_at TEXT,
    is_open INTEGER NOT NULL GENERATED ALWAYS AS (closed_at IS NULL) STORED,
    -- What lists by deadline are sorted by: tasks without one come at the end of time.
    due_at TEXT NOT NULL GENERATED ALWAYS AS (COALESCE(deadline, '9999-12-31T23:59:59.999999+00:00')) STORED,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, number),
    FOREIGN KEY (account_id, custom_status_id) REFERENCES task_status (account_id, id),
    FOREIGN KEY (account_id, parent_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id),
    FOREIGN KEY (account_id, counterparty_id) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, description_author_id) REFERENCES person (account_id, id)
) STRICT;
CREATE INDEX task_by_creation ON task (account_id, is_open, id);
CREATE INDEX task_by_number ON task (account_id, is_open, number, id);
CREATE INDEX task_by_change ON task (account_id, is_open, updated_at, id);
CREATE INDEX task_by_deadline ON task (account_id, is_open, due_at, id);
CREATE INDEX task_by_priority ON task (account_id, is_open, priority, id);
CREATE INDEX task_of_parent ON task (account_id, parent_id, is_open, id) WHERE parent_id IS NOT NULL;
CREATE INDEX task_of_project ON task (account_id, project_id, is_open, id) WHERE project_id IS NOT NULL;
CREATE INDEX task_of_project_by_change ON task (account_id, project_id, is_open, updated_at, id) WHERE project_id IS NOT NULL;
CREATE INDEX task_of_counterparty ON task (account_id, counterparty_id, is_open, id) WHERE counterparty_id IS NOT NULL;
CREATE INDEX task_of_counterparty_by_change ON task (account_id, counterparty_id, is_open, updated_at, id) WHERE counterparty_id IS NOT NULL;
CREATE INDEX task_by_custom_status ON task (account_id, custom_status_id) WHERE custom_status_id IS NOT NULL;
CREATE INDEX task_by_describer ON task (account_id, description_author_id) WHERE description_author_id IS NOT NULL;

CREATE TABLE task_role (
    account_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('assigner', 'assignee', 'participant', 'auditor')),
    person_id BLOB NOT NULL,
    -- The task's own, so that a list of somebody's tasks finds them in order.
    is_open INTEGER NOT NULL,
    updated_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    -- What one of several assignees has made of the task; null: where the task is (STA-5).
    status TEXT CHECK (status IN ('new', 'in_progress', 'done', 'rejected')),
    PRIMARY KEY (account_id, task_id, role, person_id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX task_role_one_assigner ON task_role (account_id, task_id) WHERE role = 'assigner';
CREATE INDEX task_role_by_creation ON task_role (account_id, person_id, is_open, task_id);
CREATE INDEX task_role_by_change ON task_role (account_id, person_id, is_open, updated_at, task_id);
CREATE INDEX task_role_by_deadline ON task_role (account_id, person_id, is_open, due_at, task_id);
-- Every comment moves its task up, and so rewrites one index of its roles; the others only where they are concerned.
CREATE TRIGGER task_role_moves_up AFTER UPDATE OF updated_at ON task BEGIN
    UPDATE task_role SET updated_at = NEW.updated_at WHERE account_id = NEW.account_id AND task_id = NEW.id;
END;
CREATE TRIGGER task_role_keeps_up AFTER UPDATE OF deadline, closed_at ON task
WHEN NEW.is_open <> OLD.is_open OR NEW.due_at <> OLD.due_at BEGIN
    UPDATE task_role SET is_open = NEW.is_open, due_at = NEW.due_at
    WHERE account_id = NEW.account_id AND task_id = NEW.id;
END;

CREATE TABLE comment (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    author_id BLOB NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'system')),
    origin TEXT NOT NULL CHECK (origin IN ('api', 'email', 'portal', 'link', 'system')),
    created_at TEXT NOT NULL,
    edited_at TEXT,
    -- When it is to leave; null once it has (COM-8).
    send_at TEXT,
    deleted_at TEXT,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    visible TEXT NOT NULL,
    elided TEXT NOT NULL,
    subject TEXT,
    hidden INTEGER NOT NULL CHECK (hidden IN (0, 1)),
    reply_to BLOB,
    -- The external mailbox that its mails are to leave by.
    mailbox_id BLOB,
    incoming_mail_id BLOB,
    unrecognized_sender INTEGER NOT NULL CHECK (unrecognized_sender IN (0, 1)),
    -- The domain of From said that the mail was not its own.
    sender_disowned INTEGER NOT NULL CHECK (sender_disowned IN (0, 1)),
    warnings TEXT NOT NULL,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, author_id) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, reply_to) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id)
) STRICT;
CREATE INDEX comment_unconfirmed ON comment (account_id, author_id) WHERE unrecognized_sender = TRUE;
CREATE INDEX comment_held ON comment (account_id, author_id, send_at, id) WHERE send_at IS NOT NULL;
CREATE INDEX comment_by_author ON comment (account_id, author_id);
CREATE INDEX comment_by_task ON comment (account_id, task_id, created_at, id);

-- The audience: the only source of what a contact, a linked account or the portal may see.
CREATE TABLE comment_recipient (
    account_id BLOB NOT NULL,
    comment_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (account_id, comment_id, person_id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_recipient_by_person ON comment_recipient (account_id, person_id, comment_id);

-- The audience of a task itself: contacts to whom its description and files were sent (DASH-6).
CREATE TABLE task_recipient (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    PRIMARY KEY (account_id, person_id, task_id),
    FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- The steps of a task, in the order of their positions.
CREATE TABLE checklist_item (
    account_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    -- What every account that has the task calls it.
    id BLOB NOT NULL,
    position INTEGER NOT NULL,
    text TEXT NOT NULL,
    done_at TEXT,
    PRIMARY KEY (account_id, task_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id)
) STRICT, WITHOUT ROWID;

-- Content by digest, once an account. Small content stands here, so that taking it costs one commit; large content lies in
-- the object store under its digest, and `content` is null.
CREATE TABLE blob (
    account_id BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    size INTEGER NOT NULL,
    content BLOB,
    PRIMARY KEY (account_id, sha256)
) STRICT;
CREATE INDEX blob_by_content ON blob (sha256);

CREATE TABLE file (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    sha256 BLOB NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size INTEGER NOT NULL,
    uploaded_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, sha256) REFERENCES blob (account_id, sha256),
    FOREIGN KEY (account_id, uploaded_by) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX file_by_content ON file (account_id, sha256);

-- Tables of contacts that were taken in (DUP-7), with how far that is.
CREATE TABLE contact_import (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    mode TEXT NOT NULL CHECK (mode IN ('ignore_existing', 'update_existing', 'all_new')),
    match_by TEXT NOT NULL CHECK (match_by IN ('email', 'phone', 'name')),
    -- What its columns hold.
    columns TEXT NOT NULL,
    -- For contacts of whom the table tells none; the group may be gone.
    group_id BLOB,
    is_company INTEGER NOT NULL CHECK (is_company IN (0, 1)),
    rows_total INTEGER NOT NULL,
    rows_done INTEGER NOT NULL,
    created INTEGER NOT NULL,
    updated INTEGER NOT NULL,
    ignored INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    -- Why it was given up.
    problem TEXT,
    created_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id),
    FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_import_by_age ON contact_import (account_id, created_at, id);

-- What became of each row of a table.
CREATE TABLE contact_import_row (
    account_id BLOB NOT NULL,
    import_id BLOB NOT NULL,
    -- As a spreadsheet counts.
    number INTEGER NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'ignored', 'failed')),
    contact_id BLOB,
    problem_field TEXT,
    problem_code TEXT,
    problem_detail TEXT,
    PRIMARY KEY (account_id, import_id, number),
    FOREIGN KEY (account_id, import_id) REFERENCES contact_import (account_id, id),
    FOREIGN KEY (account_id, contact_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;

-- Tables that contacts are written down as, with how far that is.
CREATE TABLE contact_export (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
    -- Of the headings.
    language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
    -- Who is in it; the group may be gone.
    q TEXT,
    group_id BLOB,
    is_company INTEGER CHECK (is_company IN (0, 1)),
    rows_done INTEGER NOT NULL,
    -- What it became.
    file_id BLOB,
    -- Why it was given up.
    problem TEXT,
    created_by BLOB NOT NULL,
    created_at TEXT NOT NULL,
    finished_at TEXT,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id),
    FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX contact_export_by_age ON contact_export (account_id, created_at, id);

CREATE TABLE task_file (
    account_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    -- Shown in the description, by its Content-ID (RFC 2392).
    content_id TEXT,
    PRIMARY KEY (account_id, task_id, file_id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX task_file_by_file ON task_file (account_id, file_id);

CREATE TABLE comment_file (
    account_id BLOB NOT NULL,
    comment_id BLOB NOT NULL,
    file_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    -- Shown in the text, by its Content-ID (RFC 2392).
    content_id TEXT,
    PRIMARY KEY (account_id, comment_id, file_id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX comment_file_by_file ON comment_file (account_id, file_id);

-- What employees are told in the application.
CREATE TABLE notification (
    account_id BLOB NOT NULL,
    id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    -- What it is about: a task, perhaps a comment in it, or an external mailbox.
    task_id BLOB,
    comment_id BLOB,
    mailbox_id BLOB,
    -- Who did it, where a person did.
    author_id BLOB,
    -- What there is to say beside the kind.
    detail TEXT,
    created_at TEXT NOT NULL,
    read_at TEXT,
    -- Where it stands in the order of the account's commits: when he was told, and when he was told or read it last.
    told_sequence INTEGER,
    changed_sequence INTEGER,
    PRIMARY KEY (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id),
    FOREIGN KEY (account_id, mailbox_id) REFERENCES mailbox (account_id, id),
    FOREIGN KEY (account_id, author_id) REFERENCES person (account_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX notification_by_person ON notification (account_id, person_id, created_at, id);
CREATE INDEX notification_unread ON notification (account_id, person_id, created_at, id) WHERE read_at IS NULL;
CREATE INDEX notification_by_change ON notification (account_id, person_id, changed_sequence, id)
    WHERE changed_sequence IS NOT NULL;
CREATE INDEX notification_by_comment ON notification (account_id, comment_id) WHERE comment_id IS NOT NULL;

-- What an employee wants to be told; no row where he keeps to the defaults.
CREATE TABLE notification_settings (
    account_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    -- The channels of each type that he decided about.
    chosen TEXT NOT NULL,
    -- The hours of his day in which no mail leaves to him (NTF-7).
    do_not_disturb TEXT,
    version INTEGER NOT NULL,
    PRIMARY KEY (account_id, person_id),
    FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

-- What he wants to be told of one task in place of that (NTF-6).
CREATE TABLE task_notification_mode (
    account_id BLOB NOT NULL,
    task_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('all', 'own', 'off')),
    PRIMARY KEY (account_id, task_id, person_id),
    FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

-- The same for the tasks of a project, but for those that he decided about.
CREATE TABLE project_notification_mode (
    account_id BLOB NOT NULL,
    project_id BLOB NOT NULL,
    person_id BLOB NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('all', 'own', 'off')),
    PRIMARY KEY (account_id, project_id, person_id),
    FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id),
    FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id)
) STRICT, WITHOUT ROWID;

-- What changed, in one order per account.
CREATE TABLE change_feed (
    account_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    account_event TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id BLOB NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (account_id, sequence)
) STRICT, WITHOUT ROWID;
