//! Virtual addresses: addresses of an account's mail domain that are nobody's own, such as `sales@` (ADR-2).

use crate::{
    Timestamp,
    id::{PersonId, VirtualAddressId},
};

/// An address by which tasks come in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VirtualAddress {
    pub id: VirtualAddressId,
    /// Of the same form as a login, and of the same names.
    pub local_part: String,
    pub description: String,
    /// Who gets its tasks; nobody where there are none (TBM-10).
    pub assignee_ids: Vec<PersonId>,
    pub created_at: Timestamp,
}
