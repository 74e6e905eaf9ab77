//! What JSON Merge Patches (RFC 7396) need beyond the replacing of fields.

use super::problem::{Part, Problem, Result};
use crate::domain::input::Field;
use crate::domain::origin::{Origin, OriginPatch};

/// The origin that a record has after a patch.
pub fn patched_origin(
    patch: Field<Option<OriginPatch>>,
    was: Option<&Origin>,
) -> Result<Option<Origin>> {
    OriginPatch::apply(patch, was).map_err(|faults| Problem::misfits(Part::Body, faults))
}
