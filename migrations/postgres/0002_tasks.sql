-- Projects, tasks, their people, their conversation, and files.

CREATE TABLE project (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('active', 'archived')),
    -- The contact whom the work is about, in its new tasks too (CT-4).
    counterparty_id UUID,
    -- Clients see it only where they have a task in it (EXT-1).
    is_hidden_from_clients BOOLEAN NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, number)
);
CREATE INDEX project_by_counterparty ON project (account_id, counterparty_id, id) WHERE counterparty_id IS NOT NULL;

-- Who is in the project's new tasks, and who manages its clients.
CREATE TABLE project_person (
    account_id UUID NOT NULL,
    project_id UUID NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('assignee', 'participant', 'auditor', 'client_manager')),
    person_id UUID NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (account_id, project_id, part, person_id)
);
CREATE INDEX project_person_by_person ON project_person (account_id, person_id, part, project_id);

-- An account's own statuses, each of which counts as a standard one (STA-2).
CREATE TABLE task_status (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    -- As #rrggbb.
    color TEXT NOT NULL,
    counts_as TEXT NOT NULL CHECK (counts_as IN ('draft', 'new', 'in_progress', 'done', 'completed', 'rejected', 'deferred', 'cancelled')),
    position BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- What new tasks begin as.
CREATE TABLE task_template (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    description_html TEXT NOT NULL,
    description_text TEXT NOT NULL,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'urgent')),
    project_id UUID,
    -- The texts of the steps, in their order.
    checklist JSONB NOT NULL,
    deadline_in_hours BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);

-- Who is in a template's tasks, and whom they are about.
CREATE TABLE task_template_person (
    account_id UUID NOT NULL,
    template_id UUID NOT NULL,
    part TEXT NOT NULL CHECK (part IN ('assignee', 'participant', 'auditor', 'counterparty')),
    person_id UUID NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (account_id, template_id, part, person_id)
);
CREATE INDEX task_template_person_by_person ON task_template_person (account_id, person_id, part, template_id);

CREATE TABLE task (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    number BIGINT NOT NULL,
    title TEXT NOT NULL,
    title_key TEXT NOT NULL,
    description_html TEXT NOT NULL,
    description_text TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('draft', 'new', 'in_progress', 'done', 'completed', 'rejected', 'deferred', 'cancelled')),
    -- The account's own status, which counts as that one.
    custom_status_id UUID,
    priority TEXT NOT NULL CHECK (priority IN ('low', 'normal', 'urgent')),
    start_at TIMESTAMPTZ,
    deadline TIMESTAMPTZ,
    parent_id UUID,
    project_id UUID,
    counterparty_id UUID,
    -- Open to those of the counterparty's contacts who see their companies' tasks (EXT-9).
    company_access BOOLEAN NOT NULL,
    -- The mail that it began with.
    incoming_mail_id UUID,
    warnings JSONB NOT NULL,
    created_by UUID NOT NULL,
    -- Whose words the description is; null once somebody changed it.
    description_author_id UUID,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    closed_at TIMESTAMPTZ,
    is_open BOOLEAN NOT NULL GENERATED ALWAYS AS (closed_at IS NULL) STORED,
    -- What lists by deadline are sorted by: tasks without one come at the end of time.
    due_at TIMESTAMPTZ NOT NULL GENERATED ALWAYS AS (COALESCE(deadline, TIMESTAMPTZ '9999-12-31T23:59:59.999999+00:00')) STORED,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id),
    UNIQUE (account_id, number)
);
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
    account_id UUID NOT NULL,
    task_id UUID NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('assigner', 'assignee', 'participant', 'auditor')),
    person_id UUID NOT NULL,
    -- The task's own, so that a list of somebody's tasks finds them in order.
    is_open BOOLEAN NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    due_at TIMESTAMPTZ NOT NULL,
    -- What one of several assignees has made of the task; null: where the task is (STA-5).
    status TEXT CHECK (status IN ('new', 'in_progress', 'done', 'rejected')),
    PRIMARY KEY (account_id, task_id, role, person_id)
);
CREATE UNIQUE INDEX task_role_one_assigner ON task_role (account_id, task_id) WHERE role = 'assigner';
CREATE INDEX task_role_by_creation ON task_role (account_id, person_id, is_open, task_id);
CREATE INDEX task_role_by_change ON task_role (account_id, person_id, is_open, updated_at, task_id);
CREATE INDEX task_role_by_deadline ON task_role (account_id, person_id, is_open, due_at, task_id);
CREATE FUNCTION keep_task_role_up() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE task_role SET is_open = NEW.is_open, updated_at = NEW.updated_at, due_at = NEW.due_at
    WHERE account_id = NEW.account_id AND task_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER task_role_keeps_up AFTER UPDATE OF updated_at, deadline, closed_at ON task
    FOR EACH ROW EXECUTE FUNCTION keep_task_role_up();

CREATE TABLE comment (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    task_id UUID NOT NULL,
    author_id UUID NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'system')),
    origin TEXT NOT NULL CHECK (origin IN ('api', 'email', 'portal', 'link', 'system')),
    created_at TIMESTAMPTZ NOT NULL,
    edited_at TIMESTAMPTZ,
    -- When it is to leave; null once it has (COM-8).
    send_at TIMESTAMPTZ,
    deleted_at TIMESTAMPTZ,
    html TEXT NOT NULL,
    text TEXT NOT NULL,
    visible TEXT NOT NULL,
    elided TEXT NOT NULL,
    subject TEXT,
    hidden BOOLEAN NOT NULL,
    reply_to UUID,
    -- The external mailbox that its mails are to leave by.
    mailbox_id UUID,
    incoming_mail_id UUID,
    unrecognized_sender BOOLEAN NOT NULL,
    -- The domain of From said that the mail was not its own.
    sender_disowned BOOLEAN NOT NULL,
    warnings JSONB NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX comment_unconfirmed ON comment (account_id, author_id) WHERE unrecognized_sender = TRUE;
CREATE INDEX comment_held ON comment (account_id, author_id, send_at, id) WHERE send_at IS NOT NULL;
CREATE INDEX comment_by_author ON comment (account_id, author_id);
CREATE INDEX comment_by_task ON comment (account_id, task_id, created_at, id);

-- The audience: the only source of what a contact, a linked account or the portal may see.
CREATE TABLE comment_recipient (
    account_id UUID NOT NULL,
    comment_id UUID NOT NULL,
    person_id UUID NOT NULL,
    position BIGINT NOT NULL,
    PRIMARY KEY (account_id, comment_id, person_id)
);
CREATE INDEX comment_recipient_by_person ON comment_recipient (account_id, person_id, comment_id);

-- The audience of a task itself: contacts to whom its description and files were sent (DASH-6).
CREATE TABLE task_recipient (
    account_id UUID NOT NULL,
    person_id UUID NOT NULL,
    task_id UUID NOT NULL,
    PRIMARY KEY (account_id, person_id, task_id)
);

-- The steps of a task, in the order of their positions.
CREATE TABLE checklist_item (
    account_id UUID NOT NULL,
    task_id UUID NOT NULL,
    -- What every account that has the task calls it.
    id UUID NOT NULL,
    position BIGINT NOT NULL,
    text TEXT NOT NULL,
    done_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, task_id, id)
);

-- Content by digest, once an account. Small content stands here, so that taking it costs one commit; large content lies in
-- the object store under its digest, and `content` is null.
CREATE TABLE blob (
    account_id UUID NOT NULL,
    sha256 BYTEA NOT NULL,
    size BIGINT NOT NULL,
    content BYTEA,
    PRIMARY KEY (account_id, sha256)
);
CREATE INDEX blob_by_content ON blob (sha256);

CREATE TABLE file (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    sha256 BYTEA NOT NULL,
    name TEXT NOT NULL,
    content_type TEXT NOT NULL,
    size BIGINT NOT NULL,
    uploaded_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX file_by_content ON file (account_id, sha256);

-- Tables of contacts that were taken in (DUP-7), with how far that is.
CREATE TABLE contact_import (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    file_id UUID NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    mode TEXT NOT NULL CHECK (mode IN ('ignore_existing', 'update_existing', 'all_new')),
    match_by TEXT NOT NULL CHECK (match_by IN ('email', 'phone', 'name')),
    -- What its columns hold.
    columns JSONB NOT NULL,
    -- For contacts of whom the table tells none; the group may be gone.
    group_id UUID,
    is_company BOOLEAN NOT NULL,
    rows_total BIGINT NOT NULL,
    rows_done BIGINT NOT NULL,
    created BIGINT NOT NULL,
    updated BIGINT NOT NULL,
    ignored BIGINT NOT NULL,
    failed BIGINT NOT NULL,
    -- Why it was given up.
    problem TEXT,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX contact_import_by_age ON contact_import (account_id, created_at, id);

-- What became of each row of a table.
CREATE TABLE contact_import_row (
    account_id UUID NOT NULL,
    import_id UUID NOT NULL,
    -- As a spreadsheet counts.
    number BIGINT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('created', 'updated', 'ignored', 'failed')),
    contact_id UUID,
    problem_field TEXT,
    problem_code TEXT,
    problem_detail TEXT,
    PRIMARY KEY (account_id, import_id, number)
);

-- Tables that contacts are written down as, with how far that is.
CREATE TABLE contact_export (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
    format TEXT NOT NULL CHECK (format IN ('csv', 'xlsx')),
    -- Of the headings.
    language TEXT NOT NULL CHECK (language IN ('en', 'ru')),
    -- Who is in it; the group may be gone.
    q TEXT,
    group_id UUID,
    is_company BOOLEAN,
    rows_done BIGINT NOT NULL,
    -- What it became.
    file_id UUID,
    -- Why it was given up.
    problem TEXT,
    created_by UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX contact_export_by_age ON contact_export (account_id, created_at, id);

CREATE TABLE task_file (
    account_id UUID NOT NULL,
    task_id UUID NOT NULL,
    file_id UUID NOT NULL,
    position BIGINT NOT NULL,
    -- Shown in the description, by its Content-ID (RFC 2392).
    content_id TEXT,
    PRIMARY KEY (account_id, task_id, file_id)
);
CREATE INDEX task_file_by_file ON task_file (account_id, file_id);

CREATE TABLE comment_file (
    account_id UUID NOT NULL,
    comment_id UUID NOT NULL,
    file_id UUID NOT NULL,
    position BIGINT NOT NULL,
    -- Shown in the text, by its Content-ID (RFC 2392).
    content_id TEXT,
    PRIMARY KEY (account_id, comment_id, file_id)
);
CREATE INDEX comment_file_by_file ON comment_file (account_id, file_id);

-- What employees are told in the application.
CREATE TABLE notification (
    account_id UUID NOT NULL,
    id UUID NOT NULL,
    person_id UUID NOT NULL,
    kind TEXT NOT NULL,
    -- What it is about: a task, perhaps a comment in it, or an external mailbox.
    task_id UUID,
    comment_id UUID,
    mailbox_id UUID,
    -- Who did it, where a person did.
    author_id UUID,
    -- What there is to say beside the kind.
    detail TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ,
    -- Where it stands in the order of the account's commits: when he was told, and when he was told or read it last.
    told_sequence BIGINT,
    changed_sequence BIGINT,
    PRIMARY KEY (account_id, id)
);
CREATE INDEX notification_by_person ON notification (account_id, person_id, created_at, id);
CREATE INDEX notification_unread ON notification (account_id, person_id, created_at, id) WHERE read_at IS NULL;
CREATE INDEX notification_by_change ON notification (account_id, person_id, changed_sequence, id)
    WHERE changed_sequence IS NOT NULL;
CREATE INDEX notification_by_comment ON notification (account_id, comment_id) WHERE comment_id IS NOT NULL;

-- What an employee wants to be told; no row where he keeps to the defaults.
CREATE TABLE notification_settings (
    account_id UUID NOT NULL,
    person_id UUID NOT NULL,
    -- The channels of each type that he decided about.
    chosen JSONB NOT NULL,
    -- The hours of his day in which no mail leaves to him (NTF-7).
    do_not_disturb JSONB,
    version BIGINT NOT NULL,
    PRIMARY KEY (account_id, person_id)
);

-- What he wants to be told of one task in place of that (NTF-6).
CREATE TABLE task_notification_mode (
    account_id UUID NOT NULL,
    task_id UUID NOT NULL,
    person_id UUID NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('all', 'own', 'off')),
    PRIMARY KEY (account_id, task_id, person_id)
);

-- The same for the tasks of a project, but for those that he decided about.
CREATE TABLE project_notification_mode (
    account_id UUID NOT NULL,
    project_id UUID NOT NULL,
    person_id UUID NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('all', 'own', 'off')),
    PRIMARY KEY (account_id, project_id, person_id)
);

-- What changed, in one order per account.
CREATE TABLE change_feed (
    account_id UUID NOT NULL,
    sequence BIGINT NOT NULL,
    account_event TEXT NOT NULL,
    entity_kind TEXT NOT NULL,
    entity_id UUID NOT NULL,
    at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (account_id, sequence)
);

ALTER TABLE project ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE task_status ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE task_template ADD FOREIGN KEY (account_id) REFERENCES account (id);
ALTER TABLE task_template ADD FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id);
ALTER TABLE task_template_person ADD FOREIGN KEY (account_id, template_id) REFERENCES task_template (account_id, id);
ALTER TABLE task_template_person ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, custom_status_id) REFERENCES task_status (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, parent_id) REFERENCES task (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, counterparty_id) REFERENCES person (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id);
ALTER TABLE task ADD FOREIGN KEY (account_id, description_author_id) REFERENCES person (account_id, id);
ALTER TABLE task_recipient ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE task_recipient ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE project ADD FOREIGN KEY (account_id, counterparty_id) REFERENCES person (account_id, id);
ALTER TABLE project_person ADD FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id);
ALTER TABLE project_person ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE task_role ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE task_role ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE comment ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE comment ADD FOREIGN KEY (account_id, author_id) REFERENCES person (account_id, id);
ALTER TABLE comment ADD FOREIGN KEY (account_id, reply_to) REFERENCES comment (account_id, id);
ALTER TABLE comment_recipient ADD FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id);
ALTER TABLE comment_recipient ADD FOREIGN KEY (account_id, person_id) REFERENCES person (account_id, id);
ALTER TABLE file ADD FOREIGN KEY (account_id, sha256) REFERENCES blob (account_id, sha256);
ALTER TABLE file ADD FOREIGN KEY (account_id, uploaded_by) REFERENCES person (account_id, id);
ALTER TABLE contact_export ADD FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id);
ALTER TABLE contact_export ADD FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id);
ALTER TABLE contact_import ADD FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id);
ALTER TABLE contact_import ADD FOREIGN KEY (account_id, created_by) REFERENCES person (account_id, id);
ALTER TABLE contact_import_row ADD FOREIGN KEY (account_id, import_id) REFERENCES contact_import (account_id, id);
ALTER TABLE contact_import_row ADD FOREIGN KEY (account_id, contact_id) REFERENCES person (account_id, id);
ALTER TABLE checklist_item ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE task_file ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE task_file ADD FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id);
ALTER TABLE comment_file ADD FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id);
ALTER TABLE comment_file ADD FOREIGN KEY (account_id, file_id) REFERENCES file (account_id, id);
ALTER TABLE notification ADD FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id);
ALTER TABLE notification ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE notification ADD FOREIGN KEY (account_id, comment_id) REFERENCES comment (account_id, id);
ALTER TABLE notification ADD FOREIGN KEY (account_id, author_id) REFERENCES person (account_id, id);
ALTER TABLE notification_settings ADD FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id);
ALTER TABLE task_notification_mode ADD FOREIGN KEY (account_id, task_id) REFERENCES task (account_id, id);
ALTER TABLE task_notification_mode ADD FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id);
ALTER TABLE project_notification_mode ADD FOREIGN KEY (account_id, project_id) REFERENCES project (account_id, id);
ALTER TABLE project_notification_mode ADD FOREIGN KEY (account_id, person_id) REFERENCES employee (account_id, id);
