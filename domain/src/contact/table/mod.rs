//! Contacts as rows of a table: what a column may hold, how a row becomes a card and a card a row (DUP-7).
//!
//! Knows no files. [`heading`] tells what a column is from what it is called, [`row`] reads the cells, [`written`] writes them.

pub mod heading;
pub mod row;
pub mod written;

use crate::named::named;

named! {
    /// What a column of a table holds. Every one may stand several times: of what there is one of, the first that is not blank
    /// counts, all else is put together.
    pub enum Column {
        Name = "name",
        FirstName = "first_name",
        MiddleName = "middle_name",
        LastName = "last_name",
        /// Whether he is a company.
        IsCompany = "is_company",
        /// Addresses; the first of all is the main one.
        Email = "email",
        Phone = "phone",
        MobilePhone = "mobile_phone",
        WorkPhone = "work_phone",
        HomePhone = "home_phone",
        Fax = "fax",
        /// Companies by their names, a line each.
        Company = "company",
        /// A group by its name.
        Group = "group",
        Position = "position",
        Description = "description",
        Address = "address",
        Language = "language",
        TimeZone = "time_zone",
        SelectableAsParticipant = "selectable_as_participant",
        SelectableAsCounterparty = "selectable_as_counterparty",
        PortalAccess = "portal_access",
        SeesCompanyTasks = "sees_company_tasks",
        Spam = "spam",
    }
}

named! {
    /// What an import does with who is there already (DUP-7).
    pub enum ImportMode {
        /// Leaves him as he is.
        IgnoreExisting = "ignore_existing",
        UpdateExisting = "update_existing",
        /// Takes everybody for new, even where that gives an address to several (DUP-1).
        AllNew = "all_new",
    }
}

named! {
    /// What tells an import who is there already.
    pub enum MatchBy {
        /// Any address of the row.
        Email = "email",
        /// Any phone number, however it is written.
        Phone = "phone",
        /// The whole name, any case.
        Name = "name",
    }
}

named! {
    /// What a table is written as.
    pub enum TableFormat {
        Csv = "csv",
        Xlsx = "xlsx",
    }
}

named! {
    /// How far an import or an export is.
    pub enum TransferState {
        /// Waits, or is worked on.
        Running = "running",
        Done = "done",
        /// Given up; what was done stays.
        Failed = "failed",
    }
}

named! {
    /// What became of a row.
    pub enum RowOutcome {
        Created = "created",
        Updated = "updated",
        /// The contact was there, and is as he was.
        Ignored = "ignored",
        Failed = "failed",
    }
}
