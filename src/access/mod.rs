//! Who is calling, what they may do, and what they see.
//!
//! Reading what is published needs no key; everything else needs one that the server made. A
//! handler says what it needs by its argument, a [`Caller`]: no argument, no access.
//!
//! **Invariants:** [`visible`] alone decides what a caller sees, in every read, list and count. A
//! handler changes something only through `change!`, which asks in the same transaction whether the
//! caller reaches the topic, and keeps the answer for those who send the change again. A key's
//! secret is shown once and stored nowhere.

pub mod key;

mod caller;
mod change;
mod identity;
pub mod queries;
mod scope;
mod sight;

pub use caller::{Admin, Caller, Import, Permission, Policy, Read, Write};
pub(crate) use change::change;
pub use change::{KEPT_FOR, forget_old_answers};
pub use identity::{Holder, Identity, KnownKeys, identify};
pub use scope::{Scope, Scopes};
pub use sight::{Reach, Sight, Visible, visible};
