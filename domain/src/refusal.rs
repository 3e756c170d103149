//! Refusals: what a caller is told when a rule says no. Each has a stable code.

use std::borrow::Cow;

use thiserror::Error;

use crate::named::named;

named! {
    /// The stable code of a refusal. `http::problem` alone knows which HTTP status each has.
    pub enum Code {
        // The request can't be read.
        MalformedJson = "malformed_json",
        MalformedMultipart = "malformed_multipart",
        UnsupportedMediaType = "unsupported_media_type",
        PayloadTooLarge = "payload_too_large",
        /// Read, but fields are missing, unknown, of the wrong type or out of their limits; `errors` names each.
        ValidationFailed = "validation_failed",
        InvalidCursor = "invalid_cursor",
        // Who asks.
        Unauthenticated = "unauthenticated",
        InvalidCredentials = "invalid_credentials",
        InvalidRefreshToken = "invalid_refresh_token",
        InvalidSignature = "invalid_signature",
        Forbidden = "forbidden",
        SignupClosed = "signup_closed",
        // What is asked for.
        NotFound = "not_found",
        /// The mail's bytes were kept for as long as they are kept.
        RawGone = "raw_gone",
        MethodNotAllowed = "method_not_allowed",
        RangeNotSatisfiable = "range_not_satisfiable",
        // The state says no.
        AccountNameTaken = "account_name_taken",
        EmailTaken = "email_taken",
        LoginTaken = "login_taken",
        /// A virtual address or an employee who works here has this name (ADR-3).
        LocalPartTaken = "local_part_taken",
        AlreadyEmployed = "already_employed",
        /// The contact was invited before, or signs in already.
        AccessExists = "access_exists",
        /// Who was invited has not accepted yet.
        NotAccepted = "not_accepted",
        /// Who was invited has accepted.
        AlreadyAccepted = "already_accepted",
        /// What the contact sends is rejected, so nothing is sent to him.
        ContactIsSpam = "contact_is_spam",
        /// A link was used, taken back, is past its time or never was one.
        InvalidLink = "invalid_link",
        /// Somebody else is linked with that person, or this one with somebody else.
        AlreadyLinked = "already_linked",
        /// The account lets no links out to that one (LINKR-4).
        LinkForbiddenByPolicy = "link_forbidden_by_policy",
        /// The choice would send tasks round in a circle (LINKB-5).
        LinkCycle = "link_cycle",
        /// It was refused or ended, and only the other account can ask anew.
        LinkEnded = "link_ended",
        /// The contact may not be put in a role or addressed: `selectable_as_participant` is off (CONF-1).
        ContactNotSelectable = "contact_not_selectable",
        /// The contact has no e-mail address to be written to.
        NoAddress = "no_address",
        /// A task has exactly one assigner (ROL-1).
        AssignerRequired = "assigner_required",
        /// Its assignees have answered the task, or it waits for no answer (STA-3).
        TaskNotNew = "task_not_new",
        /// A checklist has as many items as it may have (LIM-1).
        ChecklistFull = "checklist_full",
        OwnerRequired = "owner_required",
        /// A merge of contacts was undone before, or what came of it is gone.
        NotUndoable = "not_undoable",
        NotRetryable = "not_retryable",
        /// The comment has left, so it can't be held back or changed in this way any more.
        AlreadySent = "already_sent",
        /// The comment is held, and nobody but its author knows of it.
        NotSent = "not_sent",
        /// An account has as many statuses of its own as it may have.
        TooManyStatuses = "too_many_statuses",
        /// Tasks have the status.
        StatusInUse = "status_in_use",
        /// An account has as many signing keys as it may have.
        TooManyKeys = "too_many_keys",
        /// A notice to contacts uses the template.
        TemplateInUse = "template_in_use",
        /// The template gives nothing for this.
        TemplateFailed = "template_failed",
        /// The mail was settled otherwise, or nothing tells whose it is or where it belongs.
        NotReleasable = "not_releasable",
        /// The mail's From names nobody, or somebody whom only a proof speaks for.
        InvalidSender = "invalid_sender",
        UnknownRecipient = "unknown_recipient",
        StaleVersion = "stale_version",
        IdempotencyKeyReused = "idempotency_key_reused",
        // Too much, too early.
        RateLimited = "rate_limited",
        /// As many streams of events are open as may be.
        TooManyStreams = "too_many_streams",
        Unavailable = "unavailable",
        Internal = "internal",
    }
}

named! {
    /// What is wrong with one field.
    pub enum FieldCode {
        Required = "required",
        UnknownField = "unknown_field",
        WrongType = "wrong_type",
        Empty = "empty",
        TooLong = "too_long",
        TooShort = "too_short",
        TooMany = "too_many",
        OutOfRange = "out_of_range",
        Invalid = "invalid",
        Reserved = "reserved",
        WeakPassword = "weak_password",
        UnknownId = "unknown_id",
        UnknownAddress = "unknown_address",
        UnknownAccount = "unknown_account",
        NotSelectable = "not_selectable",
        Taken = "taken",
        /// A file is not what it has to be, or larger than it may be.
        Unreadable = "unreadable",
        // Templates.
        UnknownVariable = "unknown_variable",
        UnknownFilter = "unknown_filter",
        NotAList = "not_a_list",
        UnsupportedTemplateSyntax = "unsupported_template_syntax",
        TemplateSyntax = "template_syntax",
        TemplateTooLong = "template_too_long",
    }
}

/// One field that is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldRefusal {
    /// Where in the body: a JSON Pointer (RFC 6901), or `?name` for a query parameter.
    pub pointer: String,
    pub code: FieldCode,
    pub detail: Cow<'static, str>,
}

/// A refusal with the fields that it is about.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{code}: {detail}")]
pub struct Refusal {
    pub code: Code,
    /// A sentence for the caller; never a cause from inside.
    pub detail: Cow<'static, str>,
    pub fields: Vec<FieldRefusal>,
}

impl Refusal {
    pub fn new(code: Code, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { code, detail: detail.into(), fields: Vec::new() }
    }

    /// The thing is not there, or belongs to somebody else: both sound alike (S6).
    pub fn not_found() -> Self {
        Self::new(Code::NotFound, "There is no such thing here.")
    }

    pub fn forbidden(detail: &'static str) -> Self {
        Self::new(Code::Forbidden, detail)
    }

    #[must_use]
    pub fn at(
        mut self,
        pointer: impl Into<String>,
        code: FieldCode,
        detail: impl Into<Cow<'static, str>>,
    ) -> Self {
        self.fields.push(FieldRefusal { pointer: pointer.into(), code, detail: detail.into() });
        self
    }

    /// A thing named inside the body that is not there (S6: 404 too).
    pub fn unknown_id(pointer: impl Into<String>) -> Self {
        Self::not_found().at(pointer, FieldCode::UnknownId, "is not known here")
    }
}
